import type { Entry } from "../src/backend/schema";
import { recordAt } from "../src/backend/memory/records";
import { shapesOf } from "../src/screens/history/entry-shape";
import { expect, expectAccessible, expectSound, openScreen, test } from "./window";

/** An invoice that waits, one whose total differs, and one that has no problem. */
const waits = recordAt("invoices", 20);
const differs = recordAt("invoices", 400);
const written = recordAt("invoices", 700);

const historyOf = (record: typeof waits): string => `history?flow=${record.flow}&id=${record.bcId}`;

test("a record's history begins with its number, its name and where it is", async ({ page }) => {
  await openScreen(page, historyOf(written));
  await expect(page.locator("h1")).toHaveText(`Invoice ${written.number}`);
  await expect(page.getByTestId("record-name")).toHaveText(written.name);
  await expect(page.getByText("In Zoho", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open in Business Central" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open in Zoho" })).toBeVisible();
  await expect(page.getByTestId("record-problem")).toHaveCount(0);
});

test("the other name of the parameter works too", async ({ page }) => {
  await openScreen(page, `history?flow=${written.flow}&bc_id=${written.bcId}`);
  await expect(page.locator("h1")).toHaveText(`Invoice ${written.number}`);
});

test("each entry has a shape and a word, the newest first", async ({ page }) => {
  await openScreen(page, historyOf(written));
  const entries = page.getByTestId("history-entry");
  const moments = await entries.locator("time").evaluateAll((times) => times.map((time) => time.getAttribute("datetime") ?? ""));
  expect(moments).toEqual([...moments].sort().reverse());
  expect(moments.length).toBeGreaterThan(5);
  const created = page.locator('[data-shape="created"]');
  await expect(created).toHaveCount(1);
  await expect(created).toContainText("Created in Zoho");
  await expect(page.locator('[data-shape="updated"]').first()).toContainText("Changed in Zoho");
  for (const entry of await entries.all()) await expect(entry.locator("svg")).toHaveCount(1);
});

test("a change shows each field before and after", async ({ page }) => {
  await openScreen(page, historyOf(written));
  const table = page.locator('[data-shape="updated"]').getByRole("table").first();
  await expect(table.getByRole("columnheader")).toHaveText(["Field", "Before", "After"]);
  await expect(table.getByRole("rowheader").first()).toBeVisible();
});

test("a creation with many fields is opened by keyboard", async ({ page }) => {
  await openScreen(page, historyOf(written));
  const created = page.locator('[data-shape="created"]');
  await created.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(created.getByRole("columnheader")).toHaveText(["Field", "Value"]);
  await expect(created.getByRole("row", { name: `BC Number ${written.number}` })).toBeVisible();
});

test("an open problem stands above with its cure, and comes right by Retry", async ({ page }) => {
  await openScreen(page, historyOf(differs));
  const problem = page.getByTestId("record-problem");
  await expect(problem).toContainText("Look for a rule in Zoho");
  await problem.getByTestId("retry-record").press("Enter");
  await expect(problem).toHaveCount(0);
  await expect(page.getByTestId("toasts")).toContainText("it has come right");
  await expect(page.locator("h1")).toBeFocused();
});

test("a record that waits is not in Zoho, and says for what it waits", async ({ page }) => {
  await openScreen(page, historyOf(waits));
  await expect(page.getByText("Not in Zoho", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open in Zoho" })).toHaveCount(0);
  await expect(page.getByTestId("record-problem")).toContainText("waits for its item 1042-S");
  await expect(page.getByTestId("history-entry").first()).toContainText("Waiting");
});

test("what is left alone says who decided it, and is taken back", async ({ page }) => {
  await openScreen(page, historyOf(recordAt("contacts", 93)));
  const problem = page.getByTestId("record-problem");
  await expect(problem).toContainText("Left alone by Petra Lindner");
  await problem.getByRole("button", { name: "Take back" }).click();
  await expect(problem.getByTestId("retry-record")).toBeVisible();
  await expect(page.locator("h1")).toBeFocused();
});

test("Back leads to where one came from", async ({ page }) => {
  await openScreen(page, "problems");
  await page.getByRole("link", { name: waits.number }).click();
  await expect(page.locator("h1")).toHaveText(`Invoice ${waits.number}`);
  await expect(page.locator("h1")).toBeFocused();
  await page.getByTestId("history-back").click();
  await expect(page.locator("h1")).toHaveText("Problems");
});

test("without a record it is said from where histories are opened", async ({ page }) => {
  await openScreen(page, "history");
  await expect(page.getByTestId("no-record")).toContainText("No record was chosen");
  await expectAccessible(page);
});

test("a record that is not known says what to do", async ({ page }) => {
  await openScreen(page, "history?flow=customers&id=nobody");
  await expect(page.getByTestId("error-state")).toContainText("Look for its number in Activity");
});

test("a record to which nothing happened yet", async ({ page }) => {
  await openScreen(page, historyOf(written), { scenario: "empty" });
  await expect(page.getByTestId("empty-state")).toContainText("Nothing has happened to this record yet");
});

for (const scenario of ["loading", "error"]) {
  test(`${scenario} has a face of its own`, async ({ page }) => {
    await openScreen(page, historyOf(written), { scenario });
    await expect(page.getByTestId(scenario === "loading" ? "loading" : "error-state")).toBeVisible();
    await expectAccessible(page);
  });
}

test("a history is accessible and fits", async ({ page }) => {
  await openScreen(page, historyOf(differs));
  await expect(page.getByTestId("history-entry").first()).toBeVisible();
  for (const more of await page.getByTestId("timeline").locator("summary").all()) await more.click();
  await expectSound(page);
});

/** Kinds, newest first, with the record in Zoho that they name. */
const entries = (...told: [kind: string, zohoId: string | null][]): Entry[] =>
  told.map(([kind, zohoId], at) => ({
    seq: told.length - at,
    at: "2026-11-01T10:00:00Z",
    kind,
    flow: "items",
    bc_id: "a",
    number: "1",
    summary: "",
    zoho_id: zohoId,
    has_values: false,
  }));

test("the first write creates, later ones change", () => {
  const told = entries(["written", "1"], ["observed", null], ["written", "1"], ["failed", null], ["observed", null]);
  expect(shapesOf(told, false)).toEqual(["updated", "observed", "created", "failed", "observed"]);
});

test("what was taken over is changed, not created", () => {
  expect(shapesOf(entries(["written", "1"], ["adopted", "1"]), false)).toEqual(["updated", "adopted"]);
});

test("after a deletion, or with another record in Zoho, a write creates again", () => {
  expect(shapesOf(entries(["written", "2"], ["deleted", "1"], ["written", "1"]), false)).toEqual(["created", "deleted", "created"]);
  expect(shapesOf(entries(["written", "2"], ["written", "1"]), false)).toEqual(["created", "created"]);
});

test("where older entries are missing nothing is called a creation", () => {
  expect(shapesOf(entries(["written", "1"], ["written", "1"]), true)).toEqual(["updated", "updated"]);
});

test("a kind that is not known has a shape", () => {
  expect(shapesOf(entries(["future", null]), false)).toEqual(["other"]);
});
