import type { Decided } from "../schema";
import type { Handlers } from "./handlers";
import { isOpen, MatchBook, nothingDecided } from "./match-desk";
import { usualCounts, type FoundCounts } from "./match-records";
import { choicesOf } from "./match-sheet";
import { flowNames } from "./records";
import type { World } from "./world";

type Names =
  | "match_find"
  | "match_summary"
  | "match_page"
  | "match_decide"
  | "match_accept_certain"
  | "match_confirm"
  | "match_export"
  | "match_import";

const noneFound: FoundCounts = { customers: {}, items: {}, contacts: {}, invoices: {}, vendors: {}, purchase_orders: {} };

const countsOf: Partial<Record<World["scenario"], FoundCounts>> = {
  clean: noneFound,
  setup_unmatched: noneFound,
  attention: { ...usualCounts, customers: { certain: 14, likely: 9, unclear: 5 }, items: { certain: 8, likely: 2 } },
  flood: { ...usualCounts, customers: { certain: 2400, likely: 500, unclear: 100 } },
};

function sumOf(parts: readonly Decided[]): Decided {
  return parts.reduce(
    (sum, part) => ({
      accepted: sum.accepted + part.accepted,
      rejected: sum.rejected + part.rejected,
      created: sum.created + part.created,
      undone: sum.undone + part.undone,
    }),
    nothingDecided,
  );
}

export function matchCommands(world: World): Pick<Handlers, Names> {
  const { scenario } = world;
  const book = new MatchBook(flowNames, countsOf[scenario] ?? usualCounts, "Petra Lindner");
  const fresh = scenario === "empty" || scenario === "setup" || scenario === "setup_unmatched";
  const waits = scenario === "attention" || scenario === "flood" || scenario === "setup_resumed";
  if (waits) book.look();
  else if (!fresh) book.reviewedAndWritten();

  world.changeState({ undecided: book.undecided() });

  function told(): void {
    book.follow();
    world.changeState({ undecided: book.undecided() });
    world.changed();
  }

  const summary = () => ({ flows: book.flows.map((flow) => book.summaryOf(flow)) });

  return {
    match_find() {
      world.work("match_find", "Comparing customers with the accounts in Zoho", 300, () => {
        if (scenario === "offline") {
          return {
            code: "zoho_unreachable",
            message: "Zoho cannot be reached.",
            cure: "Check the network connection of this computer, then look again.",
            field: null,
          };
        }
        book.look();
        world.changeState({ undecided: book.undecided() });
        return undefined;
      });
      return null;
    },

    match_summary: summary,

    match_page({ flow, class: sure, decided, offset, limit }) {
      const records = book.page(flow, sure, decided);
      return { total: records.length, records: records.slice(offset, offset + Math.min(limit, 200)) };
    },

    match_decide({ choices }) {
      const sum = sumOf(choices.map((choice) => book.decide(choice.proposal, choice.verdict)));
      told();
      return sum;
    },

    match_accept_certain({ flow }) {
      const accepted = book.flows.filter((each) => flow === null || flow === each).map((each) => book.acceptCertain(each));
      told();
      return { ...nothingDecided, accepted: accepted.reduce((sum, count) => sum + count, 0) };
    },

    match_confirm({ flow }) {
      for (const each of book.flows) {
        if ((flow === null || flow === each) && !isOpen(book.gates.get(each))) book.createRest(each);
      }
      told();
      return summary();
    },

    match_export: () => ({ path: "/home/office/Downloads/ledgerline-matching.csv" }),

    match_import({ text }) {
      const sum = sumOf(choicesOf(text, book).map((choice) => book.decide(choice.proposal, choice.verdict)));
      told();
      return sum;
    },
  };
}
