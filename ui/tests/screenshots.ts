import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { recordAt } from "../src/backend/memory/records";
import { openScreen, test, themes } from "./window";
import * as wizard from "./wizard-steps";

const folder = fileURLToPath(new URL("../../docs/images/window/", import.meta.url));

/** Each picture's name, the screen that it shows, and the scenario. */
const pictures: readonly [name: string, screen: string, scenario: string][] = [
  ["overview", "overview", "clean"],
  ["overview-attention", "overview", "normal"],
  ["activity", "activity", "normal"],
  ["problems", "problems", "normal"],
  ["history", `history?flow=invoices&id=${recordAt("invoices", 700).bcId}`, "normal"],
  ["matching", "matching", "attention"],
  ["preview", "preview", "normal"],
  ["agreement", "agreement", "normal"],
  ["settings", "settings", "normal"],
];

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}${name}.png` });
}

for (const theme of themes) {
  for (const [name, screen, scenario] of pictures) {
    test(`${name}, ${theme}`, async ({ page }) => {
      await openScreen(page, screen, { scenario, theme });
      await picture(page, `${name}-${theme}`);
    });
  }

  test(`every step of the set-up, ${theme}`, async ({ page }) => {
    test.setTimeout(90_000);
    const step = (name: string): Promise<void> => picture(page, `wizard-${name}-${theme}`);
    await wizard.openWizard(page, { theme });
    const guide = page.getByTestId("wizard-entra-guide").locator("> summary");
    await guide.click();
    await step("1-business-central");
    await guide.click();
    await wizard.connectBusinessCentral(page);
    await step("2-zoho");
    await wizard.connectZoho(page);
    await page.getByTestId("wizard-flow-customers").waitFor();
    await step("3-flows");
    await wizard.chooseFlows(page);
    await page.getByTestId("wizard-create-fields").waitFor();
    await step("4-fields");
    await wizard.createFields(page);
    await page.getByTestId("wizard-find-matches").click();
    await page.getByTestId("wizard-confirm-match").waitFor();
    await step("5-match");
    await wizard.confirmAll(page);
    await page.getByTestId("wizard-continue").click();
    await page.getByTestId("wizard-preview").click();
    await page.getByTestId("wizard-preview-report").waitFor();
    await step("6-preview");
    await page.getByTestId("wizard-continue").click();
    await page.locator("#wizard-poll-interval").waitFor();
    await step("7-start");
  });
}
