import type { Credits, FlowAgreement, FlowName, Moved, Overview, ProblemGroup, Signals, SpentInHour } from "../schema";
import type { Handlers } from "./handlers";
import type { OpenProblems } from "./open-problems";
import { Chance } from "./random";
import { flowsIn, records } from "./records";
import type { Scenario } from "./scenarios";
import { startingSignals } from "./signals-commands";
import type { World } from "./world";

const hour = 3_600_000;

/** The beginnings of the last 24 hours, oldest first. */
function lastHours(): string[] {
  const current = Math.floor(Date.now() / hour) * hour;
  return Array.from({ length: 24 }, (_, index) => new Date(current - (23 - index) * hour).toISOString());
}

/** Much by day, little by night. */
function bustle(at: string): number {
  const localHour = new Date(at).getHours();
  if (localHour < 6 || localHour > 20) return 0.06;
  return 0.35 + 0.65 * Math.sin(((localHour - 6) / 14) * Math.PI);
}

function movedOf(scenario: Scenario): Moved[] {
  if (scenario === "empty") return [];
  const chance = new Chance(411);
  const weights = { customers: 6, items: 22, contacts: 5, invoices: 30, vendors: 2, purchase_orders: 9 };
  return lastHours().flatMap((at) =>
    flowsIn(scenario).flatMap((flow) => {
      const size = Math.round(weights[flow] * bustle(at) * (0.4 + chance.part()));
      if (size === 0) return [];
      const created = Math.round(size * (flow === "invoices" ? 0.7 : 0.2));
      const failed = chance.happens(0.06) && scenario !== "clean" ? 1 : 0;
      return [{ hour: at, flow, created, updated: size - created, deleted: 0, failed }];
    }),
  );
}

function spentOf(scenario: Scenario): SpentInHour[] {
  const chance = new Chance(733);
  const factor = scenario === "attention" ? 760 : 240;
  return lastHours().map((at) => ({
    hour: at,
    spent: scenario === "empty" ? 0 : Math.round(factor * bustle(at) * (0.5 + chance.part() * 0.6)),
  }));
}

function creditsOf(scenario: Scenario): Credits {
  const byHour = spentOf(scenario);
  const spent = byHour.reduce((sum, each) => sum + each.spent, 0);
  const much = scenario === "attention";
  return {
    spent_24h: spent,
    daily: scenario === "empty" ? null : 55_000,
    budget: scenario === "empty" ? null : 11_000,
    org_remaining: much ? 9_200 : null,
    org_remaining_at: much ? new Date(Date.now() - 0.4 * hour).toISOString() : null,
    waits_until: null,
    to_write: much ? 1_840 : scenario === "clean" || scenario === "empty" ? 0 : 36,
    needed: much ? 2_950 : scenario === "clean" || scenario === "empty" ? 0 : 48,
    done_at: much ? new Date(Date.now() + 9 * hour).toISOString() : new Date(Date.now() + 0.12 * hour).toISOString(),
    by_hour: byHour,
  };
}

function countIn(groups: readonly ProblemGroup[], flow: FlowName): number {
  return groups.filter((group) => group.flow === flow).reduce((sum, group) => sum + group.count, 0);
}

function flowsOf({ scenario, compared }: World, problems: OpenProblems): FlowAgreement[] {
  const open = problems.groups();
  const leftAlone = problems.leftAloneGroups();
  const still = open.filter((group) => group.kind === "flow");
  return flowsIn(scenario).map((flow): FlowAgreement => {
    const found = compared?.flows.find((each) => each.flow === flow);
    const differences = found ? found.missing + found.extra + found.duplicates + found.differing : 0;
    const count = scenario === "empty" ? 0 : records[flow].length;
    const leftOut = flow === "contacts" && scenario === "normal" ? 18 : 0;
    return {
      flow,
      enabled: true,
      business_central: count + leftOut,
      zoho: found?.zoho ?? count,
      left_out: leftOut,
      agrees: found ? differences === 0 : null,
      differences,
      compared_at: found && compared ? compared.at : null,
      problems: countIn(open, flow),
      ignored: countIn(leftAlone, flow),
      warnings: flow === "items" && scenario !== "clean" && scenario !== "empty" ? 4 : 0,
      stands_still: still.find((group) => group.flow === flow)?.message ?? null,
    };
  });
}

function signalsOf(world: World): Signals | null {
  const { relay, standing, troubles, subscriptions, last_at } = world.signals ?? startingSignals(world);
  if (relay === null) return null;
  const first = troubles[0] ?? subscriptions.find((each) => each.refused)?.refused;
  return { standing, why: first ? `${first.message}. ${first.cure}` : null, last_at };
}

export function overviewCommands(world: World, problems: OpenProblems): Pick<Handlers, "overview"> {
  return {
    overview(): Overview {
      const { scenario } = world;
      const empty = scenario === "empty";
      const { copied, compared } = world;
      const flows = flowsOf(world, problems).map((flow): FlowAgreement => (copied ? { ...flow, zoho: copied[flow.flow] ?? 0 } : flow));
      return {
        state: world.state,
        company: "Nordwind Industrial Supplies GmbH",
        zoho_org: "Nordwind Sales",
        flows,
        compared: compared && { at: compared.at, agrees: compared.agrees, sentence: compared.sentence },
        moved: movedOf(scenario),
        credits: creditsOf(scenario),
        last_run: empty
          ? null
          : {
              started_at: new Date(Date.now() - 4 * 60_000).toISOString(),
              finished_at: world.state.work?.kind === "sync" ? null : new Date(Date.now() - 3 * 60_000).toISOString(),
              trigger: "schedule",
              outcome: world.state.work?.kind === "sync" ? null : scenario === "clean" ? "clean" : "attention",
            },
        last_success_at: empty
          ? null
          : new Date(Date.now() - (scenario === "offline" ? 5 * hour : 3 * 60_000)).toISOString(),
        other_writer:
          scenario === "second_computer" && world.state.light === "error"
            ? { computer: "OFFICE-1", seen_at: new Date(Date.now() - 4 * 60_000).toISOString(), may_take_over: true }
            : null,
        signals: signalsOf(world),
      };
    },
  };
}
