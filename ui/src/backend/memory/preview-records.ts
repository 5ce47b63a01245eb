import type { Change, FlowName, PlannedFlow, PlannedRecord } from "../schema";
import { Chance } from "./random";
import { cents, everyFlow, recordAt, records, type MadeRecord } from "./records";

type Listed = "create" | "update" | "adopt" | "flag" | "delete" | "skip" | "hold" | "fail";

const listedActions: readonly Listed[] = ["create", "update", "adopt", "flag", "delete", "hold", "fail", "skip"];

export type Plan = Readonly<Record<FlowName, Partial<Record<Listed | "unchanged", number>>>>;

const nothing: Plan = {
  customers: { unchanged: 300 },
  items: { unchanged: 500 },
  contacts: { unchanged: 400 },
  invoices: { unchanged: 1200 },
  vendors: {},
  purchase_orders: {},
};

/** What a sync would do: on a usual day, at the very first, behind a review that is not finished, and with a hundred thousand records. */
export const plans = {
  usual: {
    customers: { create: 2, update: 9, flag: 1, fail: 1, unchanged: 287 },
    items: { create: 4, update: 31, skip: 4, unchanged: 461 },
    contacts: { create: 3, update: 5, hold: 2, unchanged: 390 },
    invoices: { create: 18, update: 27, hold: 3, fail: 1, skip: 12, unchanged: 1139 },
    vendors: {},
    purchase_orders: {},
  },
  purchasing: {
    customers: { create: 2, update: 9, flag: 1, fail: 1, unchanged: 287 },
    items: { create: 4, update: 31, skip: 4, unchanged: 461 },
    contacts: { create: 3, update: 5, hold: 2, unchanged: 390 },
    invoices: { create: 18, update: 27, hold: 3, fail: 1, skip: 12, unchanged: 1139 },
    vendors: { create: 1, update: 3, unchanged: 34 },
    purchase_orders: { create: 2, update: 6, hold: 1, unchanged: 45 },
  },
  first: {
    customers: { create: 98, adopt: 195, update: 4, fail: 3 },
    items: { create: 440, adopt: 56, skip: 4 },
    contacts: { create: 290, adopt: 100, hold: 6, skip: 4 },
    invoices: { create: 1171, hold: 14, skip: 12, fail: 3 },
    vendors: {},
    purchase_orders: {},
  },
  waiting: {
    customers: { hold: 28, update: 6, unchanged: 266 },
    items: { hold: 10, update: 12, skip: 4, unchanged: 474 },
    contacts: { update: 2, unchanged: 398 },
    invoices: { create: 12, hold: 284, unchanged: 904 },
    vendors: {},
    purchase_orders: {},
  },
  flood: {
    customers: { create: 9_000, adopt: 900, fail: 100 },
    items: { create: 19_900, skip: 100 },
    contacts: { create: 9_950, hold: 50 },
    invoices: { create: 59_000, hold: 900, skip: 80, fail: 20 },
    vendors: {},
    purchase_orders: {},
  },
  nothing,
} satisfies Record<string, Plan>;

function changesOf(record: MadeRecord, action: Listed): Change[] {
  if (action === "flag") return [{ field: "BC_Status", before: "Active", after: "Deleted" }];
  const chance = new Chance(Number(record.zohoId.slice(-6)));
  const fresh = action === "create";
  const keys: Change[] =
    action === "update"
      ? []
      : [
          { field: "BC_Id", before: fresh ? null : "", after: record.bcId },
          { field: "BC_Number", before: fresh ? null : "", after: record.number },
        ];
  const field = (name: string, after: string, before: string): Change => ({ field: name, before: fresh ? null : before, after });
  if (record.flow === "customers") {
    const [code = "", ...city] = record.place.replace(/, \w+$/, "").split(" ");
    return [
      field("Account_Name", record.name, record.name.replace(/ (GmbH|Ltd|AG)$/, "")),
      ...keys,
      field("BC_Balance", record.total, cents(chance.whole(0, 900_000))),
      field("Billing_City", city.join(" "), ""),
      field("Billing_Code", code, ""),
      field("Phone", record.phone, `+49 30 ${chance.whole(2_000_000, 8_999_999)}`),
    ];
  }
  if (record.flow === "items") {
    const stock = field("Qty_in_Stock", String(chance.whole(0, 900)), String(chance.whole(0, 900)));
    if (action === "update") return [stock];
    return [
      ...keys,
      field("Product_Code", record.number, ""),
      field("Product_Name", record.name, record.name.toUpperCase()),
      stock,
      field("Unit_Price", record.total, cents(chance.whole(45, 98_000))),
    ];
  }
  if (record.flow === "contacts") {
    const [first = "", last = ""] = record.name.split(" ");
    return [
      field("Account_Name", fresh ? "new: customers C10214" : "584321000000101445", ""),
      ...keys,
      field("Email", record.email, ""),
      field("First_Name", first, ""),
      field("Last_Name", last, record.name),
    ];
  }
  const paid = chance.happens(0.5);
  if (action === "update") {
    return [
      { field: "BC_Remaining", before: record.total, after: paid ? "0.00" : cents(chance.whole(100, 3_000)) },
      { field: "Status", before: "Open", after: paid ? "Paid" : "Open" },
    ];
  }
  return [
    field("Account_Name", "584321000000101445", ""),
    ...keys,
    field("BC_Remaining", paid ? "0.00" : record.total, ""),
    field("Invoice_Date", record.date, ""),
    field(
      "Invoiced_Items",
      '[{"Product_Name":{"id":"584321000000211017"},"Quantity":40,"List_Price":1.85},{"Product_Name":{"id":"584321000000211034"},"Quantity":2,"List_Price":64.00}]',
      "",
    ),
    field("Status", paid ? "Paid" : "Open", ""),
    field("Subject", `${record.number} ${record.name}`, ""),
  ];
}

type Reason = readonly [reason: string, cure: string | null];

const reasons: Record<"skip" | "hold" | "fail", Record<FlowName, Reason>> = {
  skip: {
    customers: ["left alone: blocked in Business Central", null],
    items: ["left alone: items of the type Service are not copied", null],
    contacts: ["left alone: not tied to a customer that is copied", null],
    invoices: ["left alone: not posted yet", null],
    vendors: ["left alone", null],
    purchase_orders: ["left alone: in USD, which the org with one currency does not have", null],
  },
  hold: {
    customers: ["It may be in Zoho already, without our key, and nobody has decided.", "Matching: decide about it, then sync."],
    items: ["It may be in Zoho already, without our key, and nobody has decided.", "Matching: decide about it, then sync."],
    contacts: ["It waits for customer C10214, which is not in Zoho yet.", "Nothing: it follows by itself."],
    invoices: ["It waits for item 1021-S, which is not in Zoho yet.", "Nothing, unless that one is a problem itself."],
    vendors: ["It may be in Zoho already, without our key, and nobody has decided.", "Matching: decide about it, then sync."],
    purchase_orders: ["It waits for vendor V10003, which is not in Zoho yet.", "Nothing, unless that one is a problem itself."],
  },
  fail: {
    customers: ["The number is held by another record in Zoho: 584321000000109912.", "If that one is a leftover, clear its BC Number or delete it, then retry."],
    items: ["Business Central gives no number for it.", "Give it a number in Business Central."],
    contacts: ["Business Central gives no name for it.", "Give it a name in Business Central."],
    invoices: ["Its total cannot be reached in Zoho: 1,204.80 there, 1,204.81 in Business Central.", "Look at the rounding of its lines in Business Central."],
    vendors: ["Business Central gives no number for it.", "Give it a number in Business Central."],
    purchase_orders: ["Business Central does not show its vendor.", "Correct the vendor of the order in Business Central."],
  },
};

function planned(flow: FlowName, action: Listed, index: number): PlannedRecord {
  const record = recordAt(flow, index);
  const round = Math.floor(index / records[flow].length);
  const why = action === "skip" || action === "hold" || action === "fail" ? reasons[action][flow] : undefined;
  const cut = flow === "items" && action === "create" && index % 110 === 3;
  return {
    flow,
    number: round === 0 ? record.number : `${record.number}-${round}`,
    bc_id: round === 0 ? record.bcId : record.bcId.slice(0, -6) + String(index).padStart(6, "0"),
    zoho_id: action === "create" || why ? null : record.zohoId,
    action,
    changes: why ? [] : changesOf(record, action),
    warnings: cut ? ["Product_Name was cut to 200 characters.", "Usage_Unit was left out: Zoho does not offer the value CARTON."] : [],
    reason: why?.[0] ?? null,
    cure: why?.[1] ?? null,
  };
}

/** The records of a plan, each made when it is asked for: a hundred thousand are no more than their places. */
export class PlannedRecords {
  readonly #places: readonly { flow: FlowName; action: Listed; index: number }[];

  constructor(plan: Plan) {
    this.#places = everyFlow.flatMap((flow) => {
      let index = 0;
      return listedActions.flatMap((action) =>
        Array.from({ length: plan[flow][action] ?? 0 }, () => ({ flow, action, index: index++ })),
      );
    });
  }

  page(flow: FlowName | null, actions: readonly string[], text: string, offset: number, limit: number) {
    const wanted = text.trim().toLowerCase();
    const found = this.#places.filter(
      (place) => (flow === null || place.flow === flow) && (actions.length === 0 || actions.includes(place.action)),
    );
    const make = (place: (typeof found)[number]) => planned(place.flow, place.action, place.index);
    if (wanted === "") return { total: found.length, records: found.slice(offset, offset + limit).map(make) };
    const named = found.map(make).filter((record) => record.number.toLowerCase().includes(wanted));
    return { total: named.length, records: named.slice(offset, offset + limit) };
  }
}

export function plannedFlow(flow: FlowName, plan: Plan): PlannedFlow {
  const of = (action: Listed | "unchanged"): number => plan[flow][action] ?? 0;
  return {
    flow,
    read: Object.values(plan[flow]).reduce((sum, count) => sum + count, 0),
    create: of("create"),
    update: of("update"),
    adopt: of("adopt"),
    flag: of("flag"),
    delete: of("delete"),
    unchanged: of("unchanged"),
    skip: of("skip"),
    hold: of("hold"),
    fail: of("fail"),
    warnings: flow === "items" ? Math.floor(of("create") / 110) : 0,
    bulk: flow !== "invoices" && flow !== "purchase_orders" && of("create") >= 5_000,
  };
}
