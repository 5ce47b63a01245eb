import { expect, expectAccessible, expectSound, openScreen, test } from "./window";

test("the state stands in one sentence, and a problem leads to Problems", async ({ page }) => {
  await openScreen(page, "overview");
  const state = page.getByRole("region", { name: "State" });
  await expect(state).toContainText("The systems do not agree; 6 records need attention");
  await state.getByRole("button", { name: "Open problems" }).click();
  await expect(page).toHaveURL(/#\/problems/);
});

test("where nothing is open, it is green and everything agrees", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "clean" });
  await expect(page.getByTestId("state-badge")).toHaveAttribute("data-state", "up_to_date");
  await expect(page.getByRole("region", { name: "State" })).toContainText(/Up to date, \d\d:\d\d/);
  for (const flow of ["customers", "items", "contacts", "invoices"]) {
    await expect(page.getByTestId(`flow-${flow}`)).toContainText("Agree");
    await expect(page.getByTestId(`flow-${flow}`)).not.toContainText(/attention|left alone|cut/);
  }
  await expect(page.getByRole("button", { name: "Open problems" })).toHaveCount(0);
});

test("each flow shows both counts and whether they agree", async ({ page }) => {
  await openScreen(page, "overview");
  const invoices = page.getByTestId("flow-invoices");
  await expect(invoices).toContainText("1,200");
  await expect(invoices).toContainText("1,198");
  await expect(invoices).toContainText("3 differences");
  await expect(page.getByTestId("flow-items")).toContainText("Agree");
});

test("records that are left out are counted, and lead to why", async ({ page }) => {
  await openScreen(page, "overview");
  const contacts = page.getByTestId("flow-contacts");
  await expect(contacts).toContainText("418");
  await contacts.getByRole("link", { name: "18 left out" }).click();
  await expect(page).toHaveURL(/#\/activity\?flow=contacts&kind=skipped/);
  await expect(page.getByLabel("Kind of record")).toHaveValue("contacts");
  await expect(page.getByLabel("What happened")).toHaveValue("skipped");
});

test("a flow that stands still says why", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "attention" });
  await expect(page.getByTestId("flow-contacts")).toContainText("no longer visible in Business Central");
});

test("both charts have a table with the same figures", async ({ page }) => {
  await openScreen(page, "overview");
  const moved = page.getByTestId("moved");
  await expect(moved.getByRole("img", { name: /Records that moved, by hour and flow/ })).toBeVisible();
  await moved.getByRole("button", { name: /Show as a table/ }).click();
  await expect(moved.getByRole("table")).toBeVisible();
  await expect(moved.getByRole("columnheader", { name: "Invoices" })).toBeVisible();
  const credits = page.getByTestId("credits");
  await expect(credits).toContainText("of 11,000 used");
  await credits.getByRole("button", { name: /Show as a table/ }).click();
  await expect(credits.getByRole("row")).toHaveCount(25);
  await expectAccessible(page);
});

test("running work shows how far it is and can be cancelled", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "syncing" });
  const work = page.getByTestId("work");
  await expect(work.getByRole("progressbar", { name: "Writing invoices to Zoho" })).toBeVisible();
  await expect(work).toContainText("of 1,200");
  await work.getByTestId("cancel-work").click();
  await expect(work).toHaveCount(0);
});

test("where another computer writes, this one offers to take over and says what that means", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "second_computer" });
  const state = page.getByRole("region", { name: "State" });
  await expect(state).toContainText("OFFICE-1 copies Nordwind");
  await state.getByRole("button", { name: "Take over" }).click();
  const dialog = page.getByTestId("take-over-dialog");
  await expect(dialog).toContainText("last seen 4 minutes ago");
  await expect(dialog).toContainText("OFFICE-1 stops within an hour");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Take over" }).click();
  await expect(dialog).toBeHidden();
  await expect(state.getByRole("button", { name: "Take over" })).toHaveCount(0);
  await expect(state).not.toContainText("OFFICE-1");
});

test("a refused sign-in leads to the connections", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "refused" });
  const state = page.getByRole("region", { name: "State" });
  await expect(state).toContainText("Create a new one in the Microsoft Entra admin center");
  await state.getByRole("button", { name: "Open connections" }).click();
  await expect(page.getByRole("tab", { name: "Connections" })).toHaveAttribute("aria-selected", "true");
});

test("before the first sync it says what to do", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "empty" });
  await expect(page.getByText("Nothing has been synced yet", { exact: true })).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "Sync now" }).click();
  await expect(page.getByTestId("work")).toBeVisible();
});

test("a failed call shows what to do, and the state all the same", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "error" });
  await expect(page.getByRole("alert")).toContainText("Stop the other program");
  await expect(page.getByRole("alert").getByRole("button", { name: "Try again" })).toBeVisible();
  await expect(page.getByRole("region", { name: "State" })).toBeVisible();
});

test("while it loads the heading and the state are there already", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "loading" });
  await expect(page.getByRole("region", { name: "State" })).toBeVisible();
  await expect(page.getByTestId("loading").first()).toBeVisible();
  await expectAccessible(page);
});

test("a change is followed without losing the place", async ({ page }) => {
  await openScreen(page, "overview", { size: "small" });
  const button = page.getByTestId("credits").getByRole("button", { name: /Show as a table/ });
  await button.focus();
  const before = await page.locator("main").evaluate((main) => main.scrollTop);
  await page.evaluate(() => (document.querySelector("[data-testid=sync-now]") as HTMLElement).click());
  await expect(page.getByTestId("work")).toBeVisible();
  await expect(page.getByTestId("work")).toHaveCount(0);
  await page.waitForTimeout(900);
  await expect(button).toBeFocused();
  const after = await page.locator("main").evaluate((main) => main.scrollTop);
  expect(Math.abs(after - before)).toBeLessThan(80);
});

for (const scenario of ["normal", "clean", "attention", "empty", "offline"]) {
  test(`accessible and fitting: ${scenario}`, async ({ page }) => {
    await openScreen(page, "overview", { scenario });
    await expect(page.getByTestId("loading")).toHaveCount(0);
    await expectSound(page);
  });
}
