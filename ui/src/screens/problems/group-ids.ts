import { act } from "../../app/act";

/** As many as the program gives at once. */
const pageSize = 500;

/** The numbers of all problems of a group as it is now; absent where they could not be asked for, which is then said. */
export async function idsOfGroup(cause: string, ignored: boolean): Promise<number[] | undefined> {
  const ids: number[] = [];
  for (;;) {
    const page = await act("problem_records", { cause, ignored, offset: ids.length, limit: pageSize });
    if (!page) return undefined;
    ids.push(...page.records.map((record) => record.id));
    if (page.records.length === 0 || ids.length >= page.total) return ids;
  }
}
