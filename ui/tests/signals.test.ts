import { expect, expectSound, openScreen, test } from "./window";

const section = "settings?section=signals";

test("switched off, it says what signals are and asks for relay and key", async ({ page }) => {
  await openScreen(page, section);
  const part = page.getByTestId("signals");
  await expect(part).toHaveAttribute("data-standing", "off");
  await expect(part).toContainText("a change is copied within seconds");
  await expect(part).toContainText("never what is in them");
  await part.getByRole("button", { name: "Switch on" }).click();
  await expect(part.getByRole("textbox", { name: "Address of the relay" })).toHaveAccessibleDescription(/Enter the relay's address/);
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
});

test("they are switched on by keyboard, and the key does not stay", async ({ page }) => {
  await openScreen(page, section);
  const part = page.getByTestId("signals");
  await part.getByRole("textbox", { name: "Address of the relay" }).fill("https://relay.example.com");
  const key = part.getByLabel("Enrolment key");
  await expect(key).toHaveAttribute("type", "password");
  await key.fill("a key of sixteen letters");
  await key.press("Enter");
  await expect(key).toHaveValue("");
  await expect(part).toContainText("Arranging it with the relay");
  await expect(part).toHaveAttribute("data-standing", "well");
  await expect(part).toContainText("https://relay.example.com");
  await expect(page.getByTestId("relay-form")).toHaveCount(0);
  await expect(page.getByTestId("subscriptions").getByRole("row")).toHaveCount(9);
  await expect(page.locator("body")).not.toContainText("a key of sixteen letters");
});

test("what is wrong stands at its input, and nothing is switched on", async ({ page }) => {
  await openScreen(page, section);
  const part = page.getByTestId("signals");
  const address = part.getByRole("textbox", { name: "Address of the relay" });
  await address.fill("http://relay.example.com");
  await part.getByLabel("Enrolment key").fill("a key of sixteen letters");
  await part.getByRole("button", { name: "Switch on" }).click();
  await expect(address).toHaveAccessibleDescription(/must start with https/);
  await address.fill("https://relay.example.com");
  await part.getByLabel("Enrolment key").fill("the wrong key");
  await part.getByRole("button", { name: "Switch on" }).click();
  await expect(part.getByLabel("Enrolment key")).toHaveAccessibleDescription(/did not accept the enrolment key/);
  await expect(part).toHaveAttribute("data-standing", "off");
});

test("switching off says first what it does", async ({ page }) => {
  await openScreen(page, section, { scenario: "signals" });
  const part = page.getByTestId("signals");
  await expect(part).toContainText("Signals arrive");
  await expect(part).toContainText("1,482");
  await part.getByRole("button", { name: "Switch off" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Nothing that was copied changes");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(part).toHaveAttribute("data-standing", "well");
  await part.getByRole("button", { name: "Switch off" }).click();
  await dialog.getByRole("button", { name: "Switch off" }).click();
  await expect(part).toHaveAttribute("data-standing", "off");
});

test("what a side refuses stands with its cure, and is repaired by one button", async ({ page }) => {
  await openScreen(page, section, { scenario: "signals_refused" });
  const part = page.getByTestId("signals");
  await expect(part).toContainText("Some signals arrive");
  const refused = page.getByTestId("subscriptions").getByRole("row", { name: /Customers/ });
  await expect(refused).toContainText("Refused; tried again in 20 hours");
  await expect(part.getByText("LEDGERLINE SIGNALS")).toHaveCount(1);
  await expect(part).toContainText("Business Central: The app may not do this");
  await part.getByRole("button", { name: "Repair" }).click();
  await expect(part).toHaveAttribute("data-standing", "well");
  await expect(refused).toContainText("Tells until");
});

test("what switching off left behind is said, and removed by one button", async ({ page }) => {
  await openScreen(page, section, { scenario: "signals_left" });
  const part = page.getByTestId("signals");
  await expect(part).toHaveAttribute("data-standing", "off");
  await expect(part).toContainText("not everything of them could be removed");
  await part.getByRole("button", { name: "Remove the rest" }).click();
  await expect(part).not.toContainText("could be removed");
  await expect(part.getByRole("button", { name: "Remove the rest" })).toHaveCount(0);
});

test("a lost relay says since when, and a repair that fails says why", async ({ page }) => {
  await openScreen(page, section, { scenario: "signals_lost" });
  const part = page.getByTestId("signals");
  await expect(part).toContainText("No signals arrive");
  await expect(part).toContainText("No connection since");
  await expect(part).toContainText("Everything is copied all the same");
  await expect(part).toContainText("Not believed");
  await part.getByRole("button", { name: "Repair" }).click();
  await expect(part.getByRole("alert")).toContainText("The relay could not be reached");
  await part.getByRole("button", { name: "Set up again" }).click();
  await expect(part.getByRole("textbox", { name: "Address of the relay" })).toHaveValue("https://relay.nordwind.example");
});

test("the overview says whether changes are noticed at once", async ({ page }) => {
  const state = page.getByRole("region", { name: "State" });
  await openScreen(page, "overview");
  await expect(state).toContainText("By asking regularly.");
  await openScreen(page, "overview", { scenario: "signals" });
  await expect(state).toContainText("At once, by signals. Last signal 4 minutes ago.");
  await openScreen(page, "overview", { scenario: "signals_lost" });
  await expect(state).toContainText("By asking regularly: no signals arrive.");
  await expect(state).toContainText("Check the address of the relay");
});

test("loading and failing are shown", async ({ page }) => {
  await openScreen(page, section, { scenario: "loading" });
  await expect(page.getByTestId("loading").first()).toBeVisible();
  await openScreen(page, section, { scenario: "error" });
  await expect(page.getByRole("alert")).toContainText("Stop the other program");
});

for (const scenario of ["normal", "signals", "signals_refused", "signals_lost", "signals_left"]) {
  test(`accessible and fitting: ${scenario}`, async ({ page }) => {
    await openScreen(page, section, { scenario });
    await expect(page.getByTestId("signals")).toBeVisible();
    await expectSound(page);
  });
}
