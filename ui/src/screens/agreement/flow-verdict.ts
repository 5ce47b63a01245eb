import type { Agreement, FlowCompared } from "../../backend/schema";

/** Kinds of difference that a flow's own numbers count. */
const counted: ReadonlySet<string> = new Set(["missing", "extra", "duplicate", "field", "total", "remaining"]);

/**
 * Whether a flow agrees; absent where that cannot be told: only numbers are at hand, and a kind of difference was found that
 * they do not count.
 */
export function flowAgrees(flow: FlowCompared, found: Agreement): boolean | undefined {
  const off = flow.missing + flow.extra + flow.duplicates + flow.differing > 0 || flow.sums.some((sum) => !sum.agrees);
  if (off || found.differences.some((difference) => difference.flow === flow.flow)) return false;
  if (found.agrees === true || (found.detailed && !found.truncated)) return true;
  return found.kinds.every(({ kind }) => counted.has(kind)) ? true : undefined;
}
