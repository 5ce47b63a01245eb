import type { Handlers } from "./handlers";
import { clockTime } from "./settled-state";
import type { World } from "./world";

type Names = "state" | "sync_now" | "take_over" | "cancel" | "pause" | "resume" | "snooze";

function tomorrowMorning(): Date {
  const moment = new Date();
  moment.setDate(moment.getDate() + 1);
  moment.setHours(8, 0, 0, 0);
  return moment;
}

export function stateCommands(world: World): Pick<Handlers, Names> {
  return {
    state: () => world.state,

    sync_now() {
      world.work("sync", "Writing invoices to Zoho", 240, () => undefined);
      return null;
    },

    take_over() {
      world.settle({ light: "up_to_date", cure: null });
      world.work("sync", "Writing invoices to Zoho", 240, () => undefined);
      return null;
    },

    cancel() {
      world.stop();
      return null;
    },

    pause({ until }) {
      const end = until === "hour" ? new Date(Date.now() + 3_600_000) : tomorrowMorning();
      return world.changeState({
        light: "paused",
        sentence: until === "hour" ? `Paused until ${clockTime(end)}` : "Paused until tomorrow 08:00",
        cure: null,
        paused_until: end.toISOString(),
        next_run_at: null,
      });
    },

    resume() {
      return world.settle({
        light: "up_to_date",
        paused_until: null,
        next_run_at: new Date(Date.now() + 60_000).toISOString(),
      });
    },

    snooze({ hours }) {
      return world.changeState({
        snoozed_until: hours === 0 ? null : new Date(Date.now() + hours * 3_600_000).toISOString(),
      });
    },
  };
}
