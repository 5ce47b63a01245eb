import { CallFailed } from "../failure";
import type { Change, Entry, HistoryEntry, ProblemRecord } from "../schema";
import { wholeTrail } from "./activity-commands";
import type { Handlers } from "./handlers";
import type { OpenProblems } from "./open-problems";
import { Chance } from "./random";
import { cents, recordOf, type MadeRecord } from "./records";
import type { World } from "./world";

type Values = Record<string, string | null>;

/** What Zoho holds of a record right after it was created. */
function firstValues(record: MadeRecord, chance: Chance): Values {
  switch (record.flow) {
    case "customers":
      return {
        "Account Name": record.name,
        "BC Number": record.number,
        Phone: record.phone,
        Website: null,
        "Tax Number": record.taxNumber,
        "Billing City": record.place,
        "BC Balance": record.total,
      };
    case "items":
      return {
        "Product Name": record.name,
        "BC Number": record.number,
        "Unit Price": record.total,
        "Qty in Stock": String(chance.whole(20, 900)),
        "Product Active": "true",
      };
    case "contacts":
      return { "Last Name": record.name, "BC Number": record.number, Email: record.email, Mobile: record.phone, Fax: "+49 30 555 010" };
    case "invoices":
      return {
        Subject: `Invoice ${record.number}`,
        "BC Number": record.number,
        "Account Name": record.name,
        "Invoice Date": record.date,
        "Grand Total": record.total,
        "Remaining Amount": record.total,
        "Customer Reference": null,
        Status: "Open",
      };
    case "vendors":
      return { "Vendor Name": record.name, "BC Number": record.number, Email: record.email, City: record.place };
    case "purchase_orders":
      return {
        Subject: `PO ${record.number}`,
        "BC Number": record.number,
        "Vendor Name": record.name,
        "PO Date": record.date,
        "Grand Total": record.total,
        "BC Status": "Open",
      };
  }
}

/** What moves in Business Central later on. */
function nextValues(record: MadeRecord, values: Values, chance: Chance): Values {
  switch (record.flow) {
    case "customers":
      return { "BC Balance": cents(chance.whole(0, 4_500_000)), ...(chance.happens(0.3) ? { Website: `https://www.${record.email.split("@")[1]}` } : {}) };
    case "items":
      return { "Qty in Stock": String(chance.whole(0, 900)), ...(chance.happens(0.3) ? { "Unit Price": cents(chance.whole(45, 98_000)) } : {}) };
    case "contacts":
      return { Mobile: `+49 171 ${chance.whole(1_000_000, 9_999_999)}`, ...(chance.happens(0.4) ? { Fax: values["Fax"] === null ? "+49 30 555 010" : null } : {}) };
    case "invoices": {
      if (values["Status"] === "Paid") return { "Customer Reference": `PO ${chance.whole(40_000, 59_999)}` };
      const left = Math.round(Number((values["Remaining Amount"] ?? "0").replace(".", "")) * chance.part() * 0.8);
      return left < 5_000 ? { "Remaining Amount": "0.00", Status: "Paid" } : { "Remaining Amount": cents(left), Status: "Partially paid" };
    }
    case "vendors":
      return { Phone: `+49 40 ${chance.whole(1_000_000, 9_999_999)}` };
    case "purchase_orders":
      return { "Grand Total": cents(chance.whole(3_500, 1_850_000)) };
  }
}

const filled = (values: Values): Change[] =>
  Object.entries(values).flatMap(([field, after]) => (after === null ? [] : [{ field, before: null, after }]));

/** Entries with the values that they moved, so that each one goes on from the one before it. Oldest first. */
function told(record: MadeRecord, entries: readonly Entry[]): HistoryEntry[] {
  const chance = new Chance(entries.length + 17);
  let copied: Values | undefined;
  let seen: Values = {};
  return entries.map((entry): HistoryEntry => {
    if (!entry.has_values || (copied === undefined && entry.kind === "observed")) return { entry, changes: [] };
    if (copied === undefined) {
      copied = firstValues(record, chance);
      return { entry, changes: filled(copied) };
    }
    const before = copied;
    if (entry.kind === "observed" || Object.keys(seen).length === 0) seen = nextValues(record, before, chance);
    const changes = Object.entries(seen)
      .filter(([field, after]) => before[field] !== after)
      .map(([field, after]): Change => ({ field, before: before[field] ?? null, after }));
    if (entry.kind !== "observed") {
      copied = { ...before, ...seen };
      seen = {};
    }
    return { entry, changes };
  });
}

/** A record that has a problem and is not in Zoho was never written: only looked at, and refused. */
function withProblem(entries: readonly Entry[], problem: ProblemRecord): Entry[] {
  const kept = problem.opens_in_zoho ? entries : entries.filter((entry) => entry.kind === "observed");
  const last: Entry = {
    seq: 1_000_000 + problem.id,
    at: problem.since,
    kind: problem.held ? "held" : "failed",
    flow: problem.flow,
    bc_id: problem.bc_id,
    number: problem.number,
    summary: problem.message,
    zoho_id: null,
    has_values: false,
  };
  return [...kept, last].sort((one, other) => one.at.localeCompare(other.at));
}

export function historyCommands(world: World, problems: OpenProblems): Pick<Handlers, "history"> {
  return {
    history({ flow, bc_id }) {
      const record = recordOf(flow, bc_id);
      if (!record) {
        throw new CallFailed({
          code: "record_unknown",
          message: "Ledgerline does not know this record.",
          cure: "It may be of another company. Look for its number in Activity.",
          field: null,
        });
      }
      const problem = problems.ofRecord(flow, bc_id) ?? null;
      const inZoho = problem === null || problem.opens_in_zoho;
      const trail = world.scenario === "empty" ? [] : wholeTrail(world.scenario).filter((entry) => entry.bc_id === bc_id);
      const oldestFirst = trail.toReversed();
      const entries = told(record, problem ? withProblem(oldestFirst, problem) : oldestFirst).reverse();
      return {
        flow,
        bc_id,
        number: record.number,
        name: record.name,
        zoho_id: inZoho ? record.zohoId : null,
        opens_in_business_central: true,
        opens_in_zoho: inZoho,
        problem,
        entries: entries.slice(0, 500),
        truncated: entries.length > 500,
      };
    },
  };
}
