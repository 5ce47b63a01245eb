import type { Difference, FlowName, KindFound } from "../schema";
import { recordAt } from "./records";
import type { Scenario } from "./scenarios";

/** Every kind of difference that these data show, in the program's own words, the gravest first. */
const kinds = {
  missing: {
    title: "Missing in Zoho",
    one: "record is missing in Zoho",
    many: "records are missing in Zoho",
    cure: "Problems says what keeps a record back. Then press Agreement, \"Compare and mend\": it reads everything anew and copies what is missing.",
  },
  extra: {
    title: "In Zoho without a source",
    one: "record in Zoho has no source",
    many: "records in Zoho have no source",
    cure: "Open the record in Zoho. If nobody needs it, delete it there; to keep it as a record of your own, clear its BC Number and BC Id.",
  },
  duplicate: {
    title: "In Zoho more than once",
    one: "record is in Zoho twice",
    many: "records are in Zoho twice",
    cure: "Open the records in Zoho and clear BC Id and BC Number of all but one. Usually the others are clones made by hand.",
  },
  remaining: {
    title: "Other remaining amount",
    one: "other remaining amount",
    many: "other remaining amounts",
    cure: "Press \"Sync now\": it compares every open invoice.",
  },
  field: {
    title: "Other field value",
    one: "other field value",
    many: "other field values",
    cure: "Press Agreement, \"Compare and mend\". What Zoho refused stands in Problems and in the record's history.",
  },
} as const;

type Kind = keyof typeof kinds;

function difference(flow: FlowName, index: number, kind: Kind, values: Partial<Difference> = {}): Difference {
  const record = recordAt(flow, index);
  return {
    flow,
    kind,
    number: record.number,
    bc_id: kind === "extra" ? null : record.bcId,
    zoho_id: kind === "missing" ? null : record.zohoId,
    field: null,
    business_central: null,
    zoho: null,
    reason: null,
    ...values,
  };
}

const missingIn: Partial<Record<Scenario, number>> = { attention: 284, flood: 1150 };

/** What differs in a scenario. */
export function madeDifferences(scenario: Scenario): Difference[] {
  if (scenario === "clean" || scenario === "demo" || scenario.startsWith("setup")) return [];
  const missing = Array.from({ length: missingIn[scenario] ?? 2 }, (_, index) =>
    difference("invoices", 20 + index, "missing", { reason: "It waits for its item 1042-S, which is not in Zoho yet." }),
  );
  return [
    ...missing,
    difference("customers", 214, "extra", { number: "C10999", zoho_id: "584321000000998877" }),
    difference("customers", 71, "duplicate", { zoho: "58432100001000612, 58432100001001207", reason: "Both records have the same BC Id." }),
    difference("invoices", 400, "remaining", { field: "BC Remaining Amount", business_central: "0.00", zoho: "1190.00" }),
    difference("contacts", 33, "field", {
      field: "Email",
      business_central: "info@@kessler-hydraulics",
      zoho: null,
      reason: "Zoho refused the value: it is not an e-mail address.",
    }),
    difference("customers", 12, "field", {
      field: "Billing Street",
      business_central: "Hafenstraße 14, Gebäude C, Eingang über den Hof",
      zoho: "Hafenstr. 14",
    }),
  ];
}

export function kindsFound(differences: readonly Difference[]): KindFound[] {
  return Object.entries(kinds).flatMap(([kind, { title, cure }]) => {
    const count = differences.filter((each) => each.kind === kind).length;
    return count === 0 ? [] : [{ kind, title, count, cure }];
  });
}

/** "2 records are missing in Zoho, 1 other field value" */
export function countedInWords(differences: readonly Difference[]): string {
  const whole = new Intl.NumberFormat("en");
  return kindsFound(differences)
    .map(({ kind, count }) => `${whole.format(count)} ${kinds[kind as Kind][count === 1 ? "one" : "many"]}`)
    .join(", ");
}
