import type { Credits, FlowAgreement, Moved, Overview, SpentInHour } from "../schema";
import type { Handlers } from "./handlers";
import { Chance } from "./random";
import { flowNames, records } from "./records";
import type { Scenario } from "./scenarios";
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
  const weights = { customers: 6, items: 22, contacts: 5, invoices: 30 };
  return lastHours().flatMap((at) =>
    flowNames.flatMap((flow) => {
      const size = Math.round(weights[flow] * bustle(at) * (0.4 + chance.part()));
      if (size === 0) return [];
      const created = Math.round(size * (flow === "invoices" ? 0.7 : 0.2));
      const failed = chance.happens(0.06) ? 1 : 0;
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

function flowsOf(scenario: Scenario): FlowAgreement[] {
  const comparedAt = scenario === "empty" ? null : new Date(Date.now() - 5 * hour).toISOString();
  const open = {
    normal: { customers: 1, items: 0, contacts: 2, invoices: 3 },
    attention: { customers: 4, items: 1, contacts: 9, invoices: 298 },
  };
  const problems = scenario === "clean" || scenario === "empty" ? undefined : scenario === "attention" ? open.attention : open.normal;
  return flowNames.map((flow) => {
    const count = records[flow].length;
    const waiting = problems?.[flow] ?? 0;
    return {
      flow,
      enabled: true,
      business_central: scenario === "empty" ? 0 : count,
      zoho: scenario === "empty" ? 0 : count - waiting,
      agrees: scenario === "empty" ? null : waiting === 0,
      differences: waiting,
      compared_at: comparedAt,
      problems: waiting,
      ignored: flow === "contacts" && waiting > 0 ? 1 : 0,
      warnings: flow === "items" && scenario !== "clean" && scenario !== "empty" ? 4 : 0,
      stands_still:
        scenario === "attention" && flow === "contacts"
          ? "The signed-in user may not create contacts in Zoho any more. Give the user a profile that may, then sync again."
          : null,
    };
  });
}

export function overviewCommands(world: World): Pick<Handlers, "overview"> {
  return {
    overview(): Overview {
      const { scenario } = world;
      const empty = scenario === "empty";
      const { copied } = world;
      const flows = flowsOf(scenario).map((flow): FlowAgreement =>
        copied
          ? { ...flow, zoho: copied[flow.flow] ?? 0, agrees: null, differences: 0, compared_at: null, problems: 0, ignored: 0 }
          : flow,
      );
      const agrees = flows.every((flow) => flow.agrees === true);
      return {
        state: world.state,
        company: "Nordwind Industrial Supplies GmbH",
        zoho_org: "Nordwind Sales",
        flows,
        compared: empty
          ? null
          : {
              at: new Date(Date.now() - 5 * hour).toISOString(),
              agrees,
              sentence: agrees
                ? "Business Central and Zoho agree in all 2,400 records."
                : "Business Central and Zoho agree, but for the records that are listed as problems.",
            },
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
      };
    },
  };
}
