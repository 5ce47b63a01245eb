import { expect, test } from "./window";
import { connectBusinessCentral, expectStep, fillBusinessCentral, fillZohoClient, openWizard, rightAnswers } from "./wizard-steps";

test("Business Central connects, lists its companies, and leads on", async ({ page }) => {
  await openWizard(page);
  await expect(page.locator("#wizard-environment")).toHaveValue("Production");
  await page.locator("#wizard-secret-expires").fill("2027-05-01");
  await fillBusinessCentral(page);
  await expect(page.getByTestId("wizard-bc-connected")).toContainText("nordwind.example, Production");
  await expect(page.getByRole("radio")).toHaveCount(2);
  await page.getByTestId("wizard-continue").click();
  await expect(page.getByText("Choose the company to copy.")).toBeVisible();
  await page.getByRole("radio", { name: "CRONUS DE" }).check();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "zoho");
  await expect(page.locator("h1")).toBeFocused();
});

test("blank answers are named at their inputs, and the first one has the keyboard", async ({ page }) => {
  await openWizard(page);
  await page.getByTestId("wizard-connect").click();
  await expect(page.locator("#wizard-tenant")).toBeFocused();
  await expect(page.locator("#wizard-tenant")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#wizard-tenant-error")).toContainText("Enter the tenant");
  await expect(page.locator("#wizard-client-id-error")).toContainText("Enter the app's id");
  await expect(page.locator("#wizard-client-secret-error")).toContainText("Enter the client secret");
});

const wrong = [
  ["a tenant that is neither id nor domain", { tenant: "contoso" }, "wizard-tenant", "neither an id nor a domain"],
  ["an app that the tenant does not know", { clientId: "00000000-6a52-4d0b-9f0e-2a5b8d1c7e33" }, "wizard-client-id", "AADSTS700016"],
  ["a wrong secret", { secret: "wrong" }, "wizard-client-secret", "Copy its value, not its id"],
  ["an expired secret", { secret: "expired" }, "wizard-client-secret", "has expired"],
] as const;

for (const [what, answers, input, words] of wrong) {
  test(`${what} is told at its input, with what to do`, async ({ page }) => {
    await openWizard(page);
    await fillBusinessCentral(page, answers);
    await expect(page.locator(`#${input}-error`)).toContainText(words);
    await expect(page.locator(`#${input}`)).toBeFocused();
    await fillBusinessCentral(page);
    await expect(page.getByTestId("wizard-companies")).toBeVisible();
  });
}

test("an unknown environment is told at its input", async ({ page }) => {
  await openWizard(page);
  await page.locator("#wizard-environment").fill("Productoin");
  await fillBusinessCentral(page);
  await expect(page.locator("#wizard-environment")).toBeFocused();
  await expect(page.locator("#wizard-environment-error")).toContainText("usually Production");
});

test("a wrong address for a national cloud opens its part of the form", async ({ page }) => {
  await openWizard(page);
  await page.getByText("National clouds").click();
  await page.locator("#wizard-login-url").fill("login.microsoftonline.us");
  await page.getByText("National clouds").click();
  await fillBusinessCentral(page);
  await expect(page.locator("#wizard-login-url")).toBeFocused();
});

test("an app that Business Central does not accept leads to the guide's page about it", async ({ page }) => {
  await openWizard(page);
  await fillBusinessCentral(page, { clientId: "11111111-6a52-4d0b-9f0e-2a5b8d1c7e33" });
  await expect(page.getByTestId("wizard-failure")).toContainText("D365 READ");
  await page.getByTestId("wizard-guide-page").click();
  await expect(page.getByRole("tab", { name: "5. Business Central" })).toBeFocused();
  await expect(page.getByRole("img", { name: /permission set D365 READ/ })).toBeVisible();
});

test("the guide to Microsoft Entra is read from page to page", async ({ page }) => {
  await openWizard(page);
  const guide = page.getByTestId("wizard-entra-guide");
  await guide.locator("> summary").click();
  for (const picture of [/Register an application/, /Application \(client\) ID/, /API\.ReadWrite\.All/, /client secret/, /D365 READ/]) {
    await expect(guide.getByRole("img", { name: picture })).toBeVisible();
    const next = guide.getByRole("button", { name: /^Next:/ });
    if (await next.count()) await next.click();
  }
});

test("a stored secret is never shown, and can be kept or replaced", async ({ page }) => {
  await openWizard(page);
  await fillBusinessCentral(page);
  await page.getByTestId("wizard-change").click();
  await expect(page.locator("#wizard-client-secret")).toHaveCount(0);
  await expect(page.getByTestId("wizard-client-secret-stored")).toContainText("never shown again");
  await page.getByTestId("wizard-client-secret-replace").click();
  await expect(page.locator("#wizard-client-secret")).toBeFocused();
  await expect(page.locator("#wizard-client-secret")).toHaveValue("");
  await page.getByTestId("wizard-client-secret-keep").click();
  await page.getByTestId("wizard-connect").click();
  await expect(page.getByTestId("wizard-companies")).toBeVisible();
});

test("the only company is chosen already", async ({ page }) => {
  await openWizard(page);
  await page.locator("#wizard-environment").fill("Sandbox");
  await fillBusinessCentral(page);
  await expect(page.getByRole("radio", { name: "CRONUS DE" })).toBeChecked();
});

test("Zoho is signed in to with the browser, and shows its org", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page);
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.getByTestId("wizard-work")).toContainText("Waiting for you to sign in");
  const org = page.getByTestId("wizard-org");
  await expect(org).toContainText("Nordwind Sales");
  await expect(org).toContainText("Professional");
  await expect(org).toContainText("55,000");
  await expect(org).toContainText("Invoices");
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "flows");
});

test("a sign-in with the browser can be cancelled", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page);
  await page.getByTestId("wizard-sign-in").click();
  await page.getByTestId("wizard-cancel").click();
  await expect(page.getByTestId("wizard-cancelled")).toContainText("Nothing was changed");
  await expect(page.getByTestId("wizard-sign-in")).toBeVisible();
  await expect(page.getByTestId("wizard-continue")).toBeDisabled();
});

test("a consent that is declined in the browser is told", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page, "1000.DENIED");
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.getByTestId("wizard-failure")).toContainText("declined");
});

test("a wrong client secret that only the sign-in finds is told at its input", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page, rightAnswers.zohoClientId, "wrong");
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.locator("#wizard-zoho-client-secret-error")).toContainText("did not accept the client secret");
  await expect(page.locator("#wizard-zoho-client-secret")).toBeFocused();
});

test("the free edition is refused with the reason", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page, "1000.FREE");
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.getByTestId("wizard-failure")).toContainText("free edition, which has no custom fields");
  await expect(page.getByTestId("wizard-continue")).toBeDisabled();
});

test("an edition without Products and Invoices says what is left out", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page, "1000.STANDARD");
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.getByTestId("wizard-lacking")).toContainText("Items, invoices, vendors, and purchase orders need Zoho CRM Professional");
});

test("a used-up code is told at its input, and a new one signs in", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page);
  await page.getByTestId("wizard-use-code").click();
  await expect(page.locator("#wizard-zoho-code-error")).toContainText("Paste the code first");
  await page.locator("#wizard-zoho-code").fill("old");
  await page.getByTestId("wizard-use-code").click();
  await expect(page.locator("#wizard-zoho-code-error")).toContainText("not valid any more");
  await expect(page.locator("#wizard-zoho-code")).toBeFocused();
  await page.locator("#wizard-zoho-code").fill("1000.new");
  await page.getByTestId("wizard-use-code").click();
  await expect(page.getByTestId("wizard-org")).toBeVisible();
});

test("a data centre can be typed as an address", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await fillZohoClient(page);
  await page.locator("#wizard-data-centre").selectOption({ label: "Other address" });
  await page.locator("#wizard-accounts-url").fill("https://accounts.example.com");
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.locator("#wizard-accounts-url-error")).toContainText("no Zoho data centre");
  await expect(page.locator("#wizard-accounts-url")).toBeFocused();
  await page.locator("#wizard-accounts-url").fill("http://127.0.0.1:9000");
  await page.getByTestId("wizard-sign-in").click();
  await expect(page.getByTestId("wizard-org")).toBeVisible();
});

test("the redirect address and the scopes can be copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openWizard(page);
  await connectBusinessCentral(page);
  const browser = page.getByTestId("wizard-browser-guide");
  await browser.locator("> summary").click();
  await browser.getByRole("tab", { name: "2. Redirect address" }).click();
  await browser.getByRole("button", { name: "Copy: Redirect address" }).click();
  await expect(browser.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("http://localhost:47817/callback");
  const self = page.getByTestId("wizard-self-client-guide");
  await self.locator("> summary").click();
  await self.getByRole("tab", { name: "3. Code" }).click();
  await self.getByRole("button", { name: "Copy: Scopes" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("ZohoCRM.settings.ALL");
});
