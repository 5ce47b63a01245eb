import type { ProblemGroup, Problems } from "../src/backend/schema";
import { solvedBetween } from "../src/screens/problems/solved";
import { solvingPlace } from "../src/screens/problems/solving-place";
import { expect, expectAccessible, expectSound, openScreen, test } from "./window";
import type { Locator, Page } from "@playwright/test";

const waiting = "records:invoices:waits_for_record:items";
const refused = "records:contacts:zoho_invalid_data:";

const group = (page: Page, cause: string): Locator => page.locator(`[data-testid=problem-group][data-cause="${cause}"]`);

test("problems are grouped by cause, with what happened and what to do", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "attention" });
  const groups = page.getByTestId("problem-group");
  await expect(groups).toHaveCount(7);
  await expect(groups.first().getByRole("heading")).toHaveText("Contacts stand still: many disappeared at once");
  await expect(groups.first()).toContainText("Stands still");
  const invoices = group(page, waiting);
  await expect(invoices).toContainText("284 records");
  await expect(invoices).toContainText("What happened");
  await expect(invoices).toContainText("What to do");
  await expect(invoices).toContainText("Waiting");
  await expect(group(page, "records:items:zoho_record_locked:")).toContainText("Next try in");
});

test("a whole flow's problem leads to the screen that solves it", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "attention" });
  await group(page, "flow:contacts:mass_deletion").getByRole("link", { name: "Go to Agreement" }).click();
  await expect(page.locator("h1")).toHaveText("Agreement");
});

test("a refused sign-in can be retried and leads to Settings", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "refused" });
  const run = group(page, "run:bc_sign_in_secret_expired");
  await expect(run.getByRole("link", { name: "Go to Settings" })).toBeVisible();
  await expect(run.getByTestId("retry-group")).toBeVisible();
  await expect(run.getByTestId("ignore-group")).toHaveCount(0);
});

test("a link opens its group, scrolls to it and focuses it", async ({ page }) => {
  await openScreen(page, `problems?cause=${refused}`, { scenario: "attention" });
  const linked = group(page, refused);
  await expect(linked.getByRole("heading")).toBeFocused();
  await expect(linked.getByRole("heading")).toBeInViewport();
  await expect(linked.getByRole("grid")).toBeVisible();
  await expect(group(page, waiting).getByRole("grid")).toHaveCount(0);
});

test("a second link followed in the open window leads on", async ({ page }) => {
  await openScreen(page, `problems?cause=${refused}`, { scenario: "attention" });
  await expect(group(page, refused).getByRole("heading")).toBeFocused();
  await page.evaluate((cause) => (location.hash = `#/problems?cause=${encodeURIComponent(cause)}`), waiting);
  await expect(group(page, waiting).getByRole("heading")).toBeFocused();
});

test("a link to a problem that is solved says so", async ({ page }) => {
  await openScreen(page, "problems?cause=records:items:gone:");
  await expect(page.getByTestId("linked-is-solved")).toContainText("has been solved");
});

test("a retry says what came right, and what is solved leaves", async ({ page }) => {
  await openScreen(page, "problems");
  const invoice = group(page, "records:invoices:total_differs:");
  await invoice.getByTestId("retry-group").press("Enter");
  await expect(invoice).toHaveCount(0);
  await expect(page.getByTestId("toasts")).toContainText("Tried again: 1 record has come right. 5 records are left.");
  await expect(page.getByTestId("solved")).toContainText("Solved: 1 invoice has another total in Zoho.");
  await expect(page.getByTestId("work-progress")).toHaveCount(0);
  // The focus goes to what took the place of the solved group.
  await expect(group(page, refused).getByRole("heading")).toBeFocused();
});

test("everything can be retried at once, with its progress, and the work cancelled", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "attention" });
  await page.getByTestId("retry-all").click();
  await expect(page.getByTestId("work-progress").getByRole("progressbar")).toBeVisible();
  await expect(group(page, waiting).getByTestId("retry-group")).toBeDisabled();
  await page.getByTestId("work-cancel").click();
  await expect(page.getByTestId("work-progress")).toHaveCount(0);
  await expect(page.getByTestId("toasts")).toContainText("nothing has come right yet");
  await expect(page.getByTestId("retry-all")).toBeEnabled();
});

test("ignoring is explained, and taken back by the toast", async ({ page }) => {
  await openScreen(page, "problems");
  await group(page, "records:customers:zoho_duplicate_data:").getByTestId("ignore-group").click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("no longer counts as a problem");
  await expect(dialog).toContainText("Nothing changes in Zoho");
  await expectAccessible(page);
  await dialog.getByTestId("ignore-confirm").click();
  await expect(group(page, "records:customers:zoho_duplicate_data:")).toHaveCount(0);
  await expect(page.getByTestId("toasts")).toContainText("1 record is left alone.");
  await expect(page.getByTestId("solved")).toBeEmpty();
  await expect(page.getByTestId("left-alone")).toContainText("3 records");
  await expect(page.getByRole("link", { name: "Problems 5 open problems" })).toBeVisible();
  await page.getByTestId("toasts").getByRole("button", { name: "Undo" }).press("Enter");
  await expect(group(page, "records:customers:zoho_duplicate_data:")).toBeVisible();
  await expect(page.locator("h1")).toBeFocused();
});

test("the dialog is left by Escape and nothing is ignored", async ({ page }) => {
  await openScreen(page, "problems");
  const ignore = group(page, waiting).getByTestId("ignore-group");
  await ignore.click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(ignore).toBeFocused();
  await expect(group(page, waiting)).toContainText("2 records");
});

test("what was left alone is listed and can be taken back", async ({ page }) => {
  await openScreen(page, "problems");
  await page.getByTestId("left-alone").locator("summary").press("Enter");
  const left = page.getByTestId("left-alone-group");
  await expect(left.getByRole("grid")).toContainText("Left alone by Petra Lindner");
  await left.getByRole("grid").getByRole("button", { name: /^Take back/ }).first().click();
  await expect(group(page, refused)).toContainText("3 records");
  await left.getByRole("button", { name: /^Take back/ }).first().click();
  await expect(page.getByTestId("left-alone")).toHaveCount(0);
  await expect(group(page, refused)).toContainText("4 records");
});

test("several records are selected and retried together", async ({ page }) => {
  await openScreen(page, `problems?cause=${refused}`, { scenario: "attention" });
  const linked = group(page, refused);
  const ticks = linked.getByRole("grid").getByRole("checkbox");
  await ticks.nth(0).check();
  await ticks.nth(2).check();
  await expect(linked.getByTestId("selection-bar")).toContainText("2 records selected");
  await expect(linked.getByRole("row", { selected: true })).toHaveCount(2);
  await linked.getByTestId("selection-bar").getByRole("button", { name: "Retry" }).click();
  await expect(linked).toContainText("8 records");
});

test("all records of a group are selected, one is taken out, and the rest ignored", async ({ page }) => {
  await openScreen(page, `problems?cause=${refused}`, { scenario: "attention" });
  const linked = group(page, refused);
  await linked.getByRole("checkbox", { name: "Select all 9 records" }).check();
  await expect(linked.getByTestId("selection-bar")).toContainText("9 records selected");
  await linked.getByRole("grid").getByRole("checkbox").nth(1).uncheck();
  await expect(linked.getByTestId("selection-bar")).toContainText("8 records selected");
  await linked.getByTestId("selection-bar").getByRole("button", { name: "Ignore" }).click();
  await expect(page.getByRole("dialog")).toContainText("Ignore 8 problems?");
  await page.getByTestId("ignore-confirm").click();
  await expect(linked).toContainText("1 record");
  await expect(linked.getByRole("heading")).toContainText("1 contact");
});

test("a hundred thousand records scroll, and the keyboard reaches the last one", async ({ page }) => {
  await openScreen(page, `problems?cause=${waiting}`, { scenario: "flood" });
  const grid = group(page, waiting).getByRole("grid");
  await expect(grid).toHaveAttribute("aria-rowcount", "100001");
  await grid.locator('[data-row="0"] a').focus();
  await page.keyboard.press("ArrowDown");
  await expect(grid.locator('[data-row="1"] a')).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(grid.locator('[data-row="1"]').getByRole("button", { name: /^Retry/ })).toBeFocused();
  await page.keyboard.press("Control+End");
  await expect(grid.locator('[data-row="99999"]').getByRole("button", { name: /^Retry/ })).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await expect(grid.locator('[data-row="99999"]')).toHaveAttribute("aria-selected", "true");
  expect(await grid.getByRole("row").count()).toBeLessThan(40);
});

test("the list is one stop for Tab, and leads to a record's history", async ({ page }) => {
  await openScreen(page, "problems");
  const grid = group(page, waiting).getByRole("grid");
  await group(page, waiting).getByRole("checkbox", { name: "Select all 2 records" }).focus();
  await page.keyboard.press("Tab");
  await expect(grid.locator('[data-row="0"]').getByRole("checkbox")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(group(page, "records:invoices:total_differs:").getByTestId("retry-group")).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText("Invoice PSI-103020");
});

test("what a sync solves leaves by itself, politely, and the focus stays", async ({ page }) => {
  await openScreen(page, "problems");
  const invoices = group(page, waiting);
  await expect(group(page, refused)).toBeVisible();
  await page.getByTestId("sync-now").click();
  const link = invoices.getByRole("link", { name: "PSI-103020" });
  await link.focus();
  await expect(group(page, refused)).toHaveCount(0);
  await expect(page.getByTestId("solved")).toHaveText("Solved: Zoho refused the e-mail addresses of 2 contacts.");
  await expect(page.getByTestId("solved")).toHaveAttribute("role", "status");
  await expect(link).toBeFocused();
});

test("nothing to do is said with the last run", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "clean" });
  await expect(page.getByTestId("no-problems")).toContainText("Nothing needs you");
  await expect(page.getByTestId("no-problems")).toContainText("The last sync ended");
  await expect(page.getByTestId("retry-all")).toHaveCount(0);
});

test("before the first sync it is said what will stand here", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "empty" });
  await expect(page.getByTestId("no-problems")).toContainText("Nothing has been synced yet");
});

test("loading shows that it loads", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "loading" });
  await expect(page.getByTestId("loading")).toContainText("Loading the problems");
  await expectAccessible(page);
});

test("a failure says what to do and can be tried again", async ({ page }) => {
  await openScreen(page, "problems", { scenario: "error" });
  await expect(page.getByTestId("error-state")).toContainText("Stop the other program");
  await expect(page.getByTestId("error-state").getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);
});

test("problems are accessible and fit", async ({ page }) => {
  await openScreen(page, `problems?cause=${refused}`, { scenario: "attention" });
  await group(page, refused).getByRole("grid").getByRole("checkbox").first().check();
  await page.getByTestId("left-alone").locator("summary").click();
  await expectSound(page);
});

const made = (cause: string, count: number, title = cause): ProblemGroup => ({
  cause,
  kind: count === 0 ? "flow" : "failed",
  flow: "invoices",
  title,
  message: "",
  cure: "",
  class: "",
  code: cause,
  count,
  since: "2026-11-01T10:00:00Z",
  next_try: null,
  can_retry: true,
  can_ignore: true,
});

const look = (groups: ProblemGroup[], ignored: ProblemGroup[] = []): Problems => ({ groups, ignored });

test("what has come right is told apart from what was left alone", () => {
  const before = look([made("one", 4, "Four wait"), made("two", 2, "Two wait"), made("flow", 0, "A flow stands still")]);
  expect(solvedBetween(before, before)).toEqual({ titles: [], records: 0 });
  expect(solvedBetween(before, look([made("one", 1), made("two", 2), made("flow", 0)]))).toEqual({ titles: [], records: 3 });
  expect(solvedBetween(before, look([made("one", 4)], [made("two", 2)]))).toEqual({ titles: ["A flow stands still"], records: 0 });
  expect(solvedBetween(before, look([], [made("one", 1)]))).toEqual({
    titles: ["Four wait", "Two wait", "A flow stands still"],
    records: 5,
  });
});

test("what was taken back and what is new has not come right", () => {
  const before = look([made("one", 1)], [made("one", 3)]);
  expect(solvedBetween(before, look([made("one", 4), made("new", 9)]))).toEqual({ titles: [], records: 0 });
});

test("each cause that a screen solves leads there", () => {
  const place = (code: string, kind: ProblemGroup["kind"] = "failed") => solvingPlace({ code, kind });
  expect(place("comparison_differs", "comparison")).toBe("agreement");
  expect(place("mass_deletion", "flow")).toBe("agreement");
  expect(place("match_review_needed", "flow")).toBe("matching");
  expect(place("zoho_sign_in_invalid_code", "run")).toBe("settings");
  expect(place("bc_unreachable", "run")).toBeUndefined();
});
