import type { ActivityFilter, Entry, FlowName } from "../schema";
import type { Handlers } from "./handlers";
import { Chance } from "./random";
import { recordAt, type MadeRecord } from "./records";
import type { Scenario } from "./scenarios";
import type { World } from "./world";

/** As many as an audit trail holds after a year or two. */
const trailLength = 100_000;

interface Kind {
  kind: string;
  weight: number;
  summary: (record: MadeRecord) => string;
}

const kinds: readonly Kind[] = [
  { kind: "written", weight: 46, summary: (record) => `Written to Zoho: ${record.name}` },
  { kind: "observed", weight: 30, summary: (record) => `Changed in Business Central: ${record.name}` },
  { kind: "verified", weight: 14, summary: (record) => `Total read back and equal: ${record.total}` },
  { kind: "held", weight: 3, summary: () => "Waits for another record that is not in Zoho yet" },
  { kind: "failed", weight: 3, summary: () => "Zoho refused the value of the field Phone" },
  { kind: "adopted", weight: 2, summary: (record) => `Found in Zoho and taken over: ${record.name}` },
  { kind: "decision", weight: 1, summary: () => "Decided in the match review: they are the same" },
  { kind: "deleted", weight: 1, summary: (record) => `Marked as deleted in Business Central: ${record.name}` },
];

const selling: readonly FlowName[] = ["invoices", "invoices", "invoices", "items", "items", "customers", "contacts"];
const buying: readonly FlowName[] = ["purchase_orders", "purchase_orders", "vendors"];

function kindBy(chance: Chance): Kind {
  let left = chance.part() * kinds.reduce((sum, each) => sum + each.weight, 0);
  for (const each of kinds) {
    left -= each.weight;
    if (left <= 0) return each;
  }
  return kinds[0] as Kind;
}

function runEntry(seq: number, at: string): Entry {
  return {
    seq,
    at,
    kind: "run",
    flow: null,
    bc_id: null,
    number: null,
    summary: "Run ended: everything written",
    zoho_id: null,
    has_values: false,
  };
}

let trail: readonly Entry[] | undefined;

/** The whole trail, newest first; made when it is asked for the first time. */
export function wholeTrail(scenario: Scenario): readonly Entry[] {
  trail ??= (() => {
    const chance = new Chance(9_001);
    const flowByChance = scenario === "purchasing" ? [...selling, ...buying] : selling;
    let moment = Date.now() - 3 * 60_000;
    return Array.from({ length: trailLength }, (_, index): Entry => {
      const seq = trailLength - index;
      moment -= chance.whole(1, 9) * 60_000;
      const at = new Date(moment).toISOString();
      if (index % 40 === 0) return runEntry(seq, at);
      const record = recordAt(chance.of(flowByChance), chance.whole(0, 5_000));
      const kind = kindBy(chance);
      return {
        seq,
        at,
        kind: kind.kind,
        flow: record.flow,
        bc_id: record.bcId,
        number: record.number,
        summary: kind.summary(record),
        zoho_id: kind.kind === "failed" || kind.kind === "held" ? null : record.zohoId,
        has_values: kind.kind === "written" || kind.kind === "observed" || kind.kind === "adopted",
      };
    });
  })();
  return trail;
}

function localDay(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function filtered(scenario: Scenario, filter: ActivityFilter): readonly Entry[] {
  const text = filter.text.trim().toLowerCase();
  const kinds = new Set(filter.kinds);
  return wholeTrail(scenario).filter(
    (entry) =>
      (filter.flow === null || entry.flow === filter.flow) &&
      (kinds.size === 0 || kinds.has(entry.kind)) &&
      (text === "" || entry.summary.toLowerCase().includes(text) || (entry.number ?? "").toLowerCase().includes(text)) &&
      (filter.from === null || localDay(entry.at) >= filter.from) &&
      (filter.until === null || localDay(entry.at) <= filter.until),
  );
}

export function activityCommands(world: World): Pick<Handlers, "activity" | "activity_export" | "open_record"> {
  return {
    activity({ filter, offset, limit }) {
      if (world.scenario === "empty") return { total: 0, entries: [] };
      const found = filtered(world.scenario, filter);
      return { total: found.length, entries: found.slice(offset, offset + Math.min(limit, 500)) };
    },

    activity_export: () => ({ path: "/home/office/Downloads/ledgerline-activity.csv" }),

    open_record: () => null,
  };
}
