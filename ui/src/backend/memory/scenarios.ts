/** What the in-memory backend plays. Named in the address: `?scenario=offline`. */
export const scenarios = [
  /** A few records wait, and a few differ. The usual day. */
  "normal",
  /** Everything agrees and nothing waits. */
  "clean",
  /** Set up a minute ago: nothing was read, moved or compared yet. */
  "empty",
  /** Set-up has not begun. */
  "setup",
  /** Set-up has not begun, and Zoho holds no records. */
  "setup_unmatched",
  /** Set-up was left at its third step, with both connections made. */
  "setup_resumed",
  /** No data command ever answers. */
  "loading",
  /** Every data command fails. */
  "error",
  /** Neither system can be reached. */
  "offline",
  /** Paused until tomorrow. */
  "paused",
  /** A run goes on all the time. */
  "syncing",
  /** Many problems, little credit left, a secret about to expire. */
  "attention",
  /** One cause holds a hundred thousand records back. */
  "flood",
  /** The sign-in was refused: nothing goes on. */
  "refused",
  /** Another computer writes to the Zoho org. */
  "second_computer",
  /** Signals of changes arrive. */
  "signals",
  /** Business Central refuses to tell of changes. */
  "signals_refused",
  /** The relay does not answer any more. */
  "signals_lost",
  /** Signals were switched off while a system could not be reached. */
  "signals_left",
  /** Vendors and purchase orders are copied too. */
  "purchasing",
  /** The database cannot be used. */
  "unusable",
  /** The built-in systems of the demo. */
  "demo",
] as const;

export type Scenario = (typeof scenarios)[number];

export function scenarioOf(name: string | null): Scenario {
  return scenarios.find((known) => known === name) ?? "normal";
}
