import { CallFailed } from "../failure";
import type { Candidate, Decided, FlowName, MatchClass, MatchFlow, MatchRecord, MatchVerdict } from "../schema";
import { matchRecords, type FoundCounts } from "./match-records";

export const nothingDecided: Decided = { accepted: 0, rejected: 0, created: 0, undone: 0 };

interface Pair {
  record: MatchRecord;
  candidate: Candidate;
  flow: FlowName;
}

export type Gate = "not_looked" | "nothing_to_match" | "written_before" | "closed" | "reviewed";

const needs: Record<FlowName, readonly FlowName[]> = {
  customers: [],
  items: [],
  contacts: ["customers"],
  invoices: ["customers", "items"],
  vendors: [],
  purchase_orders: ["items", "vendors"],
};

export const isOpen = (gate: Gate | undefined): boolean => gate !== undefined && gate !== "not_looked" && gate !== "closed";

function refuse(code: string, message: string, cure: string): never {
  throw new CallFailed({ code, message, cure, field: null });
}

/** Who decided what about which pair, with the rules by which the program keeps it. */
export class MatchBook {
  readonly #records: ReadonlyMap<FlowName, MatchRecord[]>;
  readonly #pairs = new Map<number, Pair>();
  readonly gates = new Map<FlowName, Gate>();

  constructor(
    readonly flows: readonly FlowName[],
    counts: FoundCounts,
    readonly who: string,
  ) {
    this.#records = new Map(flows.map((flow) => [flow, matchRecords(flow, counts)]));
    for (const [flow, records] of this.#records) {
      this.gates.set(flow, "not_looked");
      for (const record of records) {
        for (const candidate of record.candidates) this.#pairs.set(candidate.proposal, { record, candidate, flow });
      }
    }
  }

  records(flow: FlowName): readonly MatchRecord[] {
    return this.gates.get(flow) === "not_looked" ? [] : (this.#records.get(flow) ?? []);
  }

  /** Looks in the order of dependence: contacts are looked for within the customers that are decided. */
  look(): void {
    for (const flow of this.flows) {
      if (this.gates.get(flow) !== "not_looked") continue;
      const ready = needs[flow].every((needed) => !this.gates.has(needed) || isOpen(this.gates.get(needed)));
      if (ready) this.gates.set(flow, (this.#records.get(flow) ?? []).length > 0 ? "closed" : "nothing_to_match");
    }
  }

  /** Neither given away nor created, and a pair of it waits. */
  waits(record: MatchRecord): boolean {
    if (record.written || record.create_by !== null) return false;
    if (record.candidates.some((candidate) => candidate.decision === "accept")) return false;
    return record.candidates.some((candidate) => candidate.decision === null);
  }

  isDecided(record: MatchRecord): boolean {
    return record.create_by !== null || record.candidates.some((candidate) => candidate.decision !== null);
  }

  page(flow: FlowName, sure: MatchClass | null, decided: boolean): MatchRecord[] {
    return this.records(flow).filter(
      (record) => (decided ? this.isDecided(record) : this.waits(record)) && (sure === null || record.class === sure),
    );
  }

  undecided(): number {
    return this.flows.reduce((sum, flow) => sum + this.page(flow, null, false).length, 0);
  }

  summaryOf(flow: FlowName): MatchFlow {
    const gate = this.gates.get(flow) ?? "not_looked";
    const records = this.records(flow);
    const ended = gate === "reviewed";
    return {
      flow,
      gate,
      who: gate === "not_looked" ? null : ended ? this.who : "ledgerline",
      at: gate === "not_looked" ? null : new Date(Date.now() - (ended ? 12 * 86_400_000 : 600_000)).toISOString(),
      keyless: gate === "not_looked" ? 0 : records.length + 40,
      certain: this.page(flow, "certain", false).length,
      likely: this.page(flow, "likely", false).length,
      unclear: this.page(flow, "unclear", false).length,
      decided: this.page(flow, null, true).length,
    };
  }

  has(proposal: number): boolean {
    return this.#pairs.has(proposal);
  }

  pair(proposal: number): Pair {
    return (
      this.#pairs.get(proposal) ??
      refuse("match_unknown_proposal", `there is no proposal ${proposal}`, "Matching lists the proposals with their numbers.")
    );
  }

  decide(proposal: number, verdict: MatchVerdict): Decided {
    const { record, candidate, flow } = this.pair(proposal);
    if (record.written) {
      refuse(
        "match_already_written",
        `proposal ${proposal}: ${flow} ${record.number} is in Zoho already as the record ${candidate.zoho_id}; what is written cannot be decided again`,
        "To part the two, clear BC Number and BC Id of that record in Zoho by hand.",
      );
    }
    if (verdict === "undo") return { ...nothingDecided, undone: this.#undo(record, candidate, proposal) };
    if (verdict !== "reject") {
      record.create_by = null;
      for (const each of record.candidates) {
        if (each.decision === "accept") Object.assign(each, { decision: null, decided_by: null });
      }
    }
    if (verdict === "create") {
      record.create_by = this.who;
      return { ...nothingDecided, created: 1 };
    }
    Object.assign(candidate, { decision: verdict, decided_by: this.who });
    return verdict === "accept" ? { ...nothingDecided, accepted: 1 } : { ...nothingDecided, rejected: 1 };
  }

  #undo(record: MatchRecord, candidate: Candidate, proposal: number): number {
    let undone = 0;
    if (record.create_by !== null) {
      record.create_by = null;
      undone += 1;
    }
    if (candidate.decision !== null) {
      Object.assign(candidate, { decision: null, decided_by: null });
      undone += 1;
    }
    if (undone === 0) {
      refuse("match_nothing_decided", `nothing was decided about proposal ${proposal}`, 'Matching, "Decided" lists what was decided.');
    }
    return undone;
  }

  acceptCertain(flow: FlowName): number {
    const certain = this.page(flow, "certain", false);
    for (const record of certain) {
      const best = record.candidates.find((candidate) => candidate.proposed && candidate.decision === null);
      if (best) this.decide(best.proposal, "accept");
    }
    return certain.length;
  }

  createRest(flow: FlowName): void {
    for (const record of this.page(flow, null, false)) record.create_by = this.who;
  }

  /** Opens gates behind which nothing is undecided, and closes those whose decisions were taken back. */
  follow(): void {
    for (const flow of this.flows) {
      const open = this.page(flow, null, false).length;
      const gate = this.gates.get(flow);
      if (gate === "closed" && open === 0) this.gates.set(flow, "reviewed");
      if (gate === "reviewed" && open > 0 && this.records(flow).every((record) => !record.written)) this.gates.set(flow, "closed");
    }
  }

  /** What a profile in use looks like: reviewed and written long ago. */
  reviewedAndWritten(): void {
    this.look();
    for (const flow of this.flows) {
      this.acceptCertain(flow);
      for (const record of this.page(flow, null, false)) {
        const best = record.candidates[0];
        if (best) this.decide(best.proposal, record.class === "likely" ? "accept" : "create");
      }
      this.follow();
      for (const record of this.records(flow)) record.written = true;
      this.look();
    }
  }
}
