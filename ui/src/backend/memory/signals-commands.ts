import { CallFailed } from "../failure";
import type { Failure, SignalsSubscription, SignalsTrouble, SignalsView } from "../schema";
import type { Handlers } from "./handlers";
import { flowsIn } from "./records";
import type { World } from "./world";

type Names = "signals" | "signals_on" | "signals_repair" | "signals_off";

const minute = 60_000;
const hour = 60 * minute;
const after = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

const collections = { customers: "customers", items: "items", contacts: "contacts", invoices: "salesInvoices", vendors: "vendors" };
const modules = {
  customers: "Accounts",
  items: "Products",
  contacts: "Contacts",
  invoices: "Invoices",
  vendors: "Vendors",
  purchase_orders: "Purchase_Orders",
};

const noPermission: SignalsTrouble = {
  party: "business_central",
  code: "bc_permission",
  message: "The app may not do this in Business Central (Permission error)",
  cure: "Give the app the permission set LEDGERLINE SIGNALS in Business Central, and press \"Repair\".",
};

const unreachable: SignalsTrouble = {
  party: "relay",
  code: "relay_unreachable",
  message: "The relay could not be reached: no answer arrived within 30 seconds",
  cure: "Check the address of the relay and the network. Until then Ledgerline polls as without a relay.",
};

const noSignals: SignalsView = {
  relay: null,
  standing: "off",
  connected_since: null,
  down_since: null,
  troubles: [],
  subscriptions: [],
  last_at: null,
  taken: 0,
  not_ours: 0,
  malformed: 0,
  forged: 0,
};

function subscriptionsOf(world: World): SignalsSubscription[] {
  const flows = flowsIn(world.scenario);
  const told = (party: "business_central" | "zoho", about: string, days: number): SignalsSubscription => ({
    party,
    about,
    expires_at: after(days * 24 * hour),
    refused: null,
    again_at: null,
  });
  return [
    ...flows.flatMap((flow) => (flow === "purchase_orders" ? [] : [told("business_central", collections[flow], 2.4)])),
    ...flows.map((flow) => told("zoho", modules[flow], 0.8)),
  ];
}

function arriving(world: World, relay: string): SignalsView {
  return { ...noSignals, relay, standing: "well", connected_since: after(-2 * minute), subscriptions: subscriptionsOf(world) };
}

const leftBehind: SignalsTrouble = {
  party: "relay",
  code: "signals_left_behind",
  message: "Signals are off, and not everything of them could be removed",
  cure: 'Press "Remove the rest" when both systems can be reached.',
};

/** How signals stand at the start of a scenario. */
export function startingSignals(world: World): SignalsView {
  const relay = "https://relay.nordwind.example";
  const busy = { last_at: after(-4 * minute), taken: 1_482, not_ours: 36 };
  if (world.scenario === "signals" || world.scenario === "purchasing") {
    return { ...arriving(world, relay), ...busy, connected_since: after(-26 * hour) };
  }
  if (world.scenario === "signals_refused") {
    const subscriptions = subscriptionsOf(world).map((each): SignalsSubscription =>
      each.party === "zoho" ? each : { ...each, expires_at: null, refused: noPermission, again_at: after(20 * hour) },
    );
    return { ...arriving(world, relay), ...busy, standing: "partly", subscriptions };
  }
  if (world.scenario === "signals_lost") {
    return {
      ...arriving(world, relay),
      ...busy,
      last_at: after(-3.1 * hour),
      standing: "lost",
      connected_since: null,
      down_since: after(-3 * hour),
      troubles: [unreachable],
      malformed: 2,
      forged: 5,
    };
  }
  if (world.scenario === "signals_left") return { ...noSignals, troubles: [leftBehind] };
  return noSignals;
}

function wrong(field: string, code: string, message: string, cure: string): Failure {
  return { code, message, cure, field };
}

export function signalsCommands(world: World): Pick<Handlers, Names> {
  const standing = (): SignalsView => (world.signals ??= startingSignals(world));

  /** As the program: it answers at once, and goes on in the background. */
  function arranged(to: () => SignalsView | Failure): null {
    world.work("signals", "Arranging signals of changes", null, () => {
      const result = to();
      if ("field" in result) return result;
      world.signals = result;
      return undefined;
    });
    return null;
  }

  return {
    signals: standing,

    signals_on({ relay, enrolment_key }) {
      if (!relay.startsWith("https://")) {
        throw new CallFailed(
          wrong(
            "relay",
            "input_wrong",
            "this address must start with https:// (plain http is for addresses of this computer only)",
            "Enter the relay's address as whoever runs it gave it to you, such as https://relay.example.com.",
          ),
        );
      }
      return arranged(() =>
        enrolment_key.includes("wrong")
          ? wrong(
              "enrolment_key",
              "relay_enrolment_refused",
              "the relay did not accept the enrolment key (it is wrong)",
              "Ask whoever runs the relay for its enrolment key, and try again.",
            )
          : arriving(world, relay),
      );
    },

    signals_repair: () =>
      arranged(() =>
        world.scenario === "signals_lost"
          ? { ...unreachable, field: null, message: unreachable.message }
          : { ...standing(), standing: "well", troubles: [], subscriptions: subscriptionsOf(world) },
      ),

    signals_off: () => arranged(() => noSignals),
  };
}
