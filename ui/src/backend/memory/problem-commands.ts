import type { ProblemGroup } from "../schema";
import type { Handlers } from "./handlers";
import { OpenProblems } from "./open-problems";
import type { World } from "./world";

type Names = "problems" | "problem_records" | "retry" | "ignore" | "unignore";

/** A person has corrected these in Business Central: the next sync writes them. */
const correctedMeanwhile = "records:contacts:zoho_invalid_data:";

export function problemCommands(world: World, problems: OpenProblems): Pick<Handlers, Names> {
  function tellCount(): void {
    world.settle({ problems: problems.count });
  }

  /** A comparison is a problem as long as it is the last one and found differences. */
  function asLastCompared(group: ProblemGroup): ProblemGroup[] {
    if (group.kind !== "comparison") return [group];
    const last = world.compared;
    return last?.agrees === false ? [{ ...group, message: last.sentence, since: last.at }] : [];
  }

  function changed(): null {
    tellCount();
    world.changed();
    return null;
  }

  world.listen((event) => {
    if (event.kind !== "work_ended" || event.work !== "sync" || event.failure) return;
    problems.settleCause(correctedMeanwhile);
    tellCount();
  });

  return {
    problems: () => ({ groups: problems.groups().flatMap(asLastCompared), ignored: problems.leftAloneGroups() }),

    problem_records({ cause, ignored, offset, limit }) {
      const found = problems.of(cause, ignored);
      return { total: found.length, records: found.slice(offset, offset + Math.min(limit, 500)) };
    },

    retry(what) {
      const ids =
        what.what === "problems"
          ? what.ids
          : (what.what === "cause" ? problems.of(what.cause, false) : problems.all()).map((record) => record.id);
      world.work("retry", "Trying failed records again", Math.max(1, ids.length), () => {
        // The first of two succeeds, so that both outcomes can be seen.
        problems.settle(ids.filter((_, index) => index % 2 === 0));
        tellCount();
        return undefined;
      });
      return null;
    },

    ignore({ ids }) {
      problems.ignore(ids);
      return changed();
    },

    unignore({ ids }) {
      problems.unignore(ids);
      return changed();
    },
  };
}
