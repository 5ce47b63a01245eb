import type { FlowName } from "../../backend/schema";
import { waitingActions, writingActions, type PlannedAction } from "./planned-actions";

/** One action, or one of two groups of them. */
export type ActionChoice = "" | "written" | "attention" | Exclude<PlannedAction, "unchanged">;

/** Which records the report lists. */
export interface PreviewChoice {
  flow: FlowName | null;
  action: ActionChoice;
  text: string;
}

export const everything: PreviewChoice = { flow: null, action: "", text: "" };

/** The actions that a choice stands for; none for all. */
export function actionsOf(choice: ActionChoice): string[] {
  if (choice === "") return [];
  if (choice === "written") return [...writingActions];
  if (choice === "attention") return [...waitingActions];
  return [choice];
}
