import type { GroupKind } from "../../backend/schema";
import { relativeTo } from "../../format/when";
import { problems as text } from "../../text/en";

interface Tried {
  kind: GroupKind;
  next_try: string | null;
}

/** "Next try in 12 minutes", or that it is due. */
export function nextTryAt(moment: string, now: Date): string {
  return new Date(moment) > now ? text.nextTry(relativeTo(moment, now)) : text.nextTryDue;
}

/** When it is tried again by itself, in words; absent where that is no question. */
export function nextTryOf({ kind, next_try }: Tried, now: Date): string | undefined {
  if (next_try !== null) return nextTryAt(next_try, now);
  if (kind === "waiting") return text.nextTryWaiting;
  return kind === "failed" ? text.nextTryOnChange : undefined;
}
