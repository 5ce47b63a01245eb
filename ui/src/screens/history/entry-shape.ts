import type { Entry } from "../../backend/schema";

/** What an entry of a record's history is about; each has a shape and a word. */
export type EntryShape =
  | "observed"
  | "created"
  | "updated"
  | "adopted"
  | "failed"
  | "held"
  | "skipped"
  | "decision"
  | "verified"
  | "deleted"
  | "run"
  | "setup"
  | "other";

const byKind: ReadonlyMap<string, EntryShape> = new Map(
  (["observed", "adopted", "failed", "held", "skipped", "decision", "verified", "deleted", "run", "setup"] as const).map(
    (kind) => [kind, kind],
  ),
);

/**
 * The shape of each entry, in the order of `entries`, newest first. What is written to a record that is not in Zoho creates it. Where
 * older entries are missing (`truncated`), it is not known whether the record was in Zoho before; then nothing is called a creation.
 */
export function shapesOf(entries: readonly Entry[], truncated: boolean): EntryShape[] {
  /** The record in Zoho: null where there is none, undefined where that is not known. */
  let copy: string | null | undefined = truncated ? undefined : null;
  return entries
    .toReversed()
    .map((entry): EntryShape => {
      const before = copy;
      if (entry.kind === "deleted") copy = null;
      if (entry.kind === "adopted" || entry.kind === "written") copy = entry.zoho_id ?? undefined;
      if (entry.kind !== "written") return byKind.get(entry.kind) ?? "other";
      const another = typeof before === "string" && typeof copy === "string" && before !== copy;
      return before === null || another ? "created" : "updated";
    })
    .toReversed();
}
