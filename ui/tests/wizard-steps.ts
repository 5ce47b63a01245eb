import { expect, type Page } from "@playwright/test";
import { openScreen, type Theme, type sizes } from "./window";

/** Answers that the in-memory systems accept; see `src/backend/memory/wizard-answers.ts`. */
export const rightAnswers = {
  tenant: "nordwind.example",
  clientId: "6f1d4c1e-6a52-4d0b-9f0e-2a5b8d1c7e33",
  secret: "the secret's value",
  zohoClientId: "1000.8KQ2N5V7TYB3",
} as const;

interface Opening {
  scenario?: string;
  theme?: Theme;
  size?: keyof typeof sizes;
}

export async function openWizard(page: Page, opening: Opening = {}): Promise<void> {
  await openScreen(page, "", { scenario: "setup", ...opening });
  await page.getByTestId("wizard-step-business_central").waitFor();
}

export async function expectStep(page: Page, step: string): Promise<void> {
  await expect(page.getByTestId(`wizard-at-${step}`)).toBeVisible();
  await expect(page.getByTestId(`wizard-step-${step}`).locator("[aria-current=step]")).toBeVisible();
}

export async function fillBusinessCentral(page: Page, other: Partial<typeof rightAnswers> | Record<string, string> = {}): Promise<void> {
  const answers = { ...rightAnswers, ...other };
  await page.locator("#wizard-tenant").fill(answers.tenant);
  await page.locator("#wizard-client-id").fill(answers.clientId);
  await page.locator("#wizard-client-secret").fill(answers.secret);
  await page.getByTestId("wizard-connect").click();
}

export async function connectBusinessCentral(page: Page): Promise<void> {
  await fillBusinessCentral(page);
  await page.getByRole("radio", { name: "Nordwind Industrial Supplies GmbH" }).check();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "zoho");
}

export async function fillZohoClient(page: Page, clientId: string = rightAnswers.zohoClientId, secret = "a secret"): Promise<void> {
  await page.locator("#wizard-data-centre").selectOption("eu");
  await page.locator("#wizard-zoho-client-id").fill(clientId);
  const replace = page.getByTestId("wizard-zoho-client-secret-replace");
  if (await replace.isVisible()) await replace.click();
  await page.locator("#wizard-zoho-client-secret").fill(secret);
}

export async function connectZoho(page: Page, clientId?: string): Promise<void> {
  await fillZohoClient(page, clientId);
  await page.locator("#wizard-zoho-code").fill("1000.code");
  await page.getByTestId("wizard-use-code").click();
  await expect(page.getByTestId("wizard-org")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "flows");
}

/** From the third step, as `setup_resumed` begins. */
export async function chooseFlows(page: Page): Promise<void> {
  await page.getByTestId("wizard-flow-customers").waitFor();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "fields");
}

export async function createFields(page: Page): Promise<void> {
  await page.getByTestId("wizard-create-fields").click();
  await expect(page.getByTestId("wizard-fields-ready")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "match");
}

export async function toMatching(page: Page, scenario = "setup_resumed"): Promise<void> {
  await openWizard(page, { scenario });
  if (scenario !== "setup_resumed") {
    await connectBusinessCentral(page);
    await connectZoho(page);
  }
  await chooseFlows(page);
  await createFields(page);
}

/** After the look for matches. Confirms round after round: contacts and invoices are looked for once their customers are decided. */
export async function confirmAll(page: Page): Promise<void> {
  const confirm = page.getByTestId("wizard-confirm-match");
  const done = page.getByTestId("wizard-match-confirmed");
  for (;;) {
    await expect(confirm.or(done)).toBeVisible({ timeout: 10_000 });
    if (await done.isVisible()) return;
    await confirm.click();
    await expect(confirm).toBeHidden();
  }
}
