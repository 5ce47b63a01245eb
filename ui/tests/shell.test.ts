import { expect, expectAccessible, openScreen, test, themes } from "./window";

test("navigation leads to every screen and focus follows to its heading", async ({ page }) => {
  await openScreen(page, "overview");
  const navigation = page.getByRole("navigation", { name: "Screens" });
  for (const name of ["Activity", "Problems", "Matching", "Preview", "Agreement", "Settings", "Overview"]) {
    await navigation.getByRole("link", { name }).click();
    await expect(navigation.getByRole("link", { name })).toHaveAttribute("aria-current", "page");
    await expect(page.locator("h1")).toBeFocused();
  }
});

test("the number of open problems stands beside Problems", async ({ page }) => {
  await openScreen(page, "overview");
  await expect(page.getByRole("link", { name: "Problems 6 open problems" })).toBeVisible();
});

test("sync now runs, says so, and ends", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "clean" });
  await page.getByTestId("sync-now").click();
  await expect(page.getByTestId("state-badge").first()).toHaveAttribute("data-state", "syncing");
  await expect(page.getByTestId("state-badge").first()).toHaveAttribute("data-state", "up_to_date");
});

test("pause from the keyboard, then resume", async ({ page }) => {
  await openScreen(page, "overview");
  await page.getByTestId("pause").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "For 1 hour" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("state-badge").first()).toHaveAttribute("data-state", "paused");
  await page.getByTestId("resume").click();
  await expect(page.getByTestId("pause")).toBeVisible();
});

test("as long as something is open, no sync and no resuming makes it green", async ({ page }) => {
  await openScreen(page, "overview");
  const badge = page.getByTestId("state-badge").first();
  await expect(badge).toHaveAttribute("data-state", "attention");
  await page.getByTestId("sync-now").click();
  await expect(badge).toHaveAttribute("data-state", "syncing");
  await expect(badge).toHaveAttribute("data-state", "attention");
  await page.getByTestId("pause").click();
  await page.getByRole("menuitem", { name: "Until tomorrow" }).click();
  await expect(badge).toHaveAttribute("data-state", "paused");
  await page.getByTestId("resume").click();
  await expect(badge).toHaveAttribute("data-state", "attention");
});

test("offline is said above every screen", async ({ page }) => {
  await openScreen(page, "activity", { scenario: "offline" });
  await expect(page.getByTestId("offline-banner")).toContainText("There is no connection right now.");
});

test("a profile that cannot be used shows why, and nothing else", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "unusable" });
  await expect(page.getByRole("alert")).toContainText("A newer Ledgerline wrote the database");
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await expectAccessible(page);
});

test("before set-up is finished the wizard is shown instead of the screens", async ({ page }) => {
  await openScreen(page, "overview", { scenario: "setup" });
  await expect(page.getByRole("navigation", { name: "Screens" })).toHaveCount(0);
});

for (const theme of themes) {
  test(`the demonstration is said within a landmark: ${theme}`, async ({ page }) => {
    await openScreen(page, "overview", { scenario: "demo", theme });
    await expect(page.getByRole("complementary", { name: "Demonstration" })).toContainText("Nothing leaves this computer.");
    await expectAccessible(page);
  });
}
