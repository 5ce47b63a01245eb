import type { Failure } from "../../backend/schema";

/** What happened and what to do, in one paragraph. */
export function tellingOf({ message, cure }: Pick<Failure, "message" | "cure">): string {
  const happened = /[.!?…]$/.test(message) ? message : `${message}.`;
  return cure === "" ? happened : `${happened} ${cure}`;
}
