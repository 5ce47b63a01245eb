import type { RouteParams } from "../../app/router.svelte";
import type { ActivityFilter, FlowName } from "../../backend/schema";
import { inputDay } from "../../format/when";

export const flows: readonly FlowName[] = ["customers", "items", "contacts", "invoices", "vendors", "purchase_orders"];

export const kinds = [
  "written",
  "observed",
  "adopted",
  "verified",
  "failed",
  "held",
  "skipped",
  "deleted",
  "decision",
  "run",
  "setup",
] as const;

export const periods = ["all", "today", "week", "month", "days"] as const;

export type Period = (typeof periods)[number];

/** What stands in the filter bar. Kept in the address, so that Back finds it again. */
export interface Asked {
  text: string;
  flow: string;
  kind: string;
  period: Period;
  from: string;
  until: string;
}

export function askedIn(params: RouteParams): Asked {
  const named = periods.find((each) => each === params["period"]);
  const days = params["from"] !== undefined || params["until"] !== undefined;
  return {
    text: params["text"] ?? "",
    flow: flows.find((each) => each === params["flow"]) ?? "",
    kind: kinds.find((each) => each === params["kind"]) ?? "",
    period: named ?? (days ? "days" : "all"),
    from: params["from"] ?? "",
    until: params["until"] ?? "",
  };
}

export function paramsOf(asked: Asked): Record<string, string | undefined> {
  const days = asked.period === "days";
  return {
    text: asked.text,
    flow: asked.flow,
    kind: asked.kind,
    period: asked.period === "all" ? undefined : asked.period,
    from: days ? asked.from : undefined,
    until: days ? asked.until : undefined,
  };
}

/** Whether the last day lies before the first one. */
export function daysReversed(asked: Asked): boolean {
  return asked.period === "days" && asked.from !== "" && asked.until !== "" && asked.until < asked.from;
}

export function filterOf(asked: Asked, now: Date): ActivityFilter {
  const back = (days: number): string => {
    const day = new Date(now);
    day.setDate(day.getDate() - days);
    return inputDay(day);
  };
  const firstDay: Record<Period, string | null> = {
    all: null,
    today: back(0),
    week: back(6),
    month: back(29),
    days: asked.from || null,
  };
  return {
    text: asked.text.trim(),
    flow: flows.find((each) => each === asked.flow) ?? null,
    kinds: asked.kind === "" ? [] : [asked.kind],
    from: firstDay[asked.period],
    until: asked.period === "days" ? asked.until || null : null,
  };
}

/** Whether anything at all is left out. */
export function narrows(filter: ActivityFilter): boolean {
  return (
    filter.text !== "" || filter.flow !== null || filter.kinds.length > 0 || filter.from !== null || filter.until !== null
  );
}
