import type { Failure, PreviewView } from "../schema";
import type { Handlers } from "./handlers";
import { flowsIn } from "./records";
import { PlannedRecords, plannedFlow, plans } from "./preview-records";
import type { World } from "./world";

type Names = "preview_start" | "preview" | "preview_page";

const unreachable: Failure = {
  code: "bc_unreachable",
  message: "Business Central cannot be reached.",
  cure: "Check the network connection of this computer, then try again.",
  field: null,
};

const refused: Failure = {
  code: "bc_sign_in_secret_expired",
  message: "Microsoft does not accept the client secret any more: it has expired.",
  cure: "Create a new one in the Microsoft Entra admin center, and enter it under Settings, Connections.",
  field: null,
};

const reviewNeeded: Failure = {
  code: "match_review_needed",
  message: "28 of Business Central's customers may already be in Zoho, without our key. None of the customers is created until somebody has decided.",
  cure: "Matching: decide about what it lists, then sync.",
  field: null,
};

type Scenario = World["scenario"];

function planOf(scenario: Scenario) {
  if (scenario === "clean") return plans.nothing;
  if (scenario === "flood") return plans.flood;
  if (scenario === "attention") return plans.waiting;
  if (scenario === "purchasing") return plans.purchasing;
  const inUse: readonly Scenario[] = ["normal", "signals", "signals_refused", "signals_lost", "paused", "syncing", "offline", "refused"];
  return inUse.includes(scenario) ? plans.usual : plans.first;
}

const totalsNote =
  "What Zoho computes as an invoice's total is known only when it holds the invoice: a sync reads it back, and corrects a rounding difference through Adjustment.";

function viewOf(scenario: Scenario, at: Date): PreviewView {
  const plan = planOf(scenario);
  const clean = scenario === "clean";
  const minutes = clean ? 0 : scenario === "flood" ? 94 : 4;
  return {
    at: at.toISOString(),
    flows: flowsIn(scenario).map((flow) => plannedFlow(flow, plan)),
    credits: clean ? 8 : scenario === "flood" ? 12_480 : plan === plans.first ? 486 : 41,
    credits_spent: plan === plans.first ? 74 : 8,
    time: minutes === 0 ? "less than a minute" : minutes < 60 ? `about ${minutes} min` : `about ${Math.trunc(minutes / 60)} h ${minutes % 60} min`,
    done_at: new Date(at.getTime() + Math.max(minutes, 0.1) * 60_000).toISOString(),
    notes: clean ? [] : plan === plans.first ? ['The record "BC-LINE" would be made in Zoho as well.', totalsNote] : [totalsNote],
    flow_problems: scenario === "attention" ? [reviewNeeded] : [],
    failure: scenario === "refused" ? refused : null,
  };
}

export function previewCommands(world: World): Pick<Handlers, Names> {
  const { scenario } = world;
  const records = new PlannedRecords(planOf(scenario));
  const fresh = scenario === "empty" || scenario === "setup" || scenario === "setup_unmatched";
  let preview: PreviewView | null = fresh ? null : viewOf(scenario, new Date(Date.now() - 120_000));

  return {
    preview_start() {
      world.work("preview", "Going through a sync without writing", 2400, () => {
        if (scenario === "offline") return unreachable;
        preview = viewOf(scenario, new Date());
        return undefined;
      });
      return null;
    },

    preview: () => preview,

    preview_page: ({ flow, actions, text, offset, limit }) =>
      preview ? records.page(flow, actions, text, offset, Math.min(limit, 500)) : { total: 0, records: [] },
  };
}
