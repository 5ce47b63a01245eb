import type { Screen } from "../../app/router.svelte";
import type { ProblemGroup } from "../../backend/schema";

export type SolvingPlace = Extract<Screen, "agreement" | "matching" | "settings">;

const byCode: ReadonlyMap<string, SolvingPlace> = new Map([
  ["mass_deletion", "agreement"],
  ["comparison_differs", "agreement"],
  ["match_review_needed", "matching"],
  ["may_already_exist_in_zoho", "matching"],
  ["matched_record_gone", "matching"],
  ["matched_record_taken", "matching"],
  ["matched_record_changed", "matching"],
  ["secret_missing", "settings"],
  ["no_keychain", "settings"],
  ["zoho_credit_budget", "settings"],
  ["zoho_credit_budget_too_small", "settings"],
]);

/** The screen on which a cause is solved, where there is one. */
export function solvingPlace({ code, kind }: Pick<ProblemGroup, "code" | "kind">): SolvingPlace | undefined {
  if (kind === "comparison") return "agreement";
  if (/^(bc|zoho)_sign_in_/.test(code)) return "settings";
  return byCode.get(code);
}
