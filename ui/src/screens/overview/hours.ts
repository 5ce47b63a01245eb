import type { FlowName, Moved } from "../../backend/schema";

const usual: readonly FlowName[] = ["customers", "items", "contacts", "invoices"];

/** The flows that are shown: the usual ones, and purchasing where anything of it moved. */
export function shownFlows(hours: readonly MovedHour[]): FlowName[] {
  const purchasing: readonly FlowName[] = ["vendors", "purchase_orders"];
  const moved = ({ done, failed }: HourOfFlow): boolean => done > 0 || failed > 0;
  return [...usual, ...purchasing.filter((flow) => hours.some((hour) => moved(hour.flows[flow])))];
}

export interface HourOfFlow {
  done: number;
  failed: number;
}

/** What moved in one hour, by flow; flows without anything are there with zeros. */
export interface MovedHour {
  hour: string;
  flows: Record<FlowName, HourOfFlow>;
  done: number;
  failed: number;
}

const hourLength = 3_600_000;

/** The last 24 hours, oldest first, the current one last. Hours without anything are there too. */
export function lastDay(moved: readonly Moved[], now: Date): MovedHour[] {
  const current = Math.floor(now.getTime() / hourLength) * hourLength;
  const hours = new Map<number, MovedHour>();
  for (let back = 23; back >= 0; back -= 1) {
    const at = current - back * hourLength;
    hours.set(at, { hour: new Date(at).toISOString(), flows: nothing(), done: 0, failed: 0 });
  }
  for (const each of moved) {
    const at = Math.floor(new Date(each.hour).getTime() / hourLength) * hourLength;
    const hour = hours.get(at);
    if (!hour) continue;
    const done = each.created + each.updated + each.deleted;
    hour.flows[each.flow].done += done;
    hour.flows[each.flow].failed += each.failed;
    hour.done += done;
    hour.failed += each.failed;
  }
  return [...hours.values()];
}

function nothing(): Record<FlowName, HourOfFlow> {
  return {
    customers: { done: 0, failed: 0 },
    items: { done: 0, failed: 0 },
    contacts: { done: 0, failed: 0 },
    invoices: { done: 0, failed: 0 },
    vendors: { done: 0, failed: 0 },
    purchase_orders: { done: 0, failed: 0 },
  };
}
