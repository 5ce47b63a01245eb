import type { FlowName, GroupKind } from "../schema";
import type { MadeRecord } from "./records";
import type { Scenario } from "./scenarios";

/** Why records are not written, or why everything stands still, as the program would group it. */
export interface Cause {
  cause: string;
  kind: GroupKind;
  flow: FlowName | null;
  title: (count: number, text: string) => string;
  /** Of a whole group; a record's own words are `messageOf`. */
  message: string;
  messageOf?: (record: MadeRecord) => string;
  cure: string;
  class: string;
  code: string;
  /** The first record that has it, and how many do. */
  from: number;
  count: Partial<Record<Scenario, number>>;
  /** How many records somebody decided to leave alone. */
  leftAlone: Partial<Record<Scenario, number>>;
  canRetry: boolean;
  inZoho: boolean;
  /** Where time tries again. */
  byTime: boolean;
}

/** The gravest first. */
export const causes: readonly Cause[] = [
  {
    cause: "run:bc_sign_in_secret_expired",
    kind: "run",
    flow: null,
    title: () => "Nothing is synced: the sign-in to Business Central was refused",
    message: "Microsoft does not accept the client secret of the app any more: it has expired (AADSTS7000222).",
    cure: "Create a new secret in the Microsoft Entra admin center, and enter it in Settings, \"Connections\".",
    class: "permission",
    code: "bc_sign_in_secret_expired",
    from: 0,
    count: { refused: 0 },
    leftAlone: {},
    canRetry: true,
    inZoho: false,
    byTime: false,
  },
  {
    cause: "flow:contacts:mass_deletion",
    kind: "flow",
    flow: "contacts",
    title: () => "Contacts stand still: many disappeared at once",
    message: "212 of 400 contacts are no longer visible in Business Central. Nothing was deleted or marked in Zoho.",
    cure: "If they were deleted on purpose: Agreement, \"Compare and mend\", with deletions confirmed. If not, check the permissions of the app.",
    class: "",
    code: "mass_deletion",
    from: 0,
    count: { attention: 0 },
    leftAlone: {},
    canRetry: false,
    inZoho: false,
    byTime: false,
  },
  {
    cause: "comparison",
    kind: "comparison",
    flow: null,
    title: () => "The last comparison found differences",
    // The comparison itself says how many and of what kind.
    message: "The systems differ.",
    cure: "Open Agreement: it lists what differs, each kind with what to do. \"Compare and mend\" copies what is missing.",
    class: "",
    code: "comparison_differs",
    from: 0,
    count: { normal: 0, attention: 0, flood: 0 },
    leftAlone: {},
    canRetry: false,
    inZoho: false,
    byTime: false,
  },
  {
    cause: "records:invoices:waits_for_record:items",
    kind: "waiting",
    flow: "invoices",
    title: (count, text) =>
      count === 1 ? "1 invoice waits for an item that is not in Zoho yet" : `${text} invoices wait for an item that is not in Zoho yet`,
    message: "Invoice PSI-103020 waits for its item 1042-S (Ball valve DN 25), which is not in Zoho yet.",
    messageOf: (record) => `Invoice ${record.number} waits for its item 1042-S (Ball valve DN 25), which is not in Zoho yet.`,
    cure: "Nothing, unless the item has a problem itself: solve that one, and these invoices follow by themselves.",
    class: "reference",
    code: "waits_for_record",
    from: 20,
    count: { normal: 2, attention: 284, flood: 100_000, demo: 2 },
    leftAlone: {},
    canRetry: true,
    inZoho: false,
    byTime: false,
  },
  {
    cause: "records:invoices:total_differs:",
    kind: "failed",
    flow: "invoices",
    title: (count, text) => (count === 1 ? "1 invoice has another total in Zoho" : `${text} invoices have another total in Zoho`),
    message: "Zoho computes 1,190.01 EUR where Business Central says 1,190.00 EUR, also after a correction.",
    messageOf: (record) => `Zoho computes a cent more than the ${record.total} EUR of invoice ${record.number}, also after a correction.`,
    cure: "Look for a rule in Zoho that changes prices, taxes or the Adjustment of invoices. Then retry.",
    class: "conflict",
    code: "total_differs",
    from: 400,
    count: { normal: 1, attention: 14, flood: 3 },
    leftAlone: {},
    canRetry: true,
    inZoho: true,
    byTime: false,
  },
  {
    cause: "records:contacts:zoho_invalid_data:",
    kind: "failed",
    flow: "contacts",
    title: (count, text) =>
      count === 1 ? "Zoho refused the e-mail address of 1 contact" : `Zoho refused the e-mail addresses of ${text} contacts`,
    message: "Zoho does not accept the value of the field Email: it is not an e-mail address.",
    messageOf: (record) => `Zoho refused ${record.name}: invalid data (INVALID_DATA) at Email.`,
    cure: "Correct the value in Business Central, or relax the rule in Zoho. Then retry.",
    class: "data",
    code: "zoho_invalid_data",
    from: 33,
    count: { normal: 2, attention: 9 },
    leftAlone: { normal: 2, attention: 31 },
    canRetry: true,
    inZoho: false,
    byTime: false,
  },
  {
    cause: "records:customers:zoho_duplicate_data:",
    kind: "failed",
    flow: "customers",
    title: (count, text) =>
      count === 1 ? "1 customer shares its number with another account" : `${text} customers share their numbers with other accounts`,
    message: "Two accounts in Zoho claim the same BC Number.",
    messageOf: (record) => `Zoho refused ${record.name}: duplicate data (DUPLICATE_DATA) at BC Number; the record 58432100001000612 has that value.`,
    cure: "Two records claim the same unique value. Open both in Zoho, keep one, then retry.",
    class: "conflict",
    code: "zoho_duplicate_data",
    from: 71,
    count: { normal: 1, attention: 4 },
    leftAlone: {},
    canRetry: true,
    inZoho: true,
    byTime: false,
  },
  {
    cause: "records:items:zoho_record_locked:",
    kind: "failed",
    flow: "items",
    title: (count, text) => (count === 1 ? "1 item is locked in Zoho" : `${text} items are locked in Zoho`),
    message: "The product is locked in Zoho by an approval that has not ended.",
    messageOf: (record) => `Zoho refused ${record.name}: the record is locked (RECORD_LOCKED).`,
    cure: "Unlock the record in Zoho, or finish its approval. It is tried again by itself.",
    class: "permission",
    code: "zoho_record_locked",
    from: 42,
    count: { attention: 1 },
    leftAlone: {},
    canRetry: true,
    inZoho: true,
    byTime: true,
  },
];
