import { onlyAllowed, switchFlow } from "../src/screens/wizard/flows/needed-flows";
import { asText } from "../src/screens/wizard/fields/administrator-list";
import { expect, test } from "./window";
import { chooseFlows, connectBusinessCentral, connectZoho, createFields, expectStep, fillBusinessCentral, openWizard } from "./wizard-steps";

test("a flow brings what it needs, and takes what needs it away", () => {
  expect(switchFlow([], "invoices", true)).toEqual({ flows: ["customers", "items", "invoices"], also: ["customers", "items"] });
  expect(switchFlow(["customers", "items", "contacts", "invoices"], "customers", false)).toEqual({
    flows: ["items"],
    also: ["contacts", "invoices"],
  });
  expect(switchFlow(["customers", "items"], "items", false)).toEqual({ flows: ["customers"], also: [] });
  expect(onlyAllowed(["customers", "contacts", "invoices"], ["customers", "contacts", "invoices"])).toEqual(["customers", "contacts"]);
});

test("the administrator's list names modules, fields and kinds", () => {
  const text = asText([
    { flow: "customers", module: "Accounts", label: "BC Number", definition: "Single Line, 50 characters", required: true },
    { flow: "items", module: "Products", label: "BC Status", definition: "Single Line, 50 characters", required: false },
  ]);
  expect(text).toContain("Accounts\n- BC Number: Single Line, 50 characters (needed)");
  expect(text).toContain("Products\n- BC Status: Single Line, 50 characters (optional)");
});

test("all that the edition allows is proposed, with counts, and leads on", async ({ page }) => {
  await openWizard(page, { scenario: "setup_resumed" });
  await expectStep(page, "flows");
  await expect(page.getByTestId("wizard-flow-card-invoices")).toContainText("1,200 records");
  for (const flow of ["customers", "items", "contacts", "invoices"]) {
    await expect(page.getByTestId(`wizard-flow-${flow}`)).toBeChecked();
  }
  await page.locator("#wizard-default-owner").selectOption({ label: "Petra Lindner" });
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "fields");
  await page.getByTestId("wizard-back").click();
  await expectStep(page, "flows");
  await expect(page.locator("#wizard-default-owner")).toHaveValue("584321000000210013");
});

test("nothing chosen, or a day that has not come yet, is told", async ({ page }) => {
  await openWizard(page, { scenario: "setup_resumed" });
  await page.getByTestId("wizard-flow-customers").uncheck();
  await expect(page.getByText("Contacts and invoices switched off as well")).toBeVisible();
  await page.getByTestId("wizard-flow-items").uncheck();
  await page.getByTestId("wizard-continue").click();
  await expect(page.getByTestId("wizard-flows-error")).toHaveText("Choose at least one.");
  await expect(page.getByTestId("wizard-flow-customers")).toBeFocused();

  await page.getByTestId("wizard-flow-invoices").check();
  await expect(page.getByText("Customers and items switched on as well")).toBeVisible();
  await page.getByRole("radio", { name: "From another day on" }).check();
  await page.getByTestId("wizard-continue").click();
  await expect(page.locator("#wizard-invoices-from-error")).toContainText("Choose the day");
  await page.locator("#wizard-invoices-from").fill("2099-01-01");
  await page.getByTestId("wizard-continue").click();
  await expect(page.locator("#wizard-invoices-from-error")).toContainText("has not come yet");
  await page.locator("#wizard-invoices-from").fill("2024-07-01");
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "fields");
});

test("flows that the edition lacks are greyed with the reason", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await connectZoho(page, "1000.STANDARD");
  await expect(page.getByTestId("wizard-flow-invoices")).toBeDisabled();
  await expect(page.getByTestId("wizard-flow-card-items")).toContainText("Needs Zoho CRM Professional or higher");
  await expect(page.getByTestId("wizard-invoices")).toHaveCount(0);
  await chooseFlows(page);
  await expect(page.getByTestId("wizard-no-room")).toContainText("Standard has no room for 3 optional fields");
});

test("records that may not be read are told beside their flow", async ({ page }) => {
  await openWizard(page);
  await fillBusinessCentral(page, { clientId: "22222222-6a52-4d0b-9f0e-2a5b8d1c7e33" });
  await page.getByRole("radio").first().check();
  await page.getByTestId("wizard-continue").click();
  await connectZoho(page);
  await expect(page.getByTestId("wizard-flow-card-invoices")).toContainText("D365 READ");
});

test("fields are listed, created with progress, and the next step opens", async ({ page }) => {
  await openWizard(page, { scenario: "setup_resumed" });
  await chooseFlows(page);
  await expect(page.getByTestId("wizard-continue")).toBeDisabled();
  await page.getByText("Accounts: 11 fields").click();
  await expect(page.getByTestId("wizard-module-Accounts")).toContainText("BC Number");
  await page.getByTestId("wizard-create-fields").click();
  await expect(page.getByTestId("wizard-work").locator("progress")).toBeVisible();
  await expect(page.getByTestId("wizard-fields-ready")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "match");
});

test("fields that Zoho refuses become a list for an administrator", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openWizard(page);
  await connectBusinessCentral(page);
  await connectZoho(page, "1000.LIMITED");
  await chooseFlows(page);
  await page.getByTestId("wizard-create-fields").click();
  await expect(page.getByTestId("wizard-refused")).toContainText("NO_PERMISSION");
  await expect(page.getByTestId("wizard-continue")).toBeDisabled();
  await page.getByTestId("wizard-copy-list").click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("BC Number: Single Line, 50 characters, \"Do not allow duplicate values\" (needed)");

  await page.emulateMedia({ media: "print" });
  await expect(page.getByTestId("wizard-administrator-list")).toBeVisible();
  await expect(page.getByTestId("wizard-back")).toBeHidden();
  await page.emulateMedia({ media: "screen" });

  await page.getByTestId("wizard-recheck").click();
  await expect(page.getByTestId("wizard-fields-ready")).toBeVisible();
  await page.getByTestId("wizard-continue").click();
  await expectStep(page, "match");
});

test("an existing unique field can serve as key", async ({ page }) => {
  await openWizard(page);
  await connectBusinessCentral(page);
  await connectZoho(page, "1000.TAKEN");
  await chooseFlows(page);
  await expect(page.getByTestId("wizard-blocked-customers")).toContainText("Zoho allows 2 unique fields");
  await page.locator("#wizard-key-customers").selectOption("Legacy_No");
  await page.getByTestId("wizard-use-key-customers").click();
  await expect(page.getByTestId("wizard-blocked-customers")).toHaveCount(0);
  await createFields(page);
});

test("creating fields can be cancelled and begun again", async ({ page }) => {
  await openWizard(page, { scenario: "setup_resumed" });
  await chooseFlows(page);
  await page.getByTestId("wizard-create-fields").click();
  await page.getByTestId("wizard-cancel").click();
  await expect(page.getByTestId("wizard-create-fields")).toBeVisible();
  await expect(page.locator("h1")).toBeFocused();
  await createFields(page);
});
