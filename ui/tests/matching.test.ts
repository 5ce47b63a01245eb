import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectSound, openScreen, test, themes } from "./window";

const list = (page: Page) => page.getByTestId("match-list");
const selected = (page: Page) => list(page).getByRole("option", { selected: true });

async function openReview(page: Page, query = ""): Promise<void> {
  await openScreen(page, `matching${query}`, { scenario: "attention" });
  await list(page).waitFor();
}

test("an open review is accessible and fits", async ({ page }) => {
  await openScreen(page, "matching?class=unclear", { scenario: "attention" });
  await page.getByTestId("comparison").waitFor();
  await expectSound(page);
});

for (const theme of themes) {
  for (const scenario of ["normal", "empty", "error", "clean"]) {
    test(`${scenario} is accessible, ${theme}`, async ({ page }) => {
      await openScreen(page, "matching", { scenario, theme });
      await expect(page.getByTestId("loading")).toHaveCount(0);
      await expectAccessible(page);
    });
  }

  test(`both dialogs are accessible, ${theme}`, async ({ page }) => {
    await openScreen(page, "matching", { scenario: "attention", theme, size: "zoomed" });
    await page.getByTestId("match-accept-certain").click();
    await expect(page.getByTestId("accept-dialog")).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByTestId("match-confirm").click();
    await expect(page.getByTestId("confirm-dialog")).toBeVisible();
    await expectAccessible(page);
  });
}

test("the summary says for each flow what waits, and that nothing is created before", async ({ page }) => {
  await openReview(page);
  await expect(page.getByTestId("match-sentence")).toHaveText(
    /38 records wait for your decision\.\s+Before the review is confirmed, no customer or item is created in Zoho\./,
  );
  const customers = page.getByTestId("match-flow-customers");
  await expect(customers.getByRole("cell")).toHaveText([/Waits for you/, "14", "9", "5", "0", "68"]);
  await expect(page.getByTestId("match-flow-contacts")).toContainText("Others come first");
});

test("the list is worked through by keys alone", async ({ page }) => {
  await openReview(page);
  await list(page).focus();
  await expect(selected(page)).toContainText("C10000");
  await page.keyboard.press("j");
  await expect(selected(page)).toContainText("C10001");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("k");
  await expect(selected(page)).toContainText("C10001");

  await page.keyboard.press("s");
  await expect(page.getByTestId("match-said")).toHaveText("C10001 Bergmann Metallbau GmbH: the same as the record in Zoho.");
  await expect(selected(page)).toContainText("C10002");
  await expect(list(page)).toBeFocused();

  await page.keyboard.press("n");
  await expect(page.getByTestId("match-said")).toHaveText(/C10002 .*: not the same\./);
  await expect(selected(page)).toContainText("C10003");
  await page.keyboard.press("c");
  await expect(page.getByTestId("match-said")).toHaveText(/C10003 .*: a new record is created\./);
  await expect(page.getByTestId("match-flow-customers").getByRole("cell")).toHaveText([/Waits for you/, "11", "9", "5", "3", "68"]);

  await page.keyboard.press("u");
  await expect(page.getByTestId("match-said")).toHaveText(/C10003 .*: taken back\./);
  await expect(selected(page)).toContainText("C10003");
  await expect(page.getByTestId("match-flow-customers").getByRole("cell")).toHaveText([/Waits for you/, "12", "9", "5", "2", "68"]);
  await page.keyboard.press("End");
  await expect(selected(page)).toContainText("C10027");
  await page.keyboard.press("Home");
  await expect(selected(page)).toContainText("C10000");
});

test("a press in the list makes a record active, and keys go on from there", async ({ page }) => {
  await openReview(page);
  await list(page).getByRole("option").nth(3).click();
  await expect(list(page)).toBeFocused();
  await page.keyboard.press("j");
  await expect(selected(page)).toContainText("C10004");
});

test("a quick second key is not taken for the record that was just decided", async ({ page }) => {
  await openReview(page);
  // The second one comes at the moment at which the decision is said, and the list still shows the record.
  await list(page).evaluate(async (grid) => {
    const press = (key: string) => grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const said = document.querySelector("[data-testid=match-said]");
    if (!said) throw new Error("nothing says what was decided");
    await new Promise<void>((told) => {
      new MutationObserver((_, observer) => {
        if (!said.textContent?.includes("C10000")) return;
        observer.disconnect();
        press("n");
        told();
      }).observe(said, { childList: true, subtree: true, characterData: true });
      press("s");
    });
  });
  await expect(selected(page)).toContainText("C10001");
  await expect(page.getByTestId("match-flow-customers").getByRole("cell").nth(4)).toHaveText("1");
  await page.getByTestId("show-decided").check();
  await expect(list(page).getByRole("option").filter({ hasText: "C10000" })).toContainText("Same");
});

test("the keys mean nothing outside the list", async ({ page }) => {
  await openReview(page);
  await page.getByTestId("match-class").focus();
  await page.keyboard.press("s");
  await page.getByTestId("match-look").focus();
  await page.keyboard.press("c");
  await page.keyboard.press("n");
  await expect(page.getByTestId("match-flow-customers").getByRole("cell")).toHaveText([/Waits for you/, "14", "9", "5", "0", "68"]);
  await expect(page.getByTestId("key-legend")).toBeVisible();
});

test("with modifiers a key is left to the browser", async ({ page }) => {
  await openReview(page);
  await list(page).focus();
  await page.keyboard.press("Alt+s");
  await page.keyboard.press("Control+j");
  await expect(selected(page)).toContainText("C10000");
  await expect(page.getByTestId("match-said")).toHaveText("");
});

test("both sides stand beside each other, marked by a sign and a word", async ({ page }) => {
  await openReview(page);
  const table = page.getByTestId("comparison");
  await expect(table.getByRole("columnheader")).toHaveText([/Business Central/, /Zoho\s+Certain\s+\d\d% alike/]);
  const tax = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "Tax number" }) });
  await expect(tax).toContainText("=");
  await expect(tax).toContainText("Same");
  await expect(table).toContainText("same postal code");
  await page.getByTestId("match-class").selectOption("unclear");
  await expect(page).toHaveURL(/class=unclear/);
  const place = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "Place" }) });
  await expect(place.getByText("≠").first()).toBeVisible();
  await expect(place.getByText("Different").first()).toBeAttached();
});

test("another candidate is chosen by the arrows or by its button, and decided about", async ({ page }) => {
  await openReview(page, "?class=unclear");
  await list(page).focus();
  const choices = page.getByTestId("comparison").getByRole("radio");
  await expect(choices).toHaveCount(3);
  await expect(choices.nth(0)).toBeChecked();
  await page.keyboard.press("ArrowRight");
  await expect(choices.nth(1)).toBeChecked();
  await page.keyboard.press("n");
  await expect(page.getByTestId("comparison").getByText("Not the same")).toBeVisible();
  await choices.nth(2).check();
  await page.getByTestId("match-accept").click();
  await expect(page.getByTestId("match-said")).toHaveText(/the same as the record in Zoho/);
  await page.getByTestId("show-decided").check();
  await page.getByTestId("match-class").selectOption("");
  await expect(selected(page)).toContainText("Same");
  await expect(page.getByTestId("comparison").getByRole("radio").nth(2)).toBeChecked();
});

test("what is decided is taken back under Decided", async ({ page }) => {
  await openReview(page, "?flow=items");
  await list(page).focus();
  await page.keyboard.press("c");
  await expect(page.getByTestId("match-flow-items").getByRole("cell").nth(4)).toHaveText("1");
  await page.getByTestId("show-decided").check();
  await expect(selected(page)).toContainText("Create new");
  await page.getByTestId("match-undo").click();
  await expect(page.getByTestId("match-empty")).toContainText("Nothing is decided yet");
  await expect(page.getByTestId("match-flow-items").getByRole("cell").nth(4)).toHaveText("0");
});

test("what is written cannot be decided again", async ({ page }) => {
  await openScreen(page, "matching?decided=yes", { scenario: "normal" });
  await list(page).focus();
  await page.keyboard.press("n");
  await page.keyboard.press("u");
  await expect(page.getByText("Already written to Zoho.")).toBeVisible();
  await expect(page.getByTestId("match-accept")).toHaveCount(0);
  await expect(page.getByTestId("match-flow-customers").getByRole("cell").nth(4)).toHaveText("202");
});

test("all certain ones are accepted after a question with their number", async ({ page }) => {
  await openReview(page);
  await page.getByTestId("match-accept-certain").click();
  const dialog = page.getByRole("dialog", { name: "Accept all certain matches?" });
  await expect(dialog).toContainText("14 pairs are accepted as the same");
  await dialog.getByRole("radio", { name: /Everything that is certain: 22/ }).check();
  await expect(dialog).toContainText("22 pairs are accepted");
  await dialog.getByRole("radio", { name: /Customers only: 14/ }).check();
  await page.getByTestId("accept-submit").click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Decided: 14 the same.")).toBeVisible();
  await expect(page.getByTestId("match-flow-customers").getByRole("cell")).toHaveText([/Waits for you/, "0", "9", "5", "14", "68"]);
  await expect(page.getByTestId("match-flow-items").getByRole("cell").nth(1)).toHaveText("8");
  await expect(page.getByTestId("match-accept-certain")).toHaveCount(0);
});

test("confirming says exactly what follows, and ends the review", async ({ page }) => {
  await openReview(page);
  await list(page).focus();
  await page.keyboard.press("s");
  await expect(page.getByTestId("match-flow-customers").getByRole("cell").nth(4)).toHaveText("1");
  await page.getByTestId("match-confirm").click();
  const dialog = page.getByRole("dialog", { name: "Create the rest of the customers?" });
  await expect(dialog).toContainText("13 of them are certainly in Zoho already");
  await expect(dialog).toContainText("27 customers without a decision are created in Zoho as new Accounts, although they may be there already.");
  await expect(dialog).toContainText("Of these, 13 certain, 9 likely and 5 unclear.");
  await expect(dialog).toContainText("1 customer that you have decided stays as decided.");
  await expect(dialog).toContainText("Nothing is written now.");
  await page.getByTestId("confirm-submit").click();
  await expect(dialog).toBeHidden();
  await expect(page.getByTestId("match-flow-customers")).toContainText("Reviewed");
  await expect(page.getByTestId("all-decided")).toBeVisible();
  await page.getByRole("button", { name: "Show what was decided" }).click();
  await expect(list(page).getByRole("option").first()).toBeVisible();
  await expect(page).toHaveURL(/decided=yes/);
});

test("with the last record the words in its place take the focus", async ({ page }) => {
  await openReview(page, "?flow=items&class=likely");
  await list(page).focus();
  await page.keyboard.press("s");
  await expect(selected(page)).toContainText("1009-S");
  await page.keyboard.press("s");
  await expect(page.getByTestId("match-empty")).toBeFocused();
  await page.getByTestId("match-undo-last").click();
  await expect(selected(page)).toContainText("1009-S");
});

test("looking shows progress, can be stopped, and ends in the list", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "empty" });
  await expect(page.getByText("Nobody has looked for matches yet")).toBeVisible();
  await page.getByTestId("match-look").click();
  await expect(page.getByTestId("work-progress").getByRole("progressbar")).toBeVisible();
  await expect(page.getByTestId("work-stop")).toBeVisible();
  await expect(list(page)).toBeVisible({ timeout: 10_000 });
  await expect(page.getByTestId("match-sentence")).toBeFocused();
  await expect(page.getByTestId("match-sentence")).toContainText("258 records wait");
});

test("a look that was told to stop says so until it has ended", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "empty" });
  await page.getByTestId("match-look").click();
  await page.getByTestId("work-stop").click();
  await expect(page.getByTestId("work-progress")).toHaveCount(0);
});

test("contacts are looked for once their customers are decided", async ({ page }) => {
  await openReview(page);
  await page.getByTestId("match-flow-contacts").getByRole("radio").check();
  await expect(page.getByText("First decide about customers")).toBeVisible();
  await page.getByRole("button", { name: "Show customers" }).click();
  await page.getByTestId("match-confirm").click();
  await page.getByTestId("confirm-submit").click();
  await expect(page.getByTestId("match-sentence")).toContainText("Look again: contacts can be compared now.");
  await page.getByTestId("match-look").click();
  await expect(page.getByTestId("match-flow-contacts")).toContainText("Waits for you", { timeout: 10_000 });
});

test("a failed look says why, what to do, and offers another try", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "offline" });
  await page.getByTestId("match-look").click();
  const failure = page.getByTestId("look-failure");
  await expect(failure).toContainText("Zoho cannot be reached.", { timeout: 10_000 });
  await expect(failure).toContainText("Check the network connection");
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("work-progress")).toBeVisible();
});

test("while something else works, nobody can look", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "syncing" });
  await expect(page.getByTestId("match-look")).toBeDisabled();
});

test("loading and failing are shown as such", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "loading" });
  await expect(page.getByTestId("loading").first()).toBeVisible();
  await openScreen(page, "matching", { scenario: "error" });
  await expect(page.getByTestId("error-state")).toContainText("held by another program");
  await expect(page.getByTestId("error-state").getByRole("button", { name: "Try again" })).toBeVisible();
});

test("the list goes out as a file, and the place is named", async ({ page }) => {
  await openReview(page);
  await page.getByTestId("match-export").click();
  await expect(page.getByText(/Saved as \/home\/office\/Downloads\/ledgerline-matching\.csv/)).toBeVisible();
});

test("a file comes back with its decisions", async ({ page }) => {
  await openReview(page);
  const csv = "proposal;decision;flow\r\n1;accept;customers\r\n2;reject;customers\r\n3;create;customers\r\n4;;customers\r\n";
  await page.getByTestId("match-file").setInputFiles({ name: "matching.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await expect(page.getByText("Decided: 1 the same, 1 not the same, 1 to be created.")).toBeVisible();
  await expect(page.getByTestId("match-flow-customers").getByRole("cell").nth(4)).toHaveText("3");
});

test("every fault of a file is shown with line and column, and the file can be chosen again", async ({ page }) => {
  await openReview(page);
  const file = (text: string) => ({ name: "matching.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  const input = page.getByTestId("match-file");
  await input.setInputFiles(file("proposal,decision\n1,maybe\nx,accept\n999999,create\n"));
  const failure = page.getByTestId("import-failure");
  await expect(failure.getByRole("listitem")).toHaveText([
    'line 2, column decision: "maybe" is none of accept, reject, create and blank',
    'line 3, column proposal: "x" is not the number of a proposal',
    "line 4, column proposal: there is no proposal 999999; export anew",
  ]);
  await expect(failure).toContainText("nothing of it was taken in");
  await expectAccessible(page);
  await expect(page.getByTestId("match-flow-customers").getByRole("cell").nth(4)).toHaveText("0");
  await input.setInputFiles(file("proposal,decision\n1,accept\n"));
  await expect(failure).toHaveCount(0);
  await expect(page.getByText("Decided: 1 the same.")).toBeVisible();
});

test("thousands of records are drawn a few at a time", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "flood" });
  await expect(page.getByTestId("match-sentence")).toContainText("3,056 records wait");
  await list(page).focus();
  await page.keyboard.press("End");
  await expect(selected(page)).toHaveAttribute("aria-posinset", "3000");
  await expect(selected(page)).toHaveAttribute("aria-setsize", "3000");
  await expect(selected(page)).toContainText("Unclear");
  expect(await list(page).getByRole("option").count()).toBeLessThan(40);
  await page.keyboard.press("s");
  await expect(selected(page)).toHaveAttribute("aria-posinset", "2999");
});

test("at a small window and zoomed in, the list and the comparison can be reached by keys", async ({ page }) => {
  await openScreen(page, "matching", { scenario: "attention", size: "zoomed" });
  await list(page).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("region", { name: /C10001 beside what it may be in Zoho/ })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("match-accept")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("match-said")).toHaveText(/C10001 .*the same/);
});
