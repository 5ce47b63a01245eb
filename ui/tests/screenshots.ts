import { fileURLToPath } from "node:url";
import { recordAt } from "../src/backend/memory/records";
import { openScreen, test, themes } from "./window";

const folder = fileURLToPath(new URL("../../docs/images/window/", import.meta.url));

/** Each picture's name, the screen that it shows, and the scenario. */
const pictures: readonly [name: string, screen: string, scenario: string][] = [
  ["overview", "overview", "normal"],
  ["activity", "activity", "normal"],
  ["problems", "problems", "normal"],
  ["history", `history?flow=invoices&id=${recordAt("invoices", 700).bcId}`, "normal"],
  ["matching", "matching", "attention"],
  ["preview", "preview", "normal"],
  ["agreement", "agreement", "normal"],
  ["settings", "settings", "normal"],
  ["wizard", "wizard", "setup"],
  ["wizard-flows", "wizard", "setup_resumed"],
];

for (const [name, screen, scenario] of pictures) {
  for (const theme of themes) {
    test(`${name}, ${theme}`, async ({ page }) => {
      await openScreen(page, screen, { scenario, theme });
      await page.waitForLoadState("networkidle");
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${folder}${name}-${theme}.png` });
    });
  }
}
