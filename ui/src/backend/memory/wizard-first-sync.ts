import { flowNames, records } from "./records";
import type { World } from "./world";

const tickEvery = 120;
const ticksByFlow = 6;

/** The first run after the set-up: flow by flow, with how far it is. */
export function playFirstSync(world: World): void {
  const since = new Date().toISOString();
  let at = 0;
  world.copied = {};

  const ticker = setInterval(() => {
    const flow = flowNames[Math.floor(at / ticksByFlow)];
    if (!flow || world.state.work?.stopping) {
      clearInterval(ticker);
      world.settle({ light: "up_to_date", work: null });
      world.emit({ kind: "work_ended", work: "sync", failure: null });
      world.changed();
      return;
    }
    const of = records[flow].length;
    const done = Math.round((of * (at % ticksByFlow)) / (ticksByFlow - 1));
    at += 1;
    world.copied = { ...world.copied, [flow]: done };
    if (done === of) world.changed();
    world.changeState({
      light: "syncing",
      sentence: `Syncing ${flow}: ${done} of ${of}`,
      work: { kind: "sync", since, words: `Writing ${flow} to Zoho`, flow, done, of, stopping: false },
    });
  }, tickEvery);
}
