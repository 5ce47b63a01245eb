import type { PlannedFlow } from "../../backend/schema";
import type { IconName } from "../../design/icon-paths";

/** What may become of a record, in the order in which it is shown. `unchanged` is counted, never listed. */
export const plannedActions = ["create", "update", "adopt", "flag", "delete", "unchanged", "skip", "hold", "fail"] as const;

export type PlannedAction = (typeof plannedActions)[number];

export const writingActions = ["create", "update", "adopt", "flag", "delete"] as const;
export const waitingActions = ["hold", "fail"] as const;

export const actionIcons: Readonly<Record<PlannedAction, IconName>> = {
  create: "plus",
  update: "edit",
  adopt: "matching",
  flag: "warning",
  delete: "trash",
  unchanged: "check",
  skip: "minus",
  hold: "clock",
  fail: "error",
};

export function actionOf(name: string): PlannedAction | undefined {
  return plannedActions.find((action) => action === name);
}

export function countOfActions(flows: readonly PlannedFlow[], actions: readonly PlannedAction[]): number {
  return flows.reduce((sum, flow) => sum + actions.reduce((part, action) => part + flow[action], 0), 0);
}
