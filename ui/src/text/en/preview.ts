import type { FlowName } from "../../backend/schema";

const one: Record<FlowName, string> = {
  customers: "customer",
  items: "item",
  contacts: "contact",
  invoices: "invoice",
  vendors: "vendor",
  purchase_orders: "purchase order",
};

export const preview = {
  title: "Preview",
  find: "Find out what a sync would do",
  findAgain: "Find out again",
  finding: "Finding out what a sync would do",

  nothingWritten: "Nothing was written",
  nothingWrittenText: "neither in Zoho nor in Business Central.",
  notToTheEnd: "It could not be found out to the end. The numbers are those up to there.",

  would: (count: number, text: string) =>
    count === 1 ? "A sync would write 1 record to Zoho" : `A sync would write ${text} records to Zoho`,
  wouldCut: (count: number, text: string) =>
    count === 0 ? "." : count === 1 ? ", 1 of them with something cut or left out." : `, ${text} of them with something cut or left out.`,
  wouldNothing: "A sync would write nothing.",
  attention: (count: number, text: string) =>
    count === 1 ? "1 record would wait or fail." : `${text} records would wait or fail.`,

  facts: {
    credits: "Credits of Zoho",
    creditsText: (text: string) => `about ${text}`,
    time: "Time",
    timeAndEnd: (time: string, end: string) => `${time}, done at about ${end}`,
    spent: "Spent by the preview",
    at: "Found out",
  },

  table: "What would become of the records",
  column: {
    flow: "Records",
  },
  action: {
    create: "Create",
    update: "Change",
    adopt: "Take over",
    flag: "Mark deleted",
    delete: "Delete",
    unchanged: "Unchanged",
    skip: "Leave alone",
    hold: "Wait",
    fail: "Fail",
  },
  actionMeans: {
    create: "A new record is made in Zoho.",
    update: "Values of a record in Zoho are changed.",
    adopt: "A record that is in Zoho already gets our key and Business Central's values.",
    flag: "A record that was deleted in Business Central is marked in Zoho.",
    delete: "A record that was deleted in Business Central is deleted in Zoho.",
    unchanged: "The record in Zoho is right already.",
    skip: "A rule or a setting leaves the record alone.",
    hold: "The record is all right and waits for something else.",
    fail: "The record cannot be written as it is.",
  },
  meanings: "What the words mean",
  show: (count: number, text: string, flow: FlowName, action: string) =>
    `Show ${text} ${one[flow]}${count === 1 ? "" : "s"}: ${action}`,
  bulk: "by bulk job",
  bulkMeans: "New records go to Zoho in bulk jobs.",

  records: "Records",
  list: "What would become of each record",
  filter: {
    flow: "Records",
    allFlows: "All records",
    action: "What happens",
    allActions: "Everything",
    written: "All that is written",
    attention: "Waits or fails",
    number: "Number",
    numberHint: "Number",
  },
  counted: (text: string) => `${text}, without unchanged ones`,
  row: {
    number: "Number",
    flow: "Kind",
    action: "What happens",
    what: "Fields or reason",
    warnings: "Notes",
  },
  warnings: (count: number) => (count === 1 ? "1 note" : `${count} notes`),

  detail: {
    close: "Close",
    number: (flow: FlowName, number: string) => `${one[flow].charAt(0).toUpperCase()}${one[flow].slice(1)} ${number}`,
    noNumber: "(no number)",
    changes: "Field by field",
    field: "Field in Zoho",
    before: "Before",
    after: "After",
    isNew: "Value",
    empty: "empty",
    unknown: "not known",
    emptied: "emptied",
    warnings: "Cut or left out",
    noChanges: "No field would be written.",
  },

  empty: {
    never: "Nobody has looked ahead yet",
    neverText:
      "Ledgerline goes through a whole sync without writing anything, neither in Zoho nor in Business Central, and shows what would become of every record.",
    nothing: "Nothing to do",
    nothingText: "Every record in Zoho is right already.",
    none: "No record fits",
    noneText: "Choose other records, or clear the number.",
    clear: "Show everything",
  },
} as const;
