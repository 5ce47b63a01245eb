import { expect, expectAccessible, expectSound, openScreen, test } from "./window";

test("a hundred thousand entries are a list of which only what is seen is drawn", async ({ page }) => {
  await openScreen(page, "activity");
  const grid = page.getByRole("grid", { name: "Activity, newest first" });
  await expect(grid).toHaveAttribute("aria-rowcount", "100001");
  expect(await grid.getByRole("row").count()).toBeLessThan(60);
});

test("the list is walked with the keyboard, to its very end", async ({ page }) => {
  await openScreen(page, "activity");
  const grid = page.getByRole("grid");
  await grid.focus();
  await page.keyboard.press("End");
  const last = page.locator('[aria-rowindex="100001"]');
  await expect(last).toBeVisible();
  await expect(last).toHaveAttribute("aria-selected", "true");
  await expect(last.getByRole("gridcell").nth(1)).not.toHaveText("Loading");
  const active = await grid.getAttribute("aria-activedescendant");
  expect(await last.getAttribute("id")).toBe(active);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await expect(page.locator('[aria-rowindex="3"]')).toHaveAttribute("aria-selected", "true");
});

test("Enter opens the record's history", async ({ page }) => {
  await openScreen(page, "activity");
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/history\?flow=\w+&bc_id=[0-9a-f-]{36}/);
});

test("filters narrow the list and stand in the address", async ({ page }) => {
  await openScreen(page, "activity");
  await expect(page.getByTestId("activity-count")).toHaveText("100,000 entries");
  await page.getByLabel("Kind of record").selectOption("contacts");
  await page.getByLabel("What happened").selectOption("failed");
  await expect(page.getByTestId("activity-count")).not.toHaveText("100,000 entries");
  await expect(page).toHaveURL(/flow=contacts&kind=failed/);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByTestId("activity-count")).toHaveText("100,000 entries");
});

test("a search finds a record by its number", async ({ page }) => {
  await openScreen(page, "activity");
  await page.getByTestId("search").fill("PSI-103168");
  await expect(page.getByRole("gridcell", { name: "PSI-103168" }).first()).toBeVisible();
  await expect(page.getByRole("gridcell", { name: "PSI-103834" })).toHaveCount(0);
});

test("days in the wrong order are told beside the field", async ({ page }) => {
  await openScreen(page, "activity");
  await page.getByLabel("Period").selectOption("days");
  await page.getByLabel("From").fill("2026-03-02");
  await page.getByLabel("Until").fill("2026-03-01");
  await page.getByLabel("Until").blur();
  await expect(page.getByText("This is before the first day.")).toBeVisible();
  await expect(page.getByLabel("Until")).toHaveAttribute("aria-invalid", "true");
});

test("the filters of an address are taken up", async ({ page }) => {
  await openScreen(page, "activity?flow=invoices&kind=verified&period=week");
  await expect(page.getByLabel("Kind of record")).toHaveValue("invoices");
  await expect(page.getByLabel("What happened")).toHaveValue("verified");
  await expect(page.getByLabel("Period")).toHaveValue("week");
});

test("the export says where the file is", async ({ page }) => {
  await openScreen(page, "activity");
  await page.getByTestId("export").click();
  await expect(page.getByTestId("toasts")).toContainText("ledgerline-activity.csv");
});

test("a change is followed without losing the place in the list", async ({ page }) => {
  await openScreen(page, "activity");
  const body = page.getByRole("grid");
  await expect(body).toBeVisible();
  await body.evaluate((element) => (element.scrollTop = 360_000));
  await expect(page.locator('[aria-rowindex="10003"]')).not.toContainText("Loading");
  await page.getByTestId("sync-now").click();
  await expect(page.getByTestId("state-badge")).toHaveAttribute("data-state", "syncing");
  await expect(page.getByTestId("state-badge")).toHaveAttribute("data-state", "attention");
  await page.waitForTimeout(900);
  expect(await body.evaluate((element) => element.scrollTop)).toBe(360_000);
  await expect(page.locator('[aria-rowindex="10003"]')).not.toContainText("Loading");
});

test("nothing found, nothing there yet, loading and failing each look like themselves", async ({ page }) => {
  await openScreen(page, "activity?text=no-such-thing");
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
  await openScreen(page, "activity", { scenario: "empty" });
  await expect(page.getByText("Nothing has happened yet")).toBeVisible();
  await expectAccessible(page);
  await openScreen(page, "activity", { scenario: "loading" });
  await expect(page.getByTestId("loading")).toBeVisible();
  await openScreen(page, "activity", { scenario: "error" });
  await expect(page.getByRole("alert")).toContainText("Stop the other program");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);
});

test("accessible and fitting", async ({ page }) => {
  await openScreen(page, "activity");
  await expect(page.getByRole("grid")).toBeVisible();
  await expectSound(page);
});
