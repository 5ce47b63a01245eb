import { expect, test } from "@playwright/test";
import { bytesOf, countOf, decimalOf, moneyOf, percentOf } from "../src/format/amount";
import { dayOf, durationOf, inputDay, momentOf, relativeTo } from "../src/format/when";

// These run without a page, in the locale of the test runner: English.

test("money is grouped as text, so that no cent of a large amount is lost", () => {
  expect(decimalOf("12345678901234567890.01")).toBe("12,345,678,901,234,567,890.01");
  expect(decimalOf("-1234.5")).toBe("-1,234.5");
  expect(decimalOf("0001.10")).toBe("1.10");
});

test("money has two places at least, and its currency where it is known", () => {
  expect(moneyOf("1190", "EUR")).toBe("1,190.00 EUR");
  expect(moneyOf("1190.5")).toBe("1,190.50");
  expect(moneyOf("0.125", "EUR")).toBe("0.125 EUR");
});

test("what is no decimal text is shown as it came", () => {
  expect(decimalOf("n/a")).toBe("n/a");
  expect(moneyOf("", "EUR")).toBe(" EUR");
});

test("counts, parts and sizes", () => {
  expect(countOf(100_000)).toBe("100,000");
  expect(percentOf(0.62)).toBe("62%");
  expect(percentOf(0.004)).toBe("0.4%");
  expect(bytesOf(184_220)).toBe("184 kB");
});

test("spans of time are as long as they need to be", () => {
  expect(durationOf(600, "long")).toBe("10 minutes");
  expect(durationOf(4_800)).toBe("1 hr 20 min");
  expect(durationOf(86_400, "long")).toBe("24 hours");
  expect(durationOf(604_800, "long")).toBe("7 days");
});

test("a calendar day is the same day in every time zone", () => {
  expect(dayOf("2026-03-01")).toContain("1");
  expect(dayOf("2026-03-01")).toContain("Mar");
});

test("moments of today have no date, others have", () => {
  const now = new Date(2026, 2, 12, 15, 0);
  expect(momentOf(new Date(2026, 2, 12, 14, 2), now)).toContain("02");
  expect(momentOf(new Date(2026, 2, 11, 14, 2), now)).toContain("Mar");
  expect(momentOf(new Date(2025, 2, 11, 14, 2), now)).toContain("2025");
  expect(inputDay(now)).toBe("2026-03-12");
});

test("relative times", () => {
  const now = new Date(2026, 2, 12, 15, 0);
  expect(relativeTo(new Date(2026, 2, 12, 14, 57), now)).toBe("3 minutes ago");
  expect(relativeTo(new Date(2026, 2, 12, 17, 0), now)).toBe("in 2 hours");
  expect(relativeTo(new Date(2026, 2, 11, 15, 0), now)).toBe("yesterday");
});
