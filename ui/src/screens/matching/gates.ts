import type { FlowName, MatchFlow } from "../../backend/schema";

/** What has to be decided before a flow's records can be compared: persons and invoices belong to customers, orders to vendors. */
const needs: Readonly<Record<FlowName, readonly FlowName[]>> = {
  customers: [],
  items: [],
  contacts: ["customers"],
  invoices: ["customers", "items"],
  vendors: [],
  purchase_orders: ["items", "vendors"],
};

/** Records about which nobody has decided. */
export function undecidedOf(flow: MatchFlow): number {
  return flow.certain + flow.likely + flow.unclear;
}

/** Whether nobody has looked for matches at all. */
export function isUntouched(flows: readonly MatchFlow[]): boolean {
  return flows.every((flow) => flow.gate === "not_looked");
}

/** The first flow without whose decisions this one cannot be compared. */
export function awaitedBy(flow: MatchFlow, flows: readonly MatchFlow[]): FlowName | undefined {
  if (flow.gate !== "not_looked" || isUntouched(flows)) return undefined;
  return needs[flow.flow].find((needed) => {
    const gate = flows.find((each) => each.flow === needed)?.gate;
    return gate === "not_looked" || gate === "closed";
  });
}

/** What to say of a flow's gate: as the program names it, or that others come first. */
export function gateOf(flow: MatchFlow, flows: readonly MatchFlow[]): string {
  return awaitedBy(flow, flows) === undefined ? flow.gate : "follows";
}
