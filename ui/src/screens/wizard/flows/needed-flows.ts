import type { FlowName } from "../../../backend/schema";
import { words } from "../../../text/en";

export const flowOrder: readonly FlowName[] = ["customers", "items", "contacts", "invoices", "vendors", "purchase_orders"];

/** What must be copied too, for a flow's records point to them. */
const needs: Readonly<Record<FlowName, readonly FlowName[]>> = {
  customers: [],
  items: [],
  contacts: ["customers"],
  invoices: ["customers", "items"],
  vendors: [],
  purchase_orders: ["items", "vendors"],
};

/** Purchasing is of use to few sales teams: it is chosen, and not proposed. */
export const usual: readonly FlowName[] = ["customers", "items", "contacts", "invoices"];

const inOrder = (chosen: ReadonlySet<FlowName>): FlowName[] => flowOrder.filter((flow) => chosen.has(flow));

interface Switched {
  flows: FlowName[];
  /** Those that had to follow. */
  also: FlowName[];
}

/** Switches a flow on with what it needs, or off with what needs it. */
export function switchFlow(chosen: readonly FlowName[], flow: FlowName, on: boolean): Switched {
  const before = new Set(chosen);
  const following = on
    ? needs[flow].filter((needed) => !before.has(needed))
    : flowOrder.filter((other) => before.has(other) && needs[other].includes(flow));
  const after = new Set(before);
  for (const each of [flow, ...following]) {
    if (on) after.add(each);
    else after.delete(each);
  }
  return { flows: inOrder(after), also: following };
}

/** Leaves out what may not be chosen, and what needs it. */
export function onlyAllowed(chosen: readonly FlowName[], allowed: readonly FlowName[]): FlowName[] {
  return chosen.filter((flow) => allowed.includes(flow) && needs[flow].every((needed) => allowed.includes(needed)));
}

const list = new Intl.ListFormat("en", { type: "conjunction" });

/** `Items and invoices`, at the beginning of a sentence. */
export function listOf(flows: readonly FlowName[]): string {
  const [first, ...others] = flows.map((flow) => words.flow[flow]);
  return first === undefined ? "" : list.format([first, ...others.map((name) => name.toLowerCase())]);
}
