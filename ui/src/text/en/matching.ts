import type { FlowName, MatchClass } from "../../backend/schema";

/** The flow's records in the middle of a sentence. */
const many: Record<FlowName, string> = {
  customers: "customers",
  items: "items",
  contacts: "contacts",
  invoices: "invoices",
  vendors: "vendors",
  purchase_orders: "purchase orders",
};

const one: Record<FlowName, string> = {
  customers: "customer",
  items: "item",
  contacts: "contact",
  invoices: "invoice",
  vendors: "vendor",
  purchase_orders: "purchase order",
};

const listed = new Intl.ListFormat("en-GB", { type: "disjunction" });
const alternatives = new Intl.ListFormat("en-GB", { type: "conjunction" });

const of = (flow: FlowName, count: number): string => (count === 1 ? one[flow] : many[flow]);

export const matching = {
  title: "Matching",

  look: "Look for matches",
  lookAgain: "Look again",
  looking: "Looking for matches",
  stop: "Stop",
  stopping: "Stopping. What is under way is finished first.",
  progress: (done: string, of: string) => `${done} of ${of}`,
  progressOpen: (done: string) => `${done} so far`,

  exportCsv: "Export CSV",
  importCsv: "Import CSV",
  importFile: "CSV file with decisions",
  exported: (path: string) => `Saved as ${path}. Write accept, reject or create into the column "decision", then import the file.`,
  importFailed: "Nothing of the file was taken in.",
  importFaults: "What is wrong with the file",
  notRead: "The file cannot be read.",
  notReadCure: "Check that it is still there and that no other program holds it open, then import it again.",

  waiting: (count: number, text: string) =>
    count === 1 ? "1 record waits for your decision." : `${text} records wait for your decision.`,
  nothingWaits: "Nothing waits for a decision.",
  holds: (flows: readonly FlowName[]) =>
    `Before the review is confirmed, no ${listed.format(flows.map((flow) => one[flow]))} is created in Zoho.`,

  flows: "What is matched",  lookNext: (flows: readonly FlowName[]) =>
    `Look again: ${alternatives.format(flows.map((flow) => many[flow]))} can be compared now.`,

  column: {
    flow: "Records",
    gate: "State",
    undecided: "Without a decision",
    decided: "Decided",
    keyless: "Zoho without our key",
  },
  notKnown: "–",
  counted: (what: string, text: string) => `${what} (${text})`,
  gate: {
    not_looked: "Not looked yet",
    follows: "Others come first",
    nothing_to_match: "Nothing to match",
    written_before: "Copied before there was a review",
    closed: "Waits for you",
    reviewed: "Reviewed",
  } as Record<string, string>,
  reviewedBy: (who: string, when: string) => `by ${who}, ${when}`,

  acceptCertain: (text: string) => `Accept all certain (${text})`,
  confirm: "Confirm: create the rest",

  filter: {
    shown: "Shown",
    waiting: "Undecided",
    decided: "Decided",
    class: "How sure",
    allClasses: "All",
  },
  class: {
    certain: "Certain",
    likely: "Likely",
    unclear: "Unclear",
    none: "Unlikely",
  } satisfies Record<MatchClass, string>,

  list: (flow: FlowName, decided: boolean) =>
    decided ? `Decided ${many[flow]}` : `Undecided ${many[flow]}`,
  noName: "(no name)",
  noCandidate: "No record in Zoho is proposed any more",
  moreCandidates: (count: number) => (count === 1 ? "1 more" : `${count} more`),
  position: (at: string, total: string) => `${at} of ${total}`,

  comparison: (number: string) => `${number} beside what it may be in Zoho`,
  field: {
    name: "Name",
    numbers: "Number",
    tax_numbers: "Tax number",
    emails: "E-mail",
    websites: "Website",
    phones: "Phone",
    place: "Place",
    total: "Total",
    date: "Date",
  },
  alike: (percent: string) => `${percent} alike`,
  proposed: "Best match",
  choose: (name: string) => `Decide about ${name}`,
  why: "Why",
  speaksFor: "Speaks for it:",
  speaksAgainst: "Speaks against it:",
  gone: "This record is not in Zoho any more, or belongs to another record by now.",
  mark: {
    same: "Same",
    similar: "Similar",
    different: "Different",
  },
  markLegend: "Marks",
  nothingThere: "No value",

  act: {
    accept: "Same",
    reject: "Not the same",
    create: "Create new",
    undo: "Undo",
  },
  actions: (number: string) => `Decide about ${number}`,
  keys: {
    title: "Keys in the list",
    next: "next",
    previous: "previous",
    candidate: "other candidate",
    accept: "S",
    reject: "N",
    create: "C",
    undo: "U",
  },

  decision: {
    accept: "Same",
    reject: "Not the same",
    create: "Create new",
  } as Record<string, string>,
  decidedBy: (who: string) => `by ${who}`,
  written: "Already written to Zoho.",
  writtenCure: "To part the two, clear BC Number and BC Id of that record in Zoho by hand.",

  said: {
    accept: (record: string) => `${record}: the same as the record in Zoho.`,
    reject: (record: string) => `${record}: not the same.`,
    create: (record: string) => `${record}: a new record is created.`,
    undo: (record: string) => `${record}: taken back.`,
  },
  nothingToUndo: "Nothing was decided here that could be taken back.",

  sum: (accepted: number, rejected: number, created: number, undone: number, text: (count: number) => string): string => {
    const parts = [
      accepted > 0 ? `${text(accepted)} the same` : "",
      rejected > 0 ? `${text(rejected)} not the same` : "",
      created > 0 ? `${text(created)} to be created` : "",
      undone > 0 ? `${text(undone)} taken back` : "",
    ].filter(Boolean);
    return parts.length === 0 ? "Nothing new was decided." : `Decided: ${parts.join(", ")}.`;
  },

  acceptDialog: {
    title: "Accept all certain matches?",
    scope: "Which",
    only: (flow: string, text: string) => `${flow} only: ${text}`,
    all: (text: string) => `Everything that is certain: ${text}`,
    what: (count: number, text: string) =>
      count === 1
        ? "1 pair is accepted as the same, without looking at it one by one."
        : `${text} pairs are accepted as the same, without looking at them one by one.`,
    next:
      "The next sync takes these records in Zoho over: each gets our key and Business Central's values. Where Business Central has no value, what people wrote in Zoho stays.",
    undo: "Nothing is written now. Until the next sync you can take each of them back under Decided.",
    submit: (text: string) => `Accept ${text}`,
  },

  confirmDialog: {
    title: (flow: FlowName) => `Create the rest of the ${many[flow]}?`,
    create: (flow: FlowName, count: number, text: string, module: string) =>
      `${text} ${of(flow, count)} without a decision ${count === 1 ? "is" : "are"} created in Zoho as new ${module}, although ${count === 1 ? "it" : "they"} may be there already.`,
    classes: (certain: string, likely: string, unclear: string) =>
      `Of these, ${certain} certain, ${likely} likely and ${unclear} unclear.`,
    decided: (flow: FlowName, count: number, text: string) =>
      count === 0
        ? `No ${one[flow]} was decided so far.`
        : `${text} ${of(flow, count)} that you have decided ${count === 1 ? "stays" : "stay"} as decided.`,
    ends: (flow: FlowName) => `This ends the review of ${many[flow]}: from then on a sync may create them.`,
    later: "Nothing is written now. The next sync does it, and only in Zoho. Until then you can take a decision back under Decided.",
    duplicates: (count: number, text: string) =>
      count === 1
        ? "1 of them is certainly in Zoho already. Creating it makes a duplicate."
        : `${text} of them are certainly in Zoho already. Creating them makes duplicates.`,
    duplicatesCure: "Close this, accept all certain ones first, then confirm.",
    submit: (text: string) => `Confirm and create ${text}`,
    done: (flow: FlowName) => `The review of ${many[flow]} is confirmed.`,
  },

  empty: {
    noFlows: "Nothing is switched on",
    noFlowsText: "Switch on what is copied in Settings, then look for matches.",
    notLooked: "Nobody has looked for matches yet",
    notLookedText:
      "Ledgerline reads both sides and proposes which records are the same. It only reads. Nothing is created before the review is confirmed.",
    follows: (first: FlowName) => `First decide about ${many[first]}`,
    followsText: (flow: FlowName, first: FlowName) =>
      `Ledgerline looks for ${many[flow]} within the ${many[first]} that are matched. Once no ${one[first]} waits for you, look again.`,
    followsShow: (first: FlowName) => `Show ${many[first]}`,
    nothing: "Nothing to match",
    nothingText: (flow: FlowName) => `Nothing in Zoho may be one of these ${many[flow]}.`,
    allDecided: "Everything is decided",
    allDecidedText: (flow: FlowName) => `No ${one[flow]} waits for you. The next sync carries out what is decided and not yet written.`,
    showDecided: "Show what was decided",
    noneDecided: "Nothing is decided yet",
    noneDecidedText: "What you decide is listed here until it is written, and can be taken back.",
    noneOfClass: "None of this kind",
    noneOfClassText: "Other records may wait: choose All under How sure.",
    showAll: "Show all",
  },
} as const;
