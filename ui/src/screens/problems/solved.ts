import type { ProblemGroup, Problems } from "../../backend/schema";

/** What has come right between two looks at the problems. */
export interface Solved {
  /** Titles of groups that are gone. */
  titles: string[];
  /** Records of all groups that have come right, also where others of their group have not. */
  records: number;
}

const countOf = (groups: readonly ProblemGroup[], cause: string): number =>
  groups.find((group) => group.cause === cause)?.count ?? 0;

const known = (groups: readonly ProblemGroup[], cause: string): boolean => groups.some((group) => group.cause === cause);

/** What somebody decided to leave alone meanwhile has not come right. */
export function solvedBetween(before: Problems, after: Problems): Solved {
  const titles: string[] = [];
  let records = 0;
  for (const group of before.groups) {
    const { cause } = group;
    const then = group.count + countOf(before.ignored, cause);
    const now = countOf(after.groups, cause) + countOf(after.ignored, cause);
    const right = Math.min(group.count, Math.max(0, then - now));
    records += right;
    if (!known(after.groups, cause) && (group.count === 0 || right > 0)) titles.push(group.title);
  }
  return { titles, records };
}

/** Records with open problems. */
export function openRecords(problems: Problems): number {
  return problems.groups.reduce((sum, group) => sum + group.count, 0);
}
