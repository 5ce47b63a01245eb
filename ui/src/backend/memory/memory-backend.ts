import type { Backend, CommandName, Params, Result } from "../backend";
import { CallFailed } from "../failure";
import { activityCommands } from "./activity-commands";
import { agreementCommands } from "./agreement-commands";
import type { Handler, Handlers } from "./handlers";
import { historyCommands } from "./history-commands";
import { matchCommands } from "./match-commands";
import { OpenProblems } from "./open-problems";
import { overviewCommands } from "./overview-commands";
import { previewCommands } from "./preview-commands";
import { problemCommands } from "./problem-commands";
import type { Scenario } from "./scenarios";
import { settingsCommands } from "./settings-commands";
import { signalsCommands } from "./signals-commands";
import { stateCommands } from "./state-commands";
import { wizardCommands } from "./wizard-commands";
import { World } from "./world";

/** As long as the real program takes: noticed by tests that forget to wait, and by nobody else. */
const answerAfter = 25;

/** What answers even where a scenario keeps everything else waiting or failing. */
const always: ReadonlySet<CommandName> = new Set(["state", "pause", "resume", "snooze", "cancel"]);

const outage = {
  code: "database_busy",
  message: "The database of Ledgerline is held by another program.",
  cure: "Stop the other program, or wait for it, then try again.",
  field: null,
};

/** Neither side sees later changes that the other one makes. */
function overTheWire<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** The whole program in memory, for development, tests and screenshots. */
export function memoryBackend(scenario: Scenario): Backend {
  const world = new World(scenario);
  const problems = new OpenProblems(scenario);
  const handlers: Handlers = {
    ...stateCommands(world),
    ...overviewCommands(world, problems),
    ...activityCommands(world),
    ...historyCommands(world, problems),
    ...problemCommands(world, problems),
    ...matchCommands(world),
    ...previewCommands(world),
    ...agreementCommands(world),
    ...settingsCommands(world),
    ...signalsCommands(world),
    ...wizardCommands(world),
  };

  return {
    async call<Name extends CommandName>(name: Name, params: Params<Name>): Promise<Result<Name>> {
      await new Promise((resolve) => setTimeout(resolve, answerAfter));
      if (!always.has(name)) {
        if (scenario === "loading") return new Promise(() => undefined);
        if (scenario === "error") throw new CallFailed(outage);
      }
      const handler: Handler<Name> = handlers[name];
      return overTheWire(await handler(overTheWire(params)));
    },
    listen: (handler) => world.listen((event) => handler(overTheWire(event))),
  };
}
