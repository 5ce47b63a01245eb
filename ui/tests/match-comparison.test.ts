import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import type { Side } from "../src/backend/schema";
import { directionOf, fieldsOf, markOf, valuesOf } from "../src/screens/matching/comparison";
import { complaintsOf, textOfSheet } from "../src/screens/matching/read-sheet";

// These run without a page.

const blank: Side = {
  name: "",
  numbers: [],
  tax_numbers: [],
  emails: [],
  websites: [],
  phones: [],
  place: "",
  total: null,
  date: null,
};

const side = (part: Partial<Side>): Side => ({ ...blank, ...part });

test("every reason that matching can give is known, so that none is shown without its direction", () => {
  const verdict = fileURLToPath(new URL("../../crates/sync/src/matching/verdict.rs", import.meta.url));
  const display = readFileSync(verdict, "utf8").split("impl fmt::Display for Reason")[1] ?? "";
  const words = [...display.split("/// A record")[0]!.matchAll(/=> "([^"]+)"/g)].map(([, word]) => word ?? "");
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((word) => directionOf(word) === undefined)).toEqual([]);
  expect(directionOf("shared by 12 records")).toBe("against");
  expect(directionOf("similar name (87.5 %)")).toBe("for");
  expect(directionOf("words of a later version")).toBeUndefined();
});

test("a mark follows what matching judged, not how the value is spelt", () => {
  const ours = side({ name: "Contoso GmbH", phones: ["+49 30 1234567"], place: "10115 Berlin" });
  const theirs = side({ name: "contoso", phones: ["030 123 4567"], place: "Berlin" });
  const reasons = ["same phone", "same name", "same city", "different postal code"];
  expect(markOf("name", ours, theirs, reasons)).toBe("same");
  expect(markOf("phones", ours, theirs, reasons)).toBe("same");
  expect(markOf("place", ours, theirs, reasons)).toBe("similar");
});

test("a contradiction is marked, and a word too many makes a name similar only", () => {
  const ours = side({ name: "Contoso GmbH", tax_numbers: ["DE111"], total: "10.00" });
  const theirs = side({ name: "Contoso Holding GmbH", tax_numbers: ["DE222"], total: "10.01" });
  expect(markOf("tax_numbers", ours, theirs, ["different tax number"])).toBe("different");
  expect(markOf("total", ours, theirs, ["different total"])).toBe("different");
  expect(markOf("name", ours, theirs, ["similar name (91.0 %)", "a word that the other does not have"])).toBe("similar");
});

test("nothing is marked where one side has no value or nothing was judged", () => {
  const ours = side({ numbers: ["C100"], emails: ["a@contoso.de"] });
  expect(markOf("numbers", ours, side({ numbers: ["77"] }), [])).toBeUndefined();
  expect(markOf("emails", ours, blank, ["same domain"])).toBeUndefined();
  expect(markOf("numbers", ours, side({ numbers: ["c100"] }), [])).toBe("same");
});

test("what is said about a domain belongs to the values that bear it out", () => {
  const ours = side({ emails: ["info@contoso.de"], websites: ["https://www.contoso.de/start"] });
  const theirs = side({ emails: ["sales@contoso.de"], websites: ["fabrikam.com"] });
  expect(markOf("emails", ours, theirs, ["same domain"])).toBe("similar");
  expect(markOf("websites", ours, theirs, ["same domain"])).toBeUndefined();
  expect(markOf("websites", ours, side({ websites: ["contoso.com"] }), ["same domain but for its ending"])).toBe("similar");
  expect(markOf("websites", ours, theirs, ["different domain"])).toBe("different");
});

test("only fields with a value are compared, and money stays text", () => {
  const invoice = side({ name: "Contoso", total: "12345678901234567.80", date: "2026-03-12" });
  expect(fieldsOf([invoice, blank])).toEqual(["name", "total", "date"]);
  expect(valuesOf(invoice, "total")).toEqual(["12,345,678,901,234,567.80"]);
});

test("a sheet is read in the letters in which it was saved", () => {
  const words = "proposal;decision\n1;accept\n# Müller";
  expect(textOfSheet(new TextEncoder().encode(words))).toBe(words);
  expect(textOfSheet(Uint8Array.from([...words].map((letter) => letter.charCodeAt(0))))).toBe(words);
  const wide = new Uint8Array([0xff, 0xfe, ...[...words].flatMap((letter) => [letter.charCodeAt(0), 0])]);
  expect(textOfSheet(wide)).toBe(words);
});

test("each complaint about a file stands for itself, and no word of it is lost", () => {
  const message = 'line 2, column decision: "yes; no" is none of accept, reject, create and blank; line 9: wrong; and 4 more';
  expect(complaintsOf(message)).toEqual([
    'line 2, column decision: "yes; no" is none of accept, reject, create and blank',
    "line 9: wrong",
    "and 4 more",
  ]);
  expect(complaintsOf("the file cannot be read; try again")).toHaveLength(1);
});
