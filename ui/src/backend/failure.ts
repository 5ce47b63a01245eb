import { words } from "../text/en";
import type { Failure } from "./schema";

/** A call that the program refused or could not carry out. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Whether this is a failure as the program describes it. */
export function isFailure(value: unknown): value is Failure {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    "message" in value &&
    typeof value.code === "string" &&
    typeof value.message === "string"
  );
}

/** What to show for anything that was thrown. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CallFailed) return thrown.failure;
  if (isFailure(thrown)) return thrown;
  console.error(thrown);
  return { code: "window_failed", message: words.windowFailed, cure: words.windowFailedCure, field: null };
}
