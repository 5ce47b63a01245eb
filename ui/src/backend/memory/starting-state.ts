import type { AppState } from "../schema";
import { madeDifferences } from "./made-differences";
import type { Scenario } from "./scenarios";
import { settledState } from "./settled-state";

const minutes = (count: number): string => new Date(Date.now() + count * 60_000).toISOString();

type Usual = Omit<AppState, "light" | "sentence" | "cure">;

const usual: Usual = {
  stage: "ready",
  work: null,
  paused_until: null,
  snoozed_until: null,
  next_run_at: minutes(7),
  problems: 6,
  undecided: 0,
  demo: false,
};

const notSetUp: Partial<AppState> = {
  stage: "setup",
  light: "attention",
  sentence: "Not set up yet",
  cure: null,
  problems: 0,
  next_run_at: null,
};

function tomorrowMorning(): string {
  const moment = new Date();
  moment.setDate(moment.getDate() + 1);
  moment.setHours(8, 0, 0, 0);
  return moment.toISOString();
}

/** What header and tray show at the start of a scenario. */
export function startingState(scenario: Scenario): AppState {
  const changes: Partial<Record<Scenario, Partial<AppState>>> = {
    clean: { problems: 0 },
    empty: { problems: 0, next_run_at: minutes(1) },
    setup: notSetUp,
    setup_unmatched: notSetUp,
    setup_resumed: notSetUp,
    offline: {
      light: "offline",
      sentence: "Offline since 09:12, trying again",
      cure: "Check the network connection of this computer. Ledgerline tries again by itself.",
    },
    paused: {
      light: "paused",
      sentence: "Paused until tomorrow 08:00",
      cure: null,
      paused_until: tomorrowMorning(),
      next_run_at: null,
    },
    syncing: {
      light: "syncing",
      sentence: "Syncing invoices: 420 of 1,200",
      cure: null,
      next_run_at: null,
      work: {
        kind: "sync",
        since: minutes(-1),
        words: "Writing invoices to Zoho",
        flow: "invoices",
        done: 420,
        of: 1200,
        stopping: false,
      },
    },
    attention: {
      problems: 312,
      undecided: 38,
    },
    flood: { problems: 100_003 },
    refused: {
      light: "error",
      sentence: "Business Central's client secret has expired",
      cure: "Create a new one in the Microsoft Entra admin center, and enter it under Settings, Connections.",
      next_run_at: null,
    },
    second_computer: {
      light: "error",
      sentence: "The computer OFFICE-1 copies Nordwind into this Zoho org (last seen 4 minutes ago).",
      cure: 'Leave it to that computer. Or, if this one shall do it from now on, take over with Overview, "Take over": the other one stops within an hour.',
      problems: 0,
    },
    unusable: {
      stage: "unusable",
      light: "error",
      sentence: "A newer Ledgerline wrote the database of this profile.",
      cure: "Install the newer one again, or restore the backup that it made beside the database.",
      next_run_at: null,
    },
    demo: { demo: true, problems: 2 },
  };
  const state = { ...usual, ...changes[scenario] };
  const differs = scenario !== "empty" && madeDifferences(scenario).length > 0;
  const lastSuccess = new Date(Date.now() - 3 * 60_000);
  return { ...settledState({ scenario, problems: state.problems, differs, lastSuccess }), ...state };
}
