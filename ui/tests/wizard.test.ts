import type { Page } from "@playwright/test";
import { markOf } from "../src/screens/wizard/steps";
import { expect, expectAccessible, expectSound, openScreen, test, themes } from "./window";
import { chooseFlows, connectBusinessCentral, connectZoho, expectStep, fillBusinessCentral, openWizard, toMatching } from "./wizard-steps";

test("a step is done, shown, open or later", () => {
  const at = { step: "zoho", reached: "fields", finished: false } as const;
  expect(markOf("business_central", at)).toBe("done");
  expect(markOf("zoho", at)).toBe("now");
  expect(markOf("flows", at)).toBe("done");
  expect(markOf("fields", at)).toBe("open");
  expect(markOf("match", at)).toBe("later");
  expect(markOf("start", { step: "zoho", reached: "start", finished: true })).toBe("done");
});

/** Closing the window and opening it again is a reload to the page. */
async function reopen(page: Page, step: string): Promise<void> {
  await expectStep(page, step);
  await page.reload();
  await expectStep(page, step);
}

test("the set-up is taken up where it was left: connections, flows, fields", async ({ page }) => {
  const reopened = (step: string): Promise<void> => reopen(page, step);
  await openWizard(page);
  await fillBusinessCentral(page);
  await page.getByTestId("wizard-companies").waitFor();
  await reopened("business_central");
  await expect(page.getByTestId("wizard-companies")).toBeVisible();
  await page.getByRole("radio").first().check();
  await page.getByTestId("wizard-continue").click();
  await reopened("zoho");
  await connectZoho(page);
  await reopened("flows");
  await chooseFlows(page);
  await reopened("fields");
  await expect(page.getByTestId("wizard-create-fields")).toBeVisible();
});

test("the set-up is taken up where it was left: match, preview, start", async ({ page }) => {
  await toMatching(page, "setup_unmatched");
  await reopen(page, "match");
  await page.getByTestId("wizard-find-matches").click();
  await expect(page.getByTestId("wizard-nothing-to-match")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await reopen(page, "preview");
  await page.getByTestId("wizard-continue").click();
  await reopen(page, "start");
});

test("reached steps are links, later ones are not", async ({ page }) => {
  await openWizard(page, { scenario: "setup_resumed" });
  const steps = page.getByRole("navigation", { name: "Steps of the set-up" });
  await expect(steps.getByRole("link")).toHaveCount(2);
  await steps.getByRole("link", { name: /Zoho CRM/ }).click();
  await expectStep(page, "zoho");
  await expect(page.locator("h1")).toBeFocused();
  await expect(page.getByText("Step 2 of 7.", { exact: true })).toBeAttached();
  await expect(steps.getByRole("link", { name: /What to copy/ })).toBeVisible();
  await steps.getByRole("link", { name: /Business Central/ }).click();
  await expectStep(page, "business_central");
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "zoho");
  await page.getByTestId("wizard-back").click();
  await expectStep(page, "business_central");
});

test("the first step is answered with the keyboard alone", async ({ page }) => {
  await openWizard(page);
  await page.locator("#wizard-tenant").focus();
  await page.keyboard.type("nordwind.example");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("6f1d4c1e-6a52-4d0b-9f0e-2a5b8d1c7e33");
  await page.keyboard.press("Tab");
  await page.keyboard.type("secret");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio").first()).toBeFocused();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("wizard-continue")).toBeFocused();
  await page.keyboard.press("Enter");
  await expectStep(page, "zoho");
});

test("after the set-up, a connection can be changed and the way leads back to Settings", async ({ page }) => {
  await openScreen(page, "wizard?step=zoho", { scenario: "normal" });
  await expectStep(page, "zoho");
  await page.getByTestId("wizard-change").click();
  await expect(page.getByTestId("wizard-zoho-client-secret-stored")).toBeVisible();
  await page.getByTestId("wizard-keep").click();
  await expect(page.getByTestId("wizard-org")).toBeVisible();
  await page.getByTestId("wizard-step-start").getByRole("link").click();
  await expect(page.locator("#wizard-poll-interval")).toBeVisible();
  await page.getByTestId("wizard-leave").click();
  await expect(page.locator("h1")).toHaveText("Settings");
});

test("what cannot be asked for is told, with a way to try again", async ({ page }) => {
  await openScreen(page, "wizard", { scenario: "error" });
  await expect(page.getByRole("alert")).toContainText("held by another program");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);
});

test("a set-up that has not answered yet says that it loads", async ({ page }) => {
  await openScreen(page, "wizard", { scenario: "loading" });
  await expect(page.getByTestId("loading")).toBeVisible();
  await expectAccessible(page);
});

test("every step is accessible and fits", async ({ page }) => {
  test.setTimeout(120_000);
  await openWizard(page);
  await page.getByTestId("wizard-connect").click();
  await page.getByTestId("wizard-entra-guide").locator("> summary").click();
  await expectSound(page);
  await page.getByTestId("wizard-entra-guide").locator("> summary").click();
  await connectBusinessCentral(page);
  await page.getByTestId("wizard-browser-guide").locator("> summary").click();
  await page.getByTestId("wizard-self-client-guide").locator("> summary").click();
  await page.getByTestId("wizard-self-client-guide").getByRole("tab", { name: "3. Code" }).click();
  await expectSound(page);
  await connectZoho(page, "1000.LIMITED");
  await page.getByTestId("wizard-back").click();
  await page.getByTestId("wizard-org").waitFor();
  await expectSound(page);
  await page.getByTestId("wizard-continue").click();
  await page.getByTestId("wizard-flow-customers").waitFor();
  await expectSound(page);
  await chooseFlows(page);
  await page.getByText("Accounts: 11 fields").click();
  await expectSound(page);
  await page.getByTestId("wizard-create-fields").click();
  await page.getByTestId("wizard-refused").waitFor();
  await expectSound(page);
});

for (const theme of themes) {
  test(`the last steps are accessible: ${theme}`, async ({ page }) => {
    test.setTimeout(60_000);
    await toMatching(page, "setup_unmatched");
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
    await expectAccessible(page);
    await page.getByTestId("wizard-find-matches").click();
    await expectAccessible(page);
    await page.getByTestId("wizard-nothing-to-match").waitFor();
    await expectAccessible(page);
    await page.getByTestId("wizard-continue").click();
    await page.getByTestId("wizard-preview").click();
    await page.getByTestId("wizard-preview-report").waitFor();
    await expectAccessible(page);
    await page.getByTestId("wizard-continue").click();
    await page.locator("#wizard-poll-interval").waitFor();
    await expectAccessible(page);
    await page.getByTestId("wizard-start").click();
    await page.getByTestId("wizard-progress-items").locator("progress").waitFor();
    await expectAccessible(page);
    await page.getByTestId("wizard-agreement").waitFor({ timeout: 10_000 });
    await expectAccessible(page);
  });
}

test("match review within the set-up is accessible and fits", async ({ page }) => {
  test.setTimeout(60_000);
  await toMatching(page, "setup");
  await page.getByTestId("wizard-find-matches").click();
  await page.getByTestId("wizard-confirm-match").waitFor();
  await expectSound(page);
});
