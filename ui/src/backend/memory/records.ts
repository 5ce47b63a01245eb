import type { FlowName } from "../schema";
import { companyHeads, companyTails, firstNames, goods, lastNames, sizes, towns } from "./company-names";
import { Chance } from "./random";
import type { Scenario } from "./scenarios";

/** A record of Business Central with its copy in Zoho. */
export interface MadeRecord {
  flow: FlowName;
  bcId: string;
  number: string;
  name: string;
  zohoId: string;
  email: string;
  phone: string;
  place: string;
  taxNumber: string;
  /** Decimal text; prices of items, totals of invoices. */
  total: string;
  date: string;
}

/** The flows that are switched on as a rule. */
export const flowNames: readonly FlowName[] = ["customers", "items", "contacts", "invoices"];

/** Every flow; purchasing is switched off at first. */
export const everyFlow: readonly FlowName[] = [...flowNames, "vendors", "purchase_orders"];

/** The flows that are switched on in a scenario. */
export function flowsIn(scenario: Scenario): readonly FlowName[] {
  return scenario === "purchasing" ? everyFlow : flowNames;
}

const amounts: Record<FlowName, number> = { customers: 300, items: 500, contacts: 400, invoices: 1200, vendors: 38, purchase_orders: 54 };

/** Two places of decimal text, of a count of cents. */
export function cents(count: number): string {
  const whole = Math.trunc(count / 100);
  return `${whole}.${String(Math.abs(count) % 100).padStart(2, "0")}`;
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z]+/g, "-")
    .replace(/^-|-$/g, "");
}

const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);

function make(flow: FlowName, index: number, chance: Chance, customers: readonly MadeRecord[]): MadeRecord {
  const zohoId = `5843210000${String(1_000_000 + index * 17 + everyFlow.indexOf(flow) * 211_000).padStart(9, "0")}`;
  const shared = { flow, bcId: chance.guid(), zohoId, email: "", phone: "", place: "", taxNumber: "", total: "0.00", date: "" };
  const customer = customers.length > 0 ? chance.of(customers) : undefined;
  if (flow === "customers") {
    const name = `${companyHeads[index % companyHeads.length]} ${companyTails[Math.floor(index / companyHeads.length) % companyTails.length]}`;
    return {
      ...shared,
      number: `C${10_000 + index}`,
      name,
      email: `info@${slug(name)}.example`,
      phone: `+49 30 ${chance.whole(2_000_000, 8_999_999)}`,
      place: chance.of(towns),
      taxNumber: `DE${chance.whole(100_000_000, 999_999_999)}`,
      total: cents(chance.whole(0, 4_500_000)),
    };
  }
  if (flow === "items") {
    return { ...shared, number: `${1000 + index}-S`, name: `${chance.of(goods)} ${chance.of(sizes)}`, total: cents(chance.whole(45, 98_000)) };
  }
  if (flow === "contacts") {
    const [first, last] = [chance.of(firstNames), chance.of(lastNames)];
    return {
      ...shared,
      number: `CT${String(200 + index).padStart(6, "0")}`,
      name: `${first} ${last}`,
      email: `${slug(first)}.${slug(last)}@${customer?.email.split("@")[1] ?? "example.com"}`,
      phone: `+49 171 ${chance.whole(1_000_000, 9_999_999)}`,
      place: customer?.name ?? "",
    };
  }
  if (flow === "vendors") {
    const name = `${companyHeads[(index * 7) % companyHeads.length]} Supplies`;
    return { ...shared, number: `V${10_000 + index}`, name, email: `orders@${slug(name)}.example`, place: chance.of(towns) };
  }
  return {
    ...shared,
    number: flow === "purchase_orders" ? `${106_000 + index}` : `PSI-${103_000 + index}`,
    name: customer?.name ?? "",
    total: cents(chance.whole(3_500, 1_850_000)),
    date: day(chance.whole(0, 420)),
  };
}

function makeAll(): Record<FlowName, readonly MadeRecord[]> {
  const chance = new Chance(20_261);
  const customers = Array.from({ length: amounts.customers }, (_, index) => make("customers", index, chance, []));
  const of = (flow: FlowName) => Array.from({ length: amounts[flow] }, (_, index) => make(flow, index, chance, customers));
  // In the order in which they are made: what is made later does not change what was made before.
  return {
    customers,
    items: of("items"),
    contacts: of("contacts"),
    invoices: of("invoices"),
    vendors: of("vendors"),
    purchase_orders: of("purchase_orders"),
  };
}

/** 300 customers, 500 items, 400 contacts, 1,200 invoices, and some vendors and purchase orders; the same ones at each start. */
export const records = makeAll();

export function recordOf(flow: FlowName, bcId: string): MadeRecord | undefined {
  return records[flow].find((record) => record.bcId === bcId);
}

export function recordAt(flow: FlowName, index: number): MadeRecord {
  const record = records[flow][index % records[flow].length];
  if (!record) throw new Error(`there is no ${flow} ${index}`);
  return record;
}
