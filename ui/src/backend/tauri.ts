import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import { CallFailed, isFailure } from "./failure";
import type { Event } from "./schema";

/** The program itself, reached through Tauri. The only file that knows Tauri. */
export const backend: Backend = {
  async call(name, params) {
    try {
      return await invoke("call", { name, params });
    } catch (thrown) {
      throw isFailure(thrown) ? new CallFailed(thrown) : thrown;
    }
  },

  listen(handler) {
    let ended = false;
    let unlisten: (() => void) | undefined;
    void listen<Event>("event", (message) => {
      if (!ended) handler(message.payload);
    }).then((stop) => {
      if (ended) stop();
      else unlisten = stop;
    });
    return () => {
      ended = true;
      unlisten?.();
    };
  },
};
