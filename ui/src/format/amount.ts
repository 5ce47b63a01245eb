/** Counts and money, in the user's locale. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

const parts = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, useGrouping: true }).formatToParts(-1234567.8);
const groupMark = parts.find((part) => part.type === "group")?.value ?? "";
const decimalMark = parts.find((part) => part.type === "decimal")?.value ?? ".";
const minusMark = parts.find((part) => part.type === "minusSign")?.value ?? "-";

/** `1,200` */
export function countOf(value: number): string {
  return whole.format(value);
}

/** `1.2K`, for charts. */
export function shortCountOf(value: number): string {
  return compact.format(value);
}

/** `62%` of a part between 0 and 1. */
export function percentOf(part: number): string {
  return part > 0 && part < 0.1 ? tenths.format(part) : percent.format(part);
}

/**
 * `12,345.60` of the decimal text `12345.60`. Digits are grouped as text and never become a
 * number, so that no cent is lost; anything that is no decimal text is given back as it is.
 */
export function decimalOf(text: string): string {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return text;
  const [, sign, digits = "0", fraction] = match;
  const grouped = digits.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, groupMark);
  return `${sign === "-" ? minusMark : ""}${grouped}${fraction === undefined ? "" : decimalMark + fraction}`;
}

/** `12,345.60 EUR` of a decimal text with at least two places, and its currency where known. */
export function moneyOf(text: string, currency?: string | null): string {
  const padded = /^[+-]?\d+$/.test(text.trim())
    ? `${text.trim()}.00`
    : text.trim().replace(/^([+-]?\d+\.\d)$/, "$10");
  return currency ? `${decimalOf(padded)} ${currency}` : decimalOf(padded);
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** `12 MB` */
export function bytesOf(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const places = value < 10 && unit > 0 ? 1 : 0;
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: byteUnits[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: places,
  }).format(value);
}
