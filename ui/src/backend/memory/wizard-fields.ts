import type { Blocked, FieldsPlan, FlowName, PlannedField } from "../schema";
import type { OrgKind } from "./wizard-answers";

const modules: Record<FlowName, string> = { customers: "Accounts", items: "Products", contacts: "Contacts", invoices: "Invoices", vendors: "Vendors", purchase_orders: "Purchase Orders" };

const text = (length: number): string => `Single Line, ${length} characters`;
const decimal = "Decimal, 16 digits, 2 decimal places";
const currency = "Currency, 16 digits, 2 decimal places";

const keys: readonly [label: string, definition: string][] = [
  ["BC Number", `${text(50)}, "Do not allow duplicate values"`],
  ["BC Id", text(36)],
];

const optional: Record<FlowName, readonly [label: string, definition: string][]> = {
  customers: [
    ["BC Status", text(50)],
    ["BC Balance", decimal],
    ["BC Overdue", decimal],
    ["BC Credit Limit", decimal],
    ["BC Blocked", text(50)],
    ["BC Payment Terms", text(100)],
    ["BC Salesperson", text(50)],
    ["BC Email", text(100)],
    ["BC Tax Number", text(50)],
  ],
  items: [["BC Status", text(50)]],
  contacts: [["BC Status", text(50)]],
  invoices: [
    ["BC Status", text(50)],
    ["BC Remaining Amount", currency],
    ["BC Total Incl Tax", currency],
    ["BC Total Excl Tax", currency],
    ["BC Total Tax", currency],
    ["BC Currency", text(50)],
    ["BC Order Number", text(50)],
  ],
  vendors: [["BC Status", text(50)]],
  purchase_orders: [["BC Status", text(50)]],
};

function fieldsOf(flow: FlowName): PlannedField[] {
  const of = (required: boolean) => ([label, definition]: [string, string]): PlannedField => ({
    flow,
    module: modules[flow],
    label,
    definition,
    required,
  });
  return [...keys.map((key) => of(true)([...key])), ...optional[flow].map((field) => of(false)([...field]))];
}

const slotsTaken: Blocked = {
  flow: "customers",
  code: "no_unique_slot",
  message: "Zoho allows 2 unique fields in Accounts, and Account_Number and Legacy_No hold both places; \"BC Number\" needs one.",
  cure: "Allow duplicate values for one of them in Zoho, then press Check again; or use Account_Number or Legacy_No for Business Central's numbers.",
  reusable: ["Account_Number", "Legacy_No"],
};

/** What is still to be made for these flows in an org of that kind. */
export function planOf(flows: readonly FlowName[], kind: OrgKind): FieldsPlan {
  const all = flows.flatMap(fieldsOf);
  const noRoom = kind === "standard" ? all.filter(({ label }) => ["BC Salesperson", "BC Email", "BC Tax Number"].includes(label)) : [];
  const blocked = kind === "taken" ? [slotsTaken] : [];
  const create = all.filter((field) => !noRoom.includes(field) && !blocked.some(({ flow }) => flow === field.flow));
  return { create, no_room: noRoom, blocked, refused: [], ready: false };
}

/** A chosen key frees the flow: what else it needs can be made. */
export function planWithKey(plan: FieldsPlan, flow: FlowName): FieldsPlan {
  const rest = fieldsOf(flow).filter(({ label }) => label !== "BC Number");
  return { ...plan, blocked: plan.blocked.filter((each) => each.flow !== flow), create: [...rest, ...plan.create] };
}

/** What has become of the plan once it was carried out. */
export function carriedOut(plan: FieldsPlan, kind: OrgKind): FieldsPlan {
  if (kind !== "limited") return { ...plan, create: [], refused: [], ready: plan.blocked.length === 0 };
  const refused = plan.create.map((field) => ({
    field,
    message: "The signed-in user may not create fields (NO_PERMISSION).",
    cure: "Give the user's profile the right to customize Zoho CRM, or have an administrator create the fields.",
  }));
  return { ...plan, refused };
}
