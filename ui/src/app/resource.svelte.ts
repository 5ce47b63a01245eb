import { untrack } from "svelte";
import { failureOf } from "../backend/failure";
import type { Failure } from "../backend/schema";

/** Something fetched from the backend, with its states: loading, there, failed. */
export class Resource<Value> {
  /** The last value that arrived. It stays while the next one is on its way. */
  value = $state.raw<Value | undefined>(undefined);
  failure = $state.raw<Failure | undefined>(undefined);
  loading = $state(true);
  #turn = 0;

  constructor(private readonly load: () => Promise<Value>) {}

  /** Fetches anew. Of several calls on their way only the last one counts. */
  async refresh(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.loading = true;
    try {
      const value = await this.load();
      if (turn !== this.#turn) return;
      this.value = value;
      this.failure = undefined;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.failure = failureOf(thrown);
    }
    this.loading = false;
  }

  /** A change that the user has just made, shown at once. */
  set(value: Value): void {
    this.#turn += 1;
    this.value = value;
    this.failure = undefined;
    this.loading = false;
  }
}

/**
 * Fetches now, and anew whenever something changes that `load` reads before it first waits.
 * Call it while a component is set up.
 */
export function resource<Value>(load: () => Promise<Value>): Resource<Value> {
  let read: () => Promise<Value> = load;
  const made = new Resource<Value>(() => read());
  $effect(() => {
    const started = load();
    read = () => started;
    untrack(() => void made.refresh());
    read = load;
  });
  return made;
}
