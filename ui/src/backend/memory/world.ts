import type { Agreement, AppState, Event, Failure, FlowName, SignalsView, WorkKind } from "../schema";
import { CallFailed } from "../failure";
import type { Scenario } from "./scenarios";
import { settledState } from "./settled-state";
import { startingState } from "./starting-state";

/** What of the program lives on between calls: its state, its listeners, and the work that goes on. */
export class World {
  state: AppState;
  /** How many records of each flow the first sync has copied so far; absent where that was long ago. */
  copied: Partial<Record<FlowName, number>> | undefined;
  /** The last comparison of both systems. */
  compared: Agreement | null = null;
  /** How signals of changes stand. */
  signals: SignalsView | undefined;
  #handlers = new Set<(event: Event) => void>();
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(readonly scenario: Scenario) {
    this.state = startingState(scenario);
    if (scenario === "syncing") {
      this.#goOn(() => {
        this.changeState({ ...startingState("normal"), ...this.#settled(), problems: this.state.problems });
        this.emit({ kind: "work_ended", work: "sync", failure: null });
        this.changed();
      });
    }
  }

  listen(handler: (event: Event) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  emit(event: Event): void {
    for (const handler of this.#handlers) handler(event);
  }

  changeState(change: Partial<AppState>): AppState {
    this.state = { ...this.state, ...change };
    this.emit({ kind: "state", state: this.state });
    return this.state;
  }

  /** Says how things stand after problems, comparison or pause have changed; what keeps everything from going on stays. */
  settle(change: Partial<AppState> = {}): AppState {
    const state = { ...this.state, ...change };
    const settles = state.stage === "ready" && state.work === null && (state.light === "up_to_date" || state.light === "attention");
    return this.changeState(settles ? { ...change, ...this.#settled(state.problems) } : change);
  }

  /** Tells the window that data changed. */
  changed(): void {
    this.emit({ kind: "changed" });
  }

  /** Works for a moment with progress, then calls `done` and says that it ended. */
  work(kind: WorkKind, words: string, of: number | null, done: () => Failure | undefined): void {
    if (this.state.work) {
      throw new CallFailed({
        code: "work_under_way",
        message: `Ledgerline is busy: ${this.state.work.words}.`,
        cure: "Wait until it is done, or cancel it.",
        field: null,
      });
    }
    const before = this.state;
    this.changeState({
      light: kind === "sync" || kind === "retry" ? "syncing" : before.light,
      sentence: kind === "sync" || kind === "retry" ? words : before.sentence,
      cure: kind === "sync" || kind === "retry" ? null : before.cure,
      work: { kind, since: new Date().toISOString(), words, flow: null, done: of === null ? null : 0, of, stopping: false },
    });
    this.#goOn(() => {
      const { light, sentence, cure } = before;
      const cancelled = this.state.work?.stopping === true;
      this.settle({ work: null, light, sentence, cure });
      const failure = cancelled ? undefined : done();
      this.emit({ kind: "work_ended", work: kind, failure: failure ?? null });
      this.changed();
    });
  }

  stop(): void {
    const { work } = this.state;
    if (work) this.changeState({ work: { ...work, stopping: true } });
  }

  #settled(problems: number = this.state.problems): Pick<AppState, "light" | "sentence" | "cure"> {
    const lastSuccess = new Date(Date.now() - 3 * 60_000);
    return settledState({ scenario: this.scenario, problems, differs: this.compared?.agrees === false, lastSuccess });
  }

  #goOn(ended: () => void): void {
    clearInterval(this.#ticker);
    this.#ticker = setInterval(() => {
      const { work } = this.state;
      if (!work) return;
      const total = work.of ?? 20;
      const next = Math.min(total, (work.done ?? 0) + Math.max(1, Math.ceil(total / 12)));
      const finished = work.stopping || (next >= total && this.scenario !== "syncing");
      if (finished) {
        clearInterval(this.#ticker);
        ended();
        return;
      }
      this.changeState({ work: { ...work, done: next >= total ? Math.ceil(total / 12) : next } });
    }, 150);
  }
}
