/** One answer of the backend: some rows of a list, and how many there are in all. */
export interface Page<Row> {
  rows: readonly Row[];
  total: number;
}

export type FetchPage<Row> = (offset: number, limit: number) => Promise<Page<Row>>;

/** Pages kept around the one in view; more are let go, so that a long scroll does not grow memory. */
const keptPages = 30;

/** The rows of a long list, fetched page by page as they come into view. */
export class PagedRows<Row> {
  total = $state<number | undefined>(undefined);
  failure = $state.raw<unknown>(undefined);
  loading = $state(false);
  /** Counts what arrived, so that views follow without every row being watched. */
  #arrived = $state(0);
  #pages = new Map<number, readonly Row[]>();
  #stale = new Set<number>();
  #asked = new Set<number>();
  #generation = 0;
  #view: [number, number] = [0, 0];

  constructor(
    private fetchPage: FetchPage<Row>,
    readonly pageSize = 100,
  ) {}

  row(index: number): Row | undefined {
    void this.#arrived;
    return this.#pages.get(Math.floor(index / this.pageSize))?.[index % this.pageSize];
  }

  /** Another question: nothing of the old answer is kept. */
  restart(fetchPage: FetchPage<Row>): void {
    this.fetchPage = fetchPage;
    this.#generation += 1;
    this.#pages.clear();
    this.#stale.clear();
    this.#asked.clear();
    this.total = undefined;
    this.failure = undefined;
    this.#view = [0, 0];
    this.#arrived += 1;
    this.#ask(0);
  }

  /** The same question anew: rows stay in view until their successors arrive. */
  refresh(): void {
    this.failure = undefined;
    this.#generation += 1;
    this.#asked.clear();
    this.#stale = new Set(this.#pages.keys());
    this.show(...this.#view);
    if (this.#pages.size === 0) this.#ask(0);
  }

  /** Fetches what the rows from `first` to `last` need. */
  show(first: number, last: number): void {
    this.#view = [first, last];
    const from = Math.floor(first / this.pageSize);
    const to = Math.floor(Math.max(first, last) / this.pageSize);
    for (let page = from; page <= to; page += 1) {
      const known = this.total === undefined || page * this.pageSize < this.total || page === 0;
      if (known && (!this.#pages.has(page) || this.#stale.has(page))) this.#ask(page);
    }
  }

  #ask(page: number): void {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    this.loading = true;
    const generation = this.#generation;
    this.fetchPage(page * this.pageSize, this.pageSize).then(
      (answer) => this.#take(generation, page, answer),
      (failure: unknown) => this.#refuse(generation, page, failure),
    );
  }

  #take(generation: number, page: number, answer: Page<Row>): void {
    if (generation !== this.#generation) return;
    this.#asked.delete(page);
    this.#stale.delete(page);
    this.#pages.set(page, answer.rows);
    this.total = answer.total;
    this.failure = undefined;
    this.loading = this.#asked.size > 0;
    this.#letGo(page);
    this.#arrived += 1;
  }

  #refuse(generation: number, page: number, failure: unknown): void {
    if (generation !== this.#generation) return;
    this.#asked.delete(page);
    this.failure = failure;
    this.loading = this.#asked.size > 0;
  }

  #letGo(around: number): void {
    if (this.#pages.size <= keptPages) return;
    const byDistance = [...this.#pages.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around));
    for (const page of byDistance.slice(0, this.#pages.size - keptPages)) {
      this.#pages.delete(page);
      this.#stale.delete(page);
    }
  }
}
