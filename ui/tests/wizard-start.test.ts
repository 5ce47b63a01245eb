import type { Page } from "@playwright/test";
import { expect, test } from "./window";
import { confirmAll, expectStep, toMatching } from "./wizard-steps";

async function toPreview(page: Page): Promise<void> {
  await toMatching(page, "setup_unmatched");
  await page.getByTestId("wizard-find-matches").click();
  await expect(page.getByTestId("wizard-nothing-to-match")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "preview");
}

async function toStart(page: Page): Promise<void> {
  await toPreview(page);
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "start");
}

test("matches are looked for, accepted and confirmed before anything is created", async ({ page }) => {
  await toMatching(page, "setup");
  await expect(page.getByTestId("wizard-continue")).toBeDisabled();
  await page.getByTestId("wizard-find-matches").click();
  await expect(page.getByTestId("wizard-work")).toBeVisible();
  await page.getByTestId("wizard-accept-certain").click();
  await expect(page.getByTestId("wizard-accept-certain")).toHaveCount(0);
  await expect(page.getByText(/records are not decided yet/)).toBeVisible();
  await page.getByTestId("wizard-confirm-match").click();
  await expect(page.getByTestId("wizard-work")).toBeVisible();
  await expect(page.getByTestId("wizard-accept-certain")).toBeVisible();
  await page.getByTestId("wizard-confirm-match").click();
  await expect(page.getByTestId("wizard-match-confirmed")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "preview");
});

test("a Zoho without records has nothing to match, and says so", async ({ page }) => {
  await toMatching(page, "setup_unmatched");
  await page.getByTestId("wizard-find-matches").click();
  await expect(page.getByTestId("wizard-nothing-to-match")).toContainText("Zoho holds nothing that could be one of your records");
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "preview");
});

test("a look for matches can be cancelled", async ({ page }) => {
  await toMatching(page, "setup");
  await page.getByTestId("wizard-find-matches").click();
  await page.getByTestId("wizard-cancel").click();
  await expect(page.getByTestId("wizard-find-matches")).toBeVisible();
  await page.getByTestId("wizard-find-matches").click();
  await confirmAll(page);
});

test("the preview is made with progress, and shown", async ({ page }) => {
  await toPreview(page);
  await page.getByTestId("wizard-preview").click();
  await expect(page.getByTestId("wizard-work")).toBeVisible();
  await expect(page.getByTestId("wizard-preview-report")).toContainText("Customers");
  await expect(page.getByTestId("wizard-preview")).toHaveText("Make it again");
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "start");
});

test("the first sync shows each flow, ends in the comparison, and opens the window", async ({ page }) => {
  await toStart(page);
  await expect(page.getByTestId("wizard-autostart")).toBeChecked();
  await page.getByTestId("wizard-notifications").uncheck();
  await page.locator("#wizard-poll-interval").selectOption({ label: "Every 15 minutes" });
  await page.getByTestId("wizard-start").click();
  const first = page.getByTestId("wizard-first-sync");
  await expect(first.locator("h1")).toHaveText("The first sync");
  await expect(first.locator("h1")).toBeFocused();
  await expect(page.getByTestId("wizard-progress-customers").locator("progress")).toBeVisible();
  await expect(page.getByTestId("wizard-comparing")).toBeVisible();
  await expect(page.getByTestId("wizard-agreement")).toContainText("Both systems agree", { timeout: 10_000 });
  await expect(first.locator("h1")).toHaveText("Ledgerline is set up");
  await page.getByTestId("wizard-open").click();
  await expect(page.getByRole("navigation", { name: "Screens" })).toBeVisible();
  await expect(page.locator("h1")).toHaveText("Overview");
});

test("the window can be opened while the first sync goes on", async ({ page }) => {
  await toStart(page);
  await page.getByTestId("wizard-start").click();
  await page.getByTestId("wizard-open").click();
  await expect(page.locator("h1")).toHaveText("Overview");
});
