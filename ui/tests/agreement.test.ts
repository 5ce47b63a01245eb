import type { Agreement, FlowCompared } from "../src/backend/schema";
import { decimalDifference } from "../src/screens/agreement/decimal-difference";
import { flowAgrees } from "../src/screens/agreement/flow-verdict";
import { expect, expectAccessible, expectSound, openScreen, test } from "./window";

test("both systems agree: one sentence, counts and sums", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "clean" });
  const verdict = page.getByTestId("verdict");
  await expect(verdict).toHaveAttribute("data-verdict", "agrees");
  await expect(verdict).toContainText("Agrees");
  await expect(verdict).toContainText("Both systems agree: 300 customers, 500 items, 400 contacts, 1,200 invoices");
  await expect(page.getByTestId("compared-flows").getByRole("row", { name: "Invoices Agrees 1,200 1,200" })).toBeVisible();
  await expect(page.getByTestId("differences")).toHaveCount(0);
});

test("differing sums are marked by word, shape and difference", async ({ page }) => {
  await openScreen(page, "agreement");
  await expect(page.getByTestId("verdict")).toHaveAttribute("data-verdict", "differs");
  const unpaid = page.getByTestId("compared-sums").getByRole("row", { name: "Still to be paid, EUR" });
  await expect(unpaid).toContainText("Differs");
  await expect(unpaid).toContainText("+1,190.00 EUR");
  await expect(unpaid.locator("svg")).toHaveCount(1);
  await expect(page.getByTestId("compared-sums").getByRole("row", { name: "Invoice totals, GBP" })).toContainText("Same");
});

test("each kind of difference has its cure and leads to its differences", async ({ page }) => {
  await openScreen(page, "agreement");
  const missing = page.locator('[data-testid=kind][data-kind="missing"]');
  await expect(missing).toContainText("copies what is missing");
  await missing.getByRole("button", { name: "Show in the list: Missing in Zoho" }).press("Enter");
  await expect(page.getByRole("heading", { name: "Every difference" })).toBeFocused();
  await expect(page.getByTestId("differences").getByRole("row")).toHaveCount(3);
  await expect(page.getByTestId("filter-kind")).toHaveValue("missing");
});

test("differences are filtered by flow and kind, and the address keeps it", async ({ page }) => {
  await openScreen(page, "agreement");
  const rows = page.getByTestId("differences").getByRole("row");
  await expect(rows).toHaveCount(8);
  await page.getByTestId("filter-flow").selectOption("customers");
  await expect(rows).toHaveCount(4);
  await page.getByTestId("filter-kind").selectOption("remaining");
  await expect(page.getByTestId("empty-state")).toContainText("No difference of this kind");
  expect(page.url()).toContain("flow=customers&kind=remaining");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(rows).toHaveCount(8);
});

test("a difference leads to its history and opens in both systems", async ({ page }) => {
  await openScreen(page, "agreement?kind=remaining");
  await expect(page.getByRole("button", { name: "Open PSI-103400 in Business Central" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open PSI-103400 in Zoho" })).toBeVisible();
  await page.getByRole("link", { name: "PSI-103400" }).click();
  await expect(page.locator("h1")).toHaveText("Invoice PSI-103400");
});

test("a record that is missing cannot be opened where it is not", async ({ page }) => {
  await openScreen(page, "agreement?kind=missing");
  await expect(page.getByRole("button", { name: "Open PSI-103020 in Business Central" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open PSI-103020 in Zoho" })).toHaveCount(0);
  await expect(page.getByTestId("differences").getByRole("row", { name: /PSI-103020/ })).toContainText("not there");
});

test("a long list shows a hundred at once, and says that there are more", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "flood" });
  await expect(page.getByTestId("truncated")).toContainText("The first 1,000 differences are listed.");
  const rows = page.getByTestId("differences").getByRole("row");
  await expect(rows).toHaveCount(101);
  await page.getByRole("button", { name: "Show 100 more" }).click();
  await expect(rows).toHaveCount(201);
});

test("comparing shows its progress, and ends in a result that is said", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "empty" });
  await expect(page.getByTestId("never-compared")).toContainText("have not been compared yet");
  await page.getByTestId("compare-lines").check();
  await page.getByTestId("compare").press("Enter");
  await expect(page.getByTestId("work-progress")).toBeVisible();
  await expect(page.getByTestId("compare")).toBeFocused();
  await expect(page.getByTestId("verdict")).toContainText("Invoice lines compared");
  await expect(page.getByTestId("compared")).toHaveText("Compared. The systems differ.");
  await expect(page.getByTestId("compare")).toBeFocused();
});

test("a comparison can be cancelled", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "empty" });
  await page.getByTestId("compare").click();
  await page.getByTestId("work-cancel").click();
  await expect(page.getByTestId("work-progress")).toHaveCount(0);
  await expect(page.getByTestId("never-compared")).toBeVisible();
  await expect(page.getByTestId("compared")).toBeEmpty();
});

test("mending is explained; deletions are confirmed with a warning, and never by habit", async ({ page }) => {
  await openScreen(page, "agreement");
  await page.getByTestId("mend").click();
  const dialog = page.getByTestId("mend-dialog");
  await expect(dialog).toContainText("Nothing is ever written to Business Central.");
  await expect(dialog.getByTestId("deletions-warning")).toHaveCount(0);
  await dialog.getByTestId("confirm-deletions").check();
  await expect(dialog.getByTestId("deletions-warning")).toContainText("marked or deleted in Zoho");
  await expect(dialog.getByTestId("mend-start")).toHaveText("Mend and follow deletions");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("mend")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByTestId("confirm-deletions")).not.toBeChecked();
  await dialog.getByTestId("mend-start").press("Enter");
  await expect(page.getByTestId("work-progress")).toContainText("Reading everything anew");
  await expect(page.getByTestId("mend")).toBeFocused();
  await expect(page.getByTestId("compared")).toHaveText("Compared. The systems differ.");
  await expect(page.getByTestId("kind")).toHaveCount(1);
});

test("deletions cannot be confirmed outside that dialog", async ({ page }) => {
  await openScreen(page, "agreement");
  await expect(page.getByTestId("compare")).toBeVisible();
  await expect(page.getByTestId("confirm-deletions")).toHaveCount(0);
});

for (const [button, file] of [
  ["export-csv", "ledgerline-agreement.csv"],
  ["export-html", "ledgerline-agreement.html"],
] as const) {
  test(`${button} says where the file is`, async ({ page }) => {
    await openScreen(page, "agreement");
    await page.getByTestId(button).click();
    await expect(page.getByTestId("toasts")).toContainText(file);
    await page.getByTestId("toasts").getByRole("button", { name: "Show in folder" }).click();
    await expect(page.getByTestId("toasts")).not.toContainText(file);
  });
}

test("of an older comparison the numbers are shown, and how to get the rest", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "paused" });
  await expect(page.getByTestId("not-detailed")).toContainText("Compare again");
  await expect(page.getByTestId("compared-flows")).toBeVisible();
  await expect(page.getByTestId("differences")).toHaveCount(0);
  await expect(page.getByTestId("export-csv")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Show in the list/ })).toHaveCount(0);
});

test("what could not be compared says why, and a new attempt that fails says what to do", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "offline" });
  await expect(page.getByTestId("verdict")).toHaveAttribute("data-verdict", "unknown");
  await expect(page.getByTestId("verdict")).toContainText("Zoho cannot be reached");
  await page.getByTestId("compare").click();
  await expect(page.getByTestId("compare-failure")).toContainText("Check the network connection");
  await expectAccessible(page);
  await page.getByTestId("compare-failure").getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("work-progress")).toBeVisible();
  await expect(page.getByTestId("compare-failure")).toHaveCount(0);
});

test("while something else works, comparing waits", async ({ page }) => {
  await openScreen(page, "agreement", { scenario: "syncing" });
  await expect(page.getByTestId("compare")).toBeDisabled();
  await expect(page.getByTestId("compare")).toHaveAttribute("title", /Wait until this is done/);
});

for (const scenario of ["loading", "error"]) {
  test(`${scenario} has a face of its own`, async ({ page }) => {
    await openScreen(page, "agreement", { scenario });
    await expect(page.getByTestId(scenario === "loading" ? "loading" : "error-state")).toBeVisible();
    await expectAccessible(page);
  });
}

test("agreement is accessible and fits", async ({ page }) => {
  await openScreen(page, "agreement");
  await expect(page.getByTestId("differences")).toBeVisible();
  await expectSound(page);
});

test("sums are subtracted to the last place, however large they are", () => {
  expect(decimalDifference("4312220.18", "4312220.17")).toBe("0.01");
  expect(decimalDifference("1", "1190.00")).toBe("-1189.00");
  expect(decimalDifference("12345678901234567890.05", "12345678901234567890")).toBe("0.05");
  expect(decimalDifference("-0.5", "0.25")).toBe("-0.75");
  expect(decimalDifference("7", "7")).toBe("0");
  expect(decimalDifference("n/a", "1")).toBeUndefined();
});

const flow = (changes: Partial<FlowCompared> = {}): FlowCompared => ({
  flow: "customers",
  business_central: 1,
  zoho: 1,
  missing: 0,
  extra: 0,
  duplicates: 0,
  differing: 0,
  sums: [],
  ...changes,
});

const found = (changes: Partial<Agreement> = {}): Agreement => ({
  at: "2026-11-01T10:00:00Z",
  agrees: false,
  sentence: "",
  flows: [],
  kinds: [],
  differences: [],
  detailed: true,
  truncated: false,
  in_motion: 0,
  lines_compared: false,
  credits: 0,
  ...changes,
});

const wrongLink = { kind: "wrong_link", title: "", count: 1, cure: "" };

test("a flow agrees only where that is certain", () => {
  expect(flowAgrees(flow(), found({ agrees: true }))).toBe(true);
  expect(flowAgrees(flow({ missing: 1 }), found())).toBe(false);
  const sum = { what: "total", currency: "EUR", business_central: "1.00", zoho: "1.01", agrees: false };
  expect(flowAgrees(flow({ sums: [sum] }), found())).toBe(false);
  const listed = { flow: "customers" as const, kind: "wrong_link", number: "C1", bc_id: null, zoho_id: null };
  const values = { field: null, business_central: null, zoho: null, reason: null };
  expect(flowAgrees(flow(), found({ kinds: [wrongLink], differences: [{ ...listed, ...values }] }))).toBe(false);
  expect(flowAgrees(flow(), found({ kinds: [wrongLink] }))).toBe(true);
  expect(flowAgrees(flow(), found({ kinds: [wrongLink], detailed: false }))).toBeUndefined();
});
