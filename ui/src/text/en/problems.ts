const records = (count: number, text: string) => `${text} ${count === 1 ? "record" : "records"}`;

export const problems = {
  title: "Problems",
  loading: "Loading the problems",
  summary: (causes: number, causesText: string, open: number, openText: string) =>
    `${records(open, openText)} with ${causesText} ${causes === 1 ? "cause" : "causes"}. The gravest come first.`,
  summaryWithoutRecords: (causes: number, causesText: string) =>
    `${causesText} ${causes === 1 ? "cause" : "causes"}. The gravest come first.`,
  retryAll: "Retry all",
  retryEverything: "Retry all problems",
  retry: "Retry",
  retryOne: (number: string) => `Retry ${number}`,
  ignore: "Ignore",
  ignoreAll: "Ignore all",
  ignoreOne: (number: string) => `Ignore ${number}`,
  takeBack: "Take back",
  takeBackAll: "Take back all",
  takeBackOne: (number: string) => `Take back ${number}`,
  openInBusinessCentral: (number: string) => `Open ${number} in Business Central`,
  openInZoho: (number: string) => `Open ${number} in Zoho`,
  ofGroup: (action: string, title: string) => `${action}: ${title}`,
  kind: {
    failed: "Failed",
    waiting: "Waiting",
    flow: "Stands still",
    comparison: "Differs",
    run: "No sync",
  },
  whatHappened: "What happened",
  whatToDo: "What to do",
  count: records,
  since: (moment: string) => `Since ${moment}`,
  nextTry: (moment: string) => `Next try ${moment}`,
  nextTryDue: "Tried again with the next sync",
  nextTryWaiting: "Tried again when what it waits for arrives",
  nextTryOnChange: "Tried again when it changes in Business Central",
  code: "Code",
  showRecords: (count: number, text: string) => `Show ${records(count, text)}`,
  hideRecords: "Hide records",
  place: {
    agreement: "Go to Agreement",
    matching: "Go to Matching",
    settings: "Go to Settings",
  },
  grid: {
    label: (title: string) => `Records: ${title}`,
    select: "Selection",
    record: "Record",
    message: "What happened",
    times: "When",
    actions: "Actions",
    selectAll: (count: number, text: string) => (count === 1 ? "Select the record" : `Select all ${records(count, text)}`),
    selectOne: (number: string) => `Select ${number}`,
    history: (number: string) => `History of ${number}`,
    selected: (count: number, text: string) => `${records(count, text)} selected`,
    selection: "What to do with the selected records",
    clear: "Clear selection",
    attempts: (text: string) => `Tried ${text} times`,
    ignoredBy: (who: string) => `Left alone by ${who}`,
    none: "No record is left in this group.",
  },
  ignoring: {
    title: (count: number, text: string) => (count === 1 ? "Ignore this problem?" : `Ignore ${text} problems?`),
    titleOne: (number: string) => `Ignore the problem of ${number}?`,
    explanation: (count: number) =>
      count === 1
        ? "Ledgerline leaves the record alone: it is not tried again by itself and no longer counts as a problem. Nothing changes in Zoho or in Business Central."
        : "Ledgerline leaves the records alone: they are not tried again by themselves and no longer count as problems. Nothing changes in Zoho or in Business Central.",
    ends: (count: number) =>
      count === 1
        ? "When the record changes in Business Central, it is tried again. You can take this back at any time under Left alone."
        : "When one of them changes in Business Central, it is tried again. You can take this back at any time under Left alone.",
    done: (count: number, text: string) => (count === 1 ? "1 record is left alone." : `${text} records are left alone.`),
    undo: "Undo",
    takenBack: (count: number, text: string) =>
      count === 1 ? "1 record is an open problem again." : `${text} records are open problems again.`,
  },
  leftAlone: {
    title: "Left alone",
    explanation:
      "Somebody decided that these records stay as they are. They are not tried again by themselves, until they change in Business Central.",
  },
  retrying: {
    title: "Trying again",
    cameRight: (count: number, text: string, open: number, openText: string) =>
      `Tried again: ${text} ${count === 1 ? "record has" : "records have"} come right. ${
        open === 0 ? "Nothing is left." : `${openText} ${open === 1 ? "record is" : "records are"} left.`
      }`,
    nothingCameRight: (open: number, openText: string) =>
      `Tried again: nothing has come right yet. ${openText} ${open === 1 ? "record is" : "records are"} left.`,
  },
  solved: {
    groups: (titles: readonly string[]) => `Solved: ${titles.join(". ")}.`,
    records: (count: number, text: string) => (count === 1 ? "1 record has come right." : `${text} records have come right.`),
    linked: "The problem that this link leads to has been solved.",
  },
  empty: {
    title: "Nothing needs you",
    lastRun: (moment: string, clean: boolean) =>
      clean ? `The last sync ended ${moment} and left nothing open.` : `The last sync ended ${moment}.`,
    lastRunOpen: (moment: string) => `The last sync began ${moment} and has not ended yet.`,
    neverRan: "Nothing has been synced yet. Problems will be listed here, with what to do about each.",
    activity: "See what was done",
  },
} as const;
