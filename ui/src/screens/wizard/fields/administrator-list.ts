import type { PlannedField } from "../../../backend/schema";
import { wizard } from "../../../text/en";

export interface ModuleFields {
  module: string;
  fields: PlannedField[];
}

/** The fields of each module, in the order in which they came. */
export function byModule(fields: readonly PlannedField[]): ModuleFields[] {
  const modules = new Map<string, PlannedField[]>();
  for (const field of fields) modules.set(field.module, [...(modules.get(field.module) ?? []), field]);
  return [...modules].map(([module, its]) => ({ module, fields: its }));
}

/** What an administrator of Zoho has to make by hand, as plain text for a message. */
export function asText(fields: readonly PlannedField[]): string {
  const text = wizard.fields;
  const modules = byModule(fields).map(({ module, fields: its }) =>
    [module, ...its.map((field) => `- ${text.listLine(field.label, field.definition, field.required)}`)].join("\n"),
  );
  return [text.listTitle, text.listHow, ...modules].join("\n\n") + "\n";
}
