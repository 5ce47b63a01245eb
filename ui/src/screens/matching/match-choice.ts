import type { FlowName, MatchClass } from "../../backend/schema";

/** Which records match review lists. */
export interface MatchChoice {
  /** Absent for the first flow that waits. */
  flow: FlowName | undefined;
  /** Null for all. */
  sure: MatchClass | null;
  decided: boolean;
}
