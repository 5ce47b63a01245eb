/** The parts of the settings, by the word that stands in the address; notifications lead to them too. */
export const parts = ["connections", "flows", "schedule", "signals", "notifications", "data", "diagnostics"] as const;

export type Part = (typeof parts)[number];

export function partOf(word: string | undefined): Part {
  return parts.find((part) => part === word) ?? "connections";
}

const home: Readonly<Record<string, Part>> = {
  proxy: "connections",
  extra_ca: "connections",
  invoices_from: "flows",
  default_owner: "flows",
  poll_interval: "schedule",
  drift_interval: "schedule",
  inventory_interval: "schedule",
  reconcile_interval: "schedule",
  credit_budget: "schedule",
  quiet_from: "notifications",
  quiet_until: "notifications",
  hours_without_sync: "notifications",
};

/** Where the input is, so that its fault can be shown beside it. */
export function homeOf(field: string | null): Part | undefined {
  return field === null ? undefined : home[field.split(".").at(-1) ?? field];
}
