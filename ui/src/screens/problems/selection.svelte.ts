import { SvelteSet } from "svelte/reactivity";
import { idsOfGroup } from "./group-ids";

/** Which records of a group are ticked: some by number, or every one, however many there are. */
export class Selection {
  everything = $state(false);
  #ids = new SvelteSet<number>();

  constructor(
    private readonly cause: string,
    private readonly ignored: boolean,
  ) {}

  has(id: number): boolean {
    return this.everything || this.#ids.has(id);
  }

  /** How many are ticked in a group of so many. */
  count(total: number): number {
    return this.everything ? total : Math.min(total, this.#ids.size);
  }

  async set(id: number, ticked: boolean): Promise<void> {
    if (this.everything && !ticked) {
      const all = await idsOfGroup(this.cause, this.ignored);
      if (!all) return;
      for (const one of all) this.#ids.add(one);
      this.everything = false;
    }
    if (ticked) this.#ids.add(id);
    else this.#ids.delete(id);
  }

  all(ticked: boolean): void {
    this.#ids.clear();
    this.everything = ticked;
  }

  /** The numbers that are ticked and still in the group: some may have come right meanwhile. */
  async current(): Promise<number[] | undefined> {
    const ids = await idsOfGroup(this.cause, this.ignored);
    return this.everything ? ids : ids?.filter((id) => this.#ids.has(id));
  }

  /** Forgets what has left the group. */
  async prune(): Promise<void> {
    if (this.everything || this.#ids.size === 0) return;
    const left = await idsOfGroup(this.cause, this.ignored);
    if (left) for (const id of [...this.#ids]) if (!left.includes(id)) this.#ids.delete(id);
  }
}
