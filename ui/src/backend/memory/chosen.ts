import { memoryBackend } from "./memory-backend";
import { scenarioOf } from "./scenarios";

/** The in-memory backend in the scenario that the address names. */
export const backend = memoryBackend(scenarioOf(new URLSearchParams(location.search).get("scenario")));
