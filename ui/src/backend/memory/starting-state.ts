import type { AppState } from "../schema";
import type { Scenario } from "./scenarios";

const minutes = (count: number): string => new Date(Date.now() + count * 60_000).toISOString();

function clockTime(moment: Date): string {
  return `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;
}

const usual: AppState = {
  stage: "ready",
  light: "up_to_date",
  sentence: `Up to date, ${clockTime(new Date(Date.now() - 3 * 60_000))}. 6 records need attention.`,
  cure: null,
  work: null,
  paused_until: null,
  snoozed_until: null,
  next_run_at: minutes(7),
  problems: 6,
  undecided: 0,
  demo: false,
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
    clean: { sentence: `Up to date, ${clockTime(new Date(Date.now() - 3 * 60_000))}.`, problems: 0 },
    empty: { sentence: "Ready. Nothing has been synced yet.", problems: 0, next_run_at: minutes(1) },
    setup: { stage: "setup", light: "attention", sentence: "Ledgerline is not set up yet.", problems: 0, next_run_at: null },
    setup_unmatched: { stage: "setup", light: "attention", sentence: "Ledgerline is not set up yet.", problems: 0, next_run_at: null },
    setup_resumed: {
      stage: "setup",
      light: "attention",
      sentence: "The set-up is not finished yet.",
      problems: 0,
      next_run_at: null,
    },
    offline: {
      light: "offline",
      sentence: "Offline since 09:12. Neither Business Central nor Zoho can be reached.",
      cure: "Check the network connection of this computer. Ledgerline tries again by itself.",
    },
    paused: {
      light: "paused",
      sentence: "Paused until tomorrow, 08:00.",
      paused_until: tomorrowMorning(),
      next_run_at: null,
    },
    syncing: {
      light: "syncing",
      sentence: "Syncing since a minute ago.",
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
      light: "attention",
      sentence: "312 records need attention.",
      cure: "Open Problems: most of them wait for one item.",
      problems: 312,
      undecided: 38,
    },
    flood: {
      light: "attention",
      sentence: "100,003 records need attention.",
      cure: "Open Problems: nearly all of them wait for one item.",
      problems: 100_003,
    },
    refused: {
      light: "error",
      sentence: "Microsoft does not accept the client secret any more: it has expired.",
      cure: "Create a new one in the Microsoft Entra admin center, and enter it under Settings, Connections.",
      next_run_at: null,
    },
    unusable: {
      stage: "unusable",
      light: "error",
      sentence: "A newer Ledgerline wrote the database of this profile.",
      cure: "Install the newer one again, or restore the backup that it made beside the database.",
      next_run_at: null,
    },
    demo: { demo: true, problems: 2, sentence: `Up to date, ${clockTime(new Date(Date.now() - 60_000))}. 2 records need attention.` },
  };
  return { ...usual, ...changes[scenario] };
}
