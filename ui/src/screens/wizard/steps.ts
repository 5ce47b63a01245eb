import type { StepName, Wizard } from "../../backend/schema";

/** The steps, in order. */
export const steps: readonly StepName[] = ["business_central", "zoho", "flows", "fields", "match", "preview", "start"];

export type StepMark = "done" | "now" | "open" | "later";

export function placeOf(step: StepName): number {
  return steps.indexOf(step);
}

export function stepAfter(step: StepName): StepName | undefined {
  return steps[placeOf(step) + 1];
}

export function stepBefore(step: StepName): StepName | undefined {
  return steps[placeOf(step) - 1];
}

/** How a step stands in the list: shown, finished, reached but not finished, or not reachable yet. */
export function markOf(step: StepName, wizard: Pick<Wizard, "step" | "reached" | "finished">): StepMark {
  if (step === wizard.step) return "now";
  if (wizard.finished || placeOf(step) < placeOf(wizard.reached)) return "done";
  return step === wizard.reached ? "open" : "later";
}

/** The step that an address names (`#/wizard?step=zoho`). */
export function stepNamed(name: string | undefined): StepName | undefined {
  return steps.find((step) => step === name);
}
