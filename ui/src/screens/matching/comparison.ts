import type { Side } from "../../backend/schema";
import { decimalOf } from "../../format/amount";
import { dayOf } from "../../format/when";

export const comparedFields = [
  "name",
  "numbers",
  "tax_numbers",
  "emails",
  "websites",
  "phones",
  "place",
  "total",
  "date",
] as const;

export type ComparedField = (typeof comparedFields)[number];

/** How two values of one field compare. */
export type Mark = "same" | "similar" | "different";

interface Meaning {
  field?: ComparedField;
  against: boolean;
  /** What it makes of its field's mark where nothing else is said; "for" and "against" otherwise. */
  mark?: Mark;
}

/**
 * The words in which matching gives its reasons (`Reason` in crates/sync/src/matching/verdict.rs).
 * They are always shown as they come; one that is not known here only marks no value.
 */
const meanings: Readonly<Record<string, Meaning>> = {
  "same number": { field: "numbers", against: false },
  "same digits in the number": { field: "numbers", against: false, mark: "similar" },
  "different number": { field: "numbers", against: true },
  "same tax number": { field: "tax_numbers", against: false },
  "different tax number": { field: "tax_numbers", against: true },
  "same e-mail": { field: "emails", against: false },
  "different e-mail": { field: "emails", against: true },
  "same phone": { field: "phones", against: false },
  "same name": { field: "name", against: false },
  "similar name": { field: "name", against: false, mark: "similar" },
  "different name": { field: "name", against: true },
  "a word that the other does not have": { field: "name", against: true, mark: "similar" },
  "different figures in the name": { field: "name", against: true, mark: "similar" },
  "different legal form": { field: "name", against: true, mark: "similar" },
  "same city": { field: "place", against: false },
  "different city": { field: "place", against: true },
  "same postal code": { field: "place", against: false },
  "different postal code": { field: "place", against: true },
  "different country": { field: "place", against: true },
  "same total": { field: "total", against: false },
  "different total": { field: "total", against: true },
  "same date": { field: "date", against: false },
  "belongs to the same record": { against: false },
  "belongs to a different record": { against: true },
  "another record fits as well": { against: true },
  // A domain is of an e-mail or of a web address: see `domainMarks`.
  "same domain": { against: false },
  "same domain but for its ending": { against: false },
  "different domain": { against: true },
};

/** "similar name (87.5 %)" is "similar name"; "shared by 12 records" speaks against. */
function meaningOf(reason: string): Meaning | undefined {
  if (/^shared by \d+ records?$/.test(reason)) return { against: true };
  return meanings[reason.replace(/ \([\d.,]+\s?%\)$/, "")];
}

/** Whether a reason speaks for or against the two being one; absent where the words are not known. */
export function directionOf(reason: string): "for" | "against" | undefined {
  const meaning = meaningOf(reason);
  if (meaning === undefined) return undefined;
  return meaning.against ? "against" : "for";
}

/** A field's values as they are shown. */
export function valuesOf(side: Side, field: ComparedField): readonly string[] {
  const value = side[field];
  if (value === null || value === "") return [];
  if (field === "total" && typeof value === "string") return [decimalOf(value)];
  if (field === "date" && typeof value === "string") return [dayOf(value)];
  return typeof value === "string" ? [value] : value.filter((each) => each.trim() !== "");
}

/** `contoso.de` of `info@contoso.de`, `https://www.contoso.de/en` and `contoso.de`. */
function domainOf(value: string): string {
  const host = value.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/^.*@/, "");
  return host.replace(/^www\./, "").replace(/[/:?#].*$/, "");
}

const bare = (domain: string): string => domain.replace(/\.[^.]+$/, "");

function sharesDomain(one: readonly string[], other: readonly string[], key: (domain: string) => string): boolean {
  const known = new Set(one.map((value) => key(domainOf(value))));
  return other.some((value) => known.has(key(domainOf(value))));
}

/** What is said about domains belongs to the rows whose own values bear it out. */
function domainMarks(one: readonly string[], other: readonly string[], reasons: readonly string[]): Mark[] {
  const shares = (key: (domain: string) => string) => sharesDomain(one, other, key);
  if (reasons.includes("same domain") && shares((domain) => domain)) return ["same"];
  if (reasons.includes("same domain but for its ending") && shares(bare)) return ["similar"];
  if (reasons.includes("different domain") && !shares((domain) => domain)) return ["different"];
  return [];
}

const plain = (value: string): string => value.trim().toLocaleLowerCase();

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  const known = new Set(one.map(plain));
  return other.some((value) => known.has(plain(value)));
}

/**
 * How a field's values on both sides compare, as matching judged them. Absent where one side has none, and where
 * nothing is said about values that are not the same letter by letter.
 */
export function markOf(field: ComparedField, ours: Side, theirs: Side, reasons: readonly string[]): Mark | undefined {
  const [one, other] = [valuesOf(ours, field), valuesOf(theirs, field)];
  if (one.length === 0 || other.length === 0) return undefined;
  const said = reasons.flatMap((reason): Mark[] => {
    const meaning = meaningOf(reason);
    if (meaning?.field !== field) return [];
    return [meaning.mark ?? (meaning.against ? "different" : "same")];
  });
  if (isEqual(one, other) && !said.includes("different")) return "same";
  if (field === "websites" || (field === "emails" && !said.includes("same"))) {
    // Another address below the same domain is not the same one.
    const domain = domainMarks(one, other, reasons);
    said.push(...(field === "emails" ? domain.map((mark) => (mark === "same" ? "similar" : mark)) : domain));
  }
  const [first] = said;
  if (first === undefined) return undefined;
  return said.every((mark) => mark === first) ? first : "similar";
}

/** The fields that at least one side has a value for, in order. */
export function fieldsOf(sides: readonly Side[]): readonly ComparedField[] {
  return comparedFields.filter((field) => sides.some((side) => valuesOf(side, field).length > 0));
}
