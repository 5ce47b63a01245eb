import type { FlowName, ProblemGroup, ProblemRecord } from "../schema";
import { causes, type Cause } from "./problem-causes";
import { recordAt } from "./records";
import type { Scenario } from "./scenarios";

const hour = 3_600_000;
const whole = new Intl.NumberFormat("en");

/** Scenarios with problems of their own; `clean` and `empty` have none. The others have those of the usual day. */
const withTheirOwn: ReadonlySet<Scenario> = new Set(["attention", "flood", "demo", "clean", "empty"]);

function countIn(counts: Cause["count"], scenario: Scenario): number | undefined {
  return withTheirOwn.has(scenario) ? counts[scenario] : (counts[scenario] ?? counts.normal);
}

function recordsOf(cause: Cause, count: number, ids: number): ProblemRecord[] {
  const { flow } = cause;
  if (flow === null) return [];
  return Array.from({ length: count }, (_, index): ProblemRecord => {
    const record = recordAt(flow, cause.from + index);
    return {
      id: ids + index,
      flow,
      number: record.number,
      bc_id: record.bcId,
      message: cause.messageOf?.(record) ?? cause.message,
      cure: cause.cure,
      code: cause.code,
      held: cause.kind === "waiting",
      attempts: 1 + (index % 5),
      since: new Date(Date.now() - (count < 1000 ? index + 2 : 2) * 0.9 * hour).toISOString(),
      next_try: cause.byTime ? new Date(Date.now() + (index + 1) * 0.2 * hour).toISOString() : null,
      ignored_by: null,
      opens_in_business_central: true,
      opens_in_zoho: cause.inZoho,
    };
  });
}

function groupOf(cause: Cause, records: readonly ProblemRecord[]): ProblemGroup {
  return {
    cause: cause.cause,
    kind: cause.kind,
    flow: cause.flow,
    title: cause.title(records.length, whole.format(records.length)),
    message: cause.message,
    cure: cause.cure,
    class: cause.class,
    code: cause.code,
    count: records.length,
    since: records.at(-1)?.since ?? new Date(Date.now() - 2 * hour).toISOString(),
    next_try: records.find((record) => record.next_try !== null)?.next_try ?? null,
    can_retry: cause.canRetry,
    can_ignore: cause.kind === "failed" || cause.kind === "waiting",
  };
}

/** Which problems are open and which are left alone; the window changes both. */
export class OpenProblems {
  #open = new Map<Cause, ProblemRecord[]>();
  #leftAlone = new Map<Cause, ProblemRecord[]>();

  constructor(scenario: Scenario) {
    causes.forEach((cause, at) => {
      const open = countIn(cause.count, scenario);
      if (open === undefined) return;
      this.#open.set(cause, recordsOf(cause, open, at * 1_000_000 + 100));
      const left = countIn(cause.leftAlone, scenario) ?? 0;
      const records = recordsOf({ ...cause, from: cause.from + 60 }, left, at * 1_000_000 + 900_000);
      this.#leftAlone.set(cause, records.map((record) => ({ ...record, ignored_by: "Petra Lindner" })));
    });
  }

  get count(): number {
    return [...this.#open.values()].reduce((sum, records) => sum + records.length, 0);
  }

  groups(): ProblemGroup[] {
    return [...this.#open]
      .filter(([cause, records]) => records.length > 0 || cause.kind === "flow" || cause.kind === "comparison" || cause.kind === "run")
      .map(([cause, records]) => groupOf(cause, records));
  }

  leftAloneGroups(): ProblemGroup[] {
    return [...this.#leftAlone].filter(([, records]) => records.length > 0).map(([cause, records]) => groupOf(cause, records));
  }

  of(name: string, leftAlone: boolean): readonly ProblemRecord[] {
    const cause = causes.find((known) => known.cause === name);
    return (cause && (leftAlone ? this.#leftAlone : this.#open).get(cause)) ?? [];
  }

  all(): readonly ProblemRecord[] {
    return [...this.#open.values()].flat();
  }

  /** A record's problem, whether it is open or left alone. */
  ofRecord(flow: FlowName, bcId: string): ProblemRecord | undefined {
    const its = (record: ProblemRecord): boolean => record.flow === flow && record.bc_id === bcId;
    return this.all().find(its) ?? [...this.#leftAlone.values()].flat().find(its);
  }

  settle(ids: readonly number[]): void {
    take(this.#open, new Set(ids));
    take(this.#leftAlone, new Set(ids));
  }

  /** What a whole cause needed has been done. */
  settleCause(name: string): void {
    this.settle(this.of(name, false).map((record) => record.id));
  }

  ignore(ids: readonly number[]): void {
    give(this.#leftAlone, take(this.#open, new Set(ids)), "You");
  }

  unignore(ids: readonly number[]): void {
    give(this.#open, take(this.#leftAlone, new Set(ids)), null);
  }
}

type Shelf = Map<Cause, ProblemRecord[]>;

function take(from: Shelf, ids: ReadonlySet<number>): Shelf {
  const taken: Shelf = new Map();
  for (const [cause, records] of from) {
    const moved = records.filter((record) => ids.has(record.id));
    if (moved.length === 0) continue;
    taken.set(cause, moved);
    from.set(cause, records.filter((record) => !ids.has(record.id)));
  }
  return taken;
}

function give(to: Shelf, taken: Shelf, ignoredBy: string | null): void {
  for (const [cause, records] of taken) {
    to.set(cause, [...(to.get(cause) ?? []), ...records.map((record) => ({ ...record, ignored_by: ignoredBy }))]);
  }
}
