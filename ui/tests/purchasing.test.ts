import { expect, expectAccessible, expectSound, openScreen, test } from "./window";

const scenario = "purchasing";

test("the overview has a tile for each of the six flows", async ({ page }) => {
  await openScreen(page, "overview", { scenario });
  for (const [flow, name, count] of [
    ["customers", "Customers", "300"],
    ["vendors", "Vendors", "38"],
    ["purchase_orders", "Purchase orders", "54"],
  ] as const) {
    const tile = page.getByTestId(`flow-${flow}`);
    await expect(tile).toContainText(name);
    await expect(tile).toContainText(count);
  }
  await expect(page.getByTestId(/^flow-/)).toHaveCount(6);
  const moved = page.getByTestId("moved");
  await moved.getByRole("button", { name: /Show as a table/ }).click();
  await expect(moved.getByRole("columnheader", { name: "Purchase orders" })).toBeVisible();
});

test("each flow has its switch and its policies", async ({ page }) => {
  await openScreen(page, "settings?section=flows", { scenario });
  for (const name of ["Copy vendors", "Copy purchase orders"]) {
    await expect(page.getByRole("switch", { name })).toBeChecked();
  }
});

test("a purchase order is found in the activity and has its history", async ({ page }) => {
  await openScreen(page, "activity?flow=purchase_orders", { scenario });
  const row = page.getByRole("row").filter({ hasText: /1060\d\d/ }).first();
  await expect(row).toBeVisible();
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/history\?flow=purchase_orders/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/1060\d\d/);
  await expectAccessible(page);
});

test("preview and agreement count them too", async ({ page }) => {
  await openScreen(page, "preview", { scenario });
  await expect(page.getByRole("main")).toContainText("Purchase orders");
  await openScreen(page, "agreement", { scenario });
  await expect(page.getByRole("main")).toContainText("Vendors");
});

for (const screen of ["overview", "settings?section=flows", "activity"]) {
  test(`accessible and fitting with six flows: ${screen}`, async ({ page }) => {
    await openScreen(page, screen, { scenario });
    await expect(page.getByTestId("loading")).toHaveCount(0);
    await expectSound(page);
  });
}
