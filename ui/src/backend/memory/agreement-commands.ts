import { CallFailed } from "../failure";
import type { Agreement, Difference, FlowCompared, FlowName, Sum } from "../schema";
import type { Handlers } from "./handlers";
import { countedInWords, kindsFound, madeDifferences } from "./made-differences";
import { cents, flowsIn, records } from "./records";
import type { Scenario } from "./scenarios";
import type { World } from "./world";

type Names = "compare_start" | "agreement" | "agreement_export";

/** The first so many differences are listed. */
const listed = 1000;
const whole = new Intl.NumberFormat("en");

function money(text: string): string {
  const [digits = "0", places = "00"] = text.split(".");
  return `${whole.format(BigInt(digits))}.${places}`;
}

/** Sums in cents, and what Zoho has of them. */
function sumsOf(differences: readonly Difference[]): Sum[] {
  const missing = new Set(differences.filter((each) => each.kind === "missing").map((each) => each.bc_id));
  const inCents = (total: string): number => Number(total.replace(".", ""));
  let [total, copied] = [0, 0];
  for (const record of records.invoices) {
    total += inCents(record.total);
    if (!missing.has(record.bcId)) copied += inCents(record.total);
  }
  const unpaid = differences.filter((each) => each.kind === "remaining").length * 119_000;
  const [remaining, copiedRemaining] = [Math.round(total * 0.18), Math.round(total * 0.18) + unpaid];
  const sum = (what: string, currency: string, ours: number, theirs: number): Sum => ({
    what,
    currency,
    business_central: cents(ours),
    zoho: cents(theirs),
    agrees: ours === theirs,
  });
  return [
    sum("total", "EUR", total, copied),
    sum("total", "GBP", 12_874_210, 12_874_210),
    sum("remaining", "EUR", remaining, copiedRemaining),
    sum("remaining", "GBP", 0, 0),
  ];
}

function flowsOf(differences: readonly Difference[], names: readonly FlowName[]): FlowCompared[] {
  return names.map((flow): FlowCompared => {
    const of = (...kinds: string[]): number =>
      differences.filter((each) => each.flow === flow && kinds.includes(each.kind)).length;
    const count = records[flow].length;
    return {
      flow,
      business_central: count,
      zoho: count - of("missing") + of("extra", "duplicate"),
      missing: of("missing"),
      extra: of("extra"),
      duplicates: of("duplicate"),
      differing: of("remaining", "field"),
      sums: flow === "invoices" ? sumsOf(differences) : [],
    };
  });
}

function sentenceOf(differences: readonly Difference[], flows: readonly FlowCompared[]): string {
  if (differences.length > 0) return `The systems differ: ${countedInWords(differences)}.`;
  const counted = flows.map(({ flow, business_central }) => `${whole.format(business_central)} ${flow.replace("_", " ")}`);
  const [total, , remaining] = flows.find(({ flow }) => flow === "invoices")?.sums ?? [];
  return `Both systems agree: ${counted.join(", ")}, ${money(total?.business_central ?? "0.00")} EUR (remaining ${money(remaining?.business_central ?? "0.00")} EUR).`;
}

function compared(scenario: Scenario, differences: readonly Difference[], lines: boolean, at: Date): Agreement {
  const flows = flowsOf(differences, flowsIn(scenario));
  return {
    at: at.toISOString(),
    agrees: differences.length === 0,
    sentence: sentenceOf(differences, flows),
    flows,
    kinds: kindsFound(differences),
    differences: differences.slice(0, listed),
    detailed: true,
    truncated: differences.length > listed,
    in_motion: differences.length === 0 ? 0 : 1,
    lines_compared: lines,
    credits: lines ? 1412 : 212,
  };
}

const unreachable = {
  code: "zoho_unreachable",
  message: "Zoho cannot be reached.",
  cure: "Check the network connection of this computer, then try again.",
  field: null,
};

function lastOf(world: World, found: readonly Difference[]): Agreement | null {
  if (world.scenario === "empty" || world.state.stage === "setup") return null;
  const last = compared(world.scenario, found, false, new Date(Date.now() - 5 * 3_600_000));
  // The program was started after that comparison: only its numbers are kept.
  if (world.scenario === "paused") return { ...last, differences: [], detailed: false };
  if (world.scenario !== "offline") return last;
  return {
    ...last,
    agrees: null,
    sentence: "The systems could not be compared: Zoho cannot be reached.",
    flows: [],
    kinds: [],
    differences: [],
    in_motion: 0,
    credits: 0,
  };
}

export function agreementCommands(world: World): Pick<Handlers, Names> {
  const found = madeDifferences(world.scenario);
  world.compared = lastOf(world, found);

  return {
    compare_start({ mend, lines }) {
      world.work("compare", mend ? "Reading everything anew" : "Comparing both systems", 2400, () => {
        if (world.state.light === "offline") return unreachable;
        world.compared = compared(world.scenario, mend ? found.slice(-1) : found, lines, new Date());
        world.settle();
        return undefined;
      });
      return null;
    },

    agreement: () => world.compared,

    agreement_export({ format }) {
      if (!world.compared?.detailed) {
        throw new CallFailed({
          code: "comparison_not_at_hand",
          message: "The differences of this comparison are not at hand any more.",
          cure: "Compare again, then export.",
          field: null,
        });
      }
      return { path: `/home/office/Downloads/ledgerline-agreement.${format}` };
    },
  };
}
