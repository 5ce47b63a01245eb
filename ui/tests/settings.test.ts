import { expect, expectAccessible, expectSound, openScreen, test } from "./window";

test("a test of a connection shows what was checked", async ({ page }) => {
  await openScreen(page, "settings");
  const card = page.getByTestId("connection-business_central");
  await card.getByRole("button", { name: "Test: Business Central" }).click();
  await expect(card).toContainText("The connection works.");
  await expect(card.getByRole("list", { name: "Result of the test of Business Central" })).toContainText("the app signs in");
  await expectAccessible(page);
});

test("forgetting a connection asks first, and says what was done", async ({ page }) => {
  await openScreen(page, "settings");
  const card = page.getByTestId("connection-zoho");
  await card.getByRole("button", { name: "Forget: Zoho" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget the connection to Zoho?" });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(card.getByRole("button", { name: "Forget: Zoho" })).toBeFocused();
  await card.getByRole("button", { name: "Forget: Zoho" }).click();
  await dialog.getByRole("button", { name: "Forget it" }).click();
  await expect(page.getByTestId("toasts")).toContainText("removed from the keychain");
  await expect(card).toContainText("Not connected");
});

test("replacing a connection opens its step of the set-up", async ({ page }) => {
  await openScreen(page, "settings");
  await page.getByRole("button", { name: "Replace: Business Central" }).click();
  await expect(page).toHaveURL(/#\/wizard/);
});

test("a secret that ends soon is told", async ({ page }) => {
  await openScreen(page, "settings", { scenario: "attention" });
  await expect(page.getByTestId("connection-business_central")).toContainText("The secret ends in 9 days.");
});

test("changes are kept until they are saved, also across screens", async ({ page }) => {
  await openScreen(page, "settings?section=schedule");
  await page.getByLabel("Ask Business Central for changes").selectOption({ label: "Every 5 minutes" });
  await expect(page.getByTestId("unsaved")).toBeVisible();
  await page.getByTestId("nav-activity").click();
  await page.getByTestId("nav-settings").click();
  await page.getByRole("tab", { name: "Schedule" }).click();
  await expect(page.getByLabel("Ask Business Central for changes")).toHaveValue("300");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByTestId("toasts")).toContainText("The settings are saved.");
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
});

test("what cannot be meant is told beside its field, wherever that is", async ({ page }) => {
  await openScreen(page, "settings?section=schedule");
  await page.getByLabel("Share that Ledgerline may use").fill("150");
  await page.getByRole("tab", { name: "Notifications" }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("tab", { name: "Schedule" })).toHaveAttribute("aria-selected", "true");
  const field = page.getByLabel("Share that Ledgerline may use");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("The budget is not between 1 and 100 percent.")).toBeVisible();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(field).toHaveValue("20");
  await expect(field).not.toHaveAttribute("aria-invalid", "true");
});

test("deleting in Zoho and switching a flow off are warned about", async ({ page }) => {
  await openScreen(page, "settings?section=flows");
  const contacts = page.getByTestId("policy-contacts");
  await contacts.getByLabel("When it is deleted in Business Central").selectOption("delete");
  await expect(contacts).toContainText("will be deleted in Zoho too");
  await contacts.getByRole("switch", { name: "Copy contacts" }).click();
  await expect(contacts).toContainText("are not copied any more");
  await expectAccessible(page);
});

test("the owner of new records is chosen from Zoho's users", async ({ page }) => {
  await openScreen(page, "settings?section=flows");
  await page.getByRole("button", { name: "List Zoho's users" }).click();
  await page.getByLabel("Owner of new records").selectOption({ label: "Jonas Weber" });
  await expect(page.getByTestId("unsaved")).toBeVisible();
});

test("notifications are held back, and shown again", async ({ page }) => {
  await openScreen(page, "settings?section=notifications");
  await page.getByRole("button", { name: "For 4 hours" }).click();
  await expect(page.getByText(/Notifications are held back until/)).toBeVisible();
  await page.getByRole("button", { name: "Show them again" }).click();
  await expect(page.getByRole("button", { name: "For 4 hours" })).toBeVisible();
});

test("starting with the computer and the colours act at once", async ({ page }) => {
  await openScreen(page, "settings?section=data");
  await page.getByRole("switch", { name: "Start Ledgerline with this computer" }).click();
  await expect(page.getByTestId("toasts")).toContainText("does not start by itself");
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
});

test("the check lists what was found, and the cure", async ({ page }) => {
  await openScreen(page, "settings?section=diagnostics", { scenario: "refused" });
  await page.getByTestId("diagnose").click();
  await expect(page.getByRole("alert")).toContainText("1 problem and 1 warning.");
  await expect(page.getByTestId("findings")).toContainText("Create a new one in the Microsoft Entra admin center");
  await expectAccessible(page);
});

test("the check says when a service could not be reached", async ({ page }) => {
  await openScreen(page, "settings?section=diagnostics", { scenario: "offline" });
  await page.getByTestId("diagnose").click();
  await expect(page.getByText("A service could not be checked.")).toBeVisible();
});

test("the support bundle is shown before it is saved", async ({ page }) => {
  await openScreen(page, "settings?section=diagnostics");
  await page.getByTestId("bundle").click();
  const dialog = page.getByRole("dialog", { name: "What is in the support bundle" });
  await dialog.getByText("settings.toml").click();
  await expect(dialog.getByRole("region", { name: "settings.toml" })).toContainText("poll_interval = 600");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Save it" }).click();
  await expect(page.getByText("Ledgerline has not sent it anywhere.")).toBeVisible();
});

test("loading and failing", async ({ page }) => {
  await openScreen(page, "settings", { scenario: "loading" });
  await expect(page.getByTestId("loading")).toBeVisible();
  await openScreen(page, "settings", { scenario: "error" });
  await expect(page.getByRole("alert")).toContainText("Stop the other program");
  await expectAccessible(page);
});

for (const part of ["connections", "flows", "schedule", "notifications", "data", "diagnostics"]) {
  test(`accessible and fitting: ${part}`, async ({ page }) => {
    await openScreen(page, `settings?section=${part}`);
    await expect(page.getByRole("tabpanel")).toBeVisible();
    await expect(page.getByTestId("loading")).toHaveCount(0);
    await expectSound(page);
  });
}
