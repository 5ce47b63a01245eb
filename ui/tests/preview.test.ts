import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectSound, openScreen, test, themes } from "./window";

const grid = (page: Page) => page.getByRole("grid", { name: "What would become of each record" });
const rows = (page: Page) => grid(page).getByRole("row");
const counted = (page: Page) => page.getByTestId("preview-counted");

async function openReport(page: Page, query = "", scenario = "normal"): Promise<void> {
  await openScreen(page, `preview${query}`, { scenario });
  await grid(page).waitFor();
}

test("the report is accessible and fits", async ({ page }) => {
  await openScreen(page, "preview");
  await rows(page).nth(2).click();
  await expect(page.getByTestId("preview-detail")).toBeVisible();
  await expectSound(page);
});

for (const theme of themes) {
  for (const scenario of ["empty", "clean", "error", "refused", "attention"]) {
    test(`${scenario} is accessible, ${theme}`, async ({ page }) => {
      await openScreen(page, "preview", { scenario, theme });
      await expect(page.getByTestId("loading")).toHaveCount(0);
      await expectAccessible(page);
    });
  }
}

test("the report says what would be written, that nothing was, and what it would cost", async ({ page }) => {
  await openReport(page);
  await expect(page.getByTestId("preview-sentence")).toHaveText(/A sync would write 100 records to Zoho\.\s+7 records would wait or fail\./);
  await expect(page.getByTestId("preview-nothing-written")).toHaveText("Nothing was written, neither in Zoho nor in Business Central.");
  const report = page.getByTestId("preview-report");
  await expect(report).toContainText("about 41");
  await expect(report).toContainText("about 4 min");
  await expect(page.getByTestId("preview-time")).toHaveText(/^about 4 min, done at about \d\d:\d\d$/);
  await expect(page.getByTestId("preview-notes")).toContainText("corrects a rounding difference");
});

test("the end of a run is said in the page's own clock, and only as long as it lies ahead", async ({ page }) => {
  await page.clock.install({ time: new Date("2026-11-02T13:00:00+01:00") });
  await openReport(page);
  await expect(page.getByTestId("preview-time")).toHaveText("about 4 min, done at about 13:02");
  await page.clock.fastForward("03:00");
  await expect(page.getByTestId("preview-time")).toHaveText("about 4 min");
});

test("the counts are a table, and a number leads to its records", async ({ page }) => {
  await openReport(page);
  const table = page.getByRole("table", { name: "What would become of the records" });
  await expect(table.getByRole("columnheader")).toHaveText([
    "Records",
    "Create",
    "Change",
    "Take over",
    "Mark deleted",
    "Unchanged",
    "Leave alone",
    "Wait",
    "Fail",
  ]);
  await expect(page.getByTestId("preview-flow-invoices").getByRole("cell")).toHaveText(["", "18", "27", "0", "0", "1,139", "12", "3", "1"]);
  await table.getByRole("button", { name: "Show 27 invoices: Change" }).click();
  await expect(counted(page)).toContainText("27 records");
  await expect(page).toHaveURL(/flow=invoices&action=update/);
  await expect(page.getByTestId("preview-filter-flow")).toHaveValue("invoices");
  await expect(rows(page).nth(1)).toContainText("Change");
});

test("columns of what never happens are left out", async ({ page }) => {
  await openReport(page, "", "demo");
  await expect(page.getByRole("columnheader", { name: "Mark deleted" })).toHaveCount(0);
  await expect(page.getByRole("columnheader", { name: "Delete", exact: true })).toHaveCount(0);
});

test("the list is filtered by kind, action and number", async ({ page }) => {
  await openReport(page);
  await expect(counted(page)).toHaveText("123 records, without unchanged ones");
  await page.getByTestId("preview-filter-action").selectOption("attention");
  await expect(counted(page)).toContainText("7 records");
  await page.getByTestId("preview-filter-flow").selectOption("contacts");
  await expect(counted(page)).toContainText("2 records");
  await page.getByTestId("preview-filter-action").selectOption("");
  await page.getByTestId("preview-filter-number").fill("ct000203");
  await expect(counted(page)).toContainText("1 record,");
  await expect(page).toHaveURL(/number=ct000203/);
  await page.getByTestId("preview-filter-number").fill("nobody");
  await expect(page.getByText("No record fits")).toBeVisible();
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(counted(page)).toContainText("123 records");
  await expect(page.getByTestId("preview-filter-number")).toHaveValue("");
});

test("a record opens beside the list by keys, and gives the focus back", async ({ page }) => {
  await openReport(page, "?flow=customers&action=update");
  await grid(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const detail = page.getByTestId("preview-detail");
  await expect(detail.getByRole("heading", { name: "Customer C10003" })).toBeFocused();
  const changes = detail.getByRole("table", { name: "Field by field" });
  await expect(changes.getByRole("columnheader")).toHaveText(["Field in Zoho", "Before", "After"]);
  const name = changes.getByRole("row").filter({ hasText: "Account_Name" });
  await expect(name.getByRole("cell")).toHaveText(["Dorn Metallbau", "Dorn Metallbau GmbH"]);
  await expect(changes.getByRole("row").filter({ hasText: "Billing_City" })).toContainText("empty");
  await page.keyboard.press("Escape");
  await expect(detail).toHaveCount(0);
  await expect(grid(page)).toBeFocused();
});

test("a new record has values but nothing before", async ({ page }) => {
  await openReport(page, "?flow=customers&action=create");
  await rows(page).nth(1).click();
  await expect(page.getByTestId("preview-detail").getByRole("columnheader")).toHaveText(["Field in Zoho", "Value"]);
});

test("what waits or fails says why and what to do", async ({ page }) => {
  await openReport(page, "?flow=customers&action=fail");
  await rows(page).nth(1).click();
  const detail = page.getByTestId("preview-detail");
  await expect(detail).toContainText("The number is held by another record in Zoho");
  await expect(detail).toContainText("clear its BC Number or delete it");
  await page.getByTestId("preview-detail-close").click();
  await expect(detail).toHaveCount(0);
});

test("what is cut or left out is named", async ({ page }) => {
  await openReport(page, "?flow=items&action=create", "demo");
  await expect(page.getByTestId("preview-sentence")).toContainText("4 of them with something cut or left out.");
  const warned = rows(page).filter({ hasText: "2 notes" }).first();
  await warned.click();
  await expect(page.getByTestId("preview-detail")).toContainText("Product_Name was cut to 200 characters.");
});

test("a hundred thousand records are drawn a few at a time", async ({ page }) => {
  await openReport(page, "", "flood");
  await expect(counted(page)).toContainText("100,000 records");
  await expect(page.getByTestId("preview-flow-customers")).toContainText("by bulk job");
  await grid(page).focus();
  await page.keyboard.press("End");
  const last = grid(page).locator('[aria-selected="true"]');
  await expect(last).toHaveAttribute("aria-rowindex", "100001");
  await expect(last).toContainText("Leave alone");
  expect(await rows(page).count()).toBeLessThan(60);
});

test("before the first preview it says what it would do, and finds out", async ({ page }) => {
  await openScreen(page, "preview", { scenario: "empty" });
  await expect(page.getByTestId("preview-never")).toContainText("without writing anything");
  await page.getByTestId("preview-find").click();
  await expect(page.getByTestId("work-progress").getByRole("progressbar")).toBeVisible();
  await expect(page.getByTestId("preview-sentence")).toContainText("A sync would write 2,354 records", { timeout: 10_000 });
  await expect(page.getByTestId("preview-sentence")).toBeFocused();
  await expect(page.getByTestId("work-progress")).toHaveCount(0);
});

test("a preview can be stopped", async ({ page }) => {
  await openReport(page);
  await page.getByTestId("preview-find").click();
  await page.getByTestId("work-stop").click();
  await expect(page.getByTestId("work-progress")).toHaveCount(0);
});

test("a failed preview says why and what to do, and keeps the old report", async ({ page }) => {
  await openReport(page, "", "offline");
  await page.getByTestId("preview-find").click();
  const failure = page.getByTestId("preview-failure");
  await expect(failure).toContainText("Business Central cannot be reached.", { timeout: 10_000 });
  await expect(failure).toContainText("Check the network connection");
  await expect(grid(page)).toBeVisible();
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("work-progress")).toBeVisible();
});

test("a preview that was cut short says so", async ({ page }) => {
  await openReport(page, "", "refused");
  const notice = page.getByTestId("preview-cut-short");
  await expect(notice).toContainText("the client secret any more: it has expired");
  await expect(notice).toContainText("could not be found out to the end");
});

test("a flow that stands still is named with its cure", async ({ page }) => {
  await openReport(page, "", "attention");
  await expect(page.getByTestId("preview-flow-problem")).toContainText("None of the customers is created until somebody has decided.");
});

test("nothing to do is said as such", async ({ page }) => {
  await openScreen(page, "preview", { scenario: "clean" });
  await expect(page.getByTestId("preview-nothing")).toContainText("Every record in Zoho is right already.");
  await expect(page.getByTestId("preview-sentence")).toHaveText("A sync would write nothing.");
  await expect(grid(page)).toHaveCount(0);
});

test("loading and failing are shown as such", async ({ page }) => {
  await openScreen(page, "preview", { scenario: "loading" });
  await expect(page.getByTestId("loading").first()).toBeVisible();
  await openScreen(page, "preview", { scenario: "error" });
  await expect(page.getByTestId("error-state")).toContainText("held by another program");
});

test("while something else works, nobody can start a preview", async ({ page }) => {
  await openReport(page, "", "syncing");
  await expect(page.getByTestId("preview-find")).toBeDisabled();
});

test("zoomed in, a record takes the place of the list until it is closed", async ({ page }) => {
  await openScreen(page, "preview", { scenario: "normal", size: "zoomed" });
  await grid(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("preview-detail")).toBeVisible();
  await expect(grid(page)).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(grid(page)).toBeFocused();
});
