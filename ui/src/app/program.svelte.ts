import { backend } from "#backend";
import { failureOf } from "../backend/failure";
import type { AppState, Failure, WorkKind } from "../backend/schema";
import { toasts } from "../design/toasts.svelte";

/** Changes come in bursts while a run goes on; screens follow at most this often. */
const followEvery = 700;

/** Work whose failure is shown by the screen that started it. The rest says so at the lower edge of the window. */
const shownByScreen: ReadonlySet<WorkKind> = new Set(["match_find", "preview", "compare", "fields", "sign_in", "signals"]);

/** What the program is doing, as the window knows it. Follows the program's events. */
class Program {
  /** Absent until the program has answered for the first time. */
  state = $state.raw<AppState | undefined>(undefined);
  /** Why the state could not be asked for. */
  failure = $state.raw<Failure | undefined>(undefined);
  asking = $state(false);
  /** Grows whenever data may have changed. A `resource` that reads it is fetched anew. */
  version = $state(0);
  /** Why the last work of each kind did nothing; absent where it ended well or has begun again. */
  failures = $state.raw<Partial<Record<WorkKind, Failure>>>({});
  #pending: ReturnType<typeof setTimeout> | undefined;

  /** Begins to follow. Returns how to end it. */
  follow(): () => void {
    const stop = backend.listen((event) => {
      if (event.kind === "state") this.take(event.state);
      else if (event.kind === "changed") this.#changed();
      else if (event.kind === "work_ended") this.#ended(event.work, event.failure);
      else if (event.kind === "show" && event.route) location.hash = `#/${event.route.replace(/^#?\/?/, "")}`;
    });
    void this.refresh();
    return stop;
  }

  async refresh(): Promise<void> {
    this.asking = true;
    try {
      this.take(await backend.call("state", null));
    } catch (thrown) {
      this.failure = failureOf(thrown);
    }
    this.asking = false;
  }

  /** A state that an event or a command's answer brought. */
  take(state: AppState): void {
    this.state = state;
    this.failure = undefined;
    const kind = state.work?.kind;
    if (kind && this.failures[kind]) this.failures = { ...this.failures, [kind]: undefined };
  }

  #ended(work: WorkKind, failure: Failure | null): void {
    const { [work]: _, ...others } = this.failures;
    this.failures = failure ? { ...others, [work]: failure } : others;
    if (failure && !shownByScreen.has(work)) toasts.show(`${failure.message} ${failure.cure}`, "error");
    this.#changed();
  }

  #changed(): void {
    if (this.#pending !== undefined) return;
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      this.version += 1;
    }, followEvery);
  }
}

export const program = new Program();
