import { createRequire } from "node:module";
import { test as base, expect, type Page } from "@playwright/test";

export { expect };

export type Theme = "light" | "dark";

/** Both themes, for loops over tests. */
export const themes: readonly Theme[] = ["light", "dark"];

/** What the brief asks of every screen: the usual window, the smallest one, and the same at 200 % zoom. */
export const sizes = {
  usual: { width: 1100, height: 760 },
  small: { width: 800, height: 600 },
  zoomed: { width: 400, height: 600 },
} as const;

interface Opening {
  /** A scenario of the in-memory backend; see `src/backend/memory/scenarios.ts`. */
  scenario?: string;
  theme?: Theme;
  size?: keyof typeof sizes;
}

/** A page whose errors, and every breach of the content security policy, fail the test. */
export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    await use(page);
    expect(complaints, "errors in the page's console").toEqual([]);
  },
});

/** Opens a screen such as `problems` or `problems?cause=no_number`. */
export async function openScreen(page: Page, screen: string, opening: Opening = {}): Promise<void> {
  const { scenario = "normal", theme = "light", size = "usual" } = opening;
  await page.setViewportSize(sizes[size]);
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  await page.goto(`/?scenario=${scenario}&theme=${theme}#/${screen}`);
  await page.locator("h1").first().waitFor();
}

const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface AxeResults {
  violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
}

declare global {
  interface Window {
    axe: { run(context: unknown, options: unknown): Promise<AxeResults> };
  }
}

/** No breach of WCAG 2.2 AA and of axe's best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate((await import("node:fs")).readFileSync(axeSource, "utf8"));
  }
  const results = await page.evaluate(() =>
    window.axe.run(document, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  const found = results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}\n  ${node.target.join(" ")}\n  ${node.failureSummary ?? ""}`),
  );
  expect(found.join("\n"), "breaches of accessibility").toBe("");
}

/** The page never scrolls sideways, and no step of the wizard within it; wide tables, which have a label of their own, may. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [inner, outer] = await page.evaluate(() => {
    const main = document.querySelector("main") ?? document.documentElement;
    const beyond = [main, ...document.querySelectorAll(".scroll[aria-labelledby]")].map((part) => part.scrollWidth - part.clientWidth);
    return [Math.max(...beyond, 0), document.documentElement.scrollWidth - window.innerWidth];
  });
  expect(inner, "sideways scroll of the screen").toBeLessThanOrEqual(0);
  expect(outer, "sideways scroll of the window").toBeLessThanOrEqual(0);
}

/** What the page shows now is accessible and fits, in both themes and at each size. */
export async function expectSound(page: Page): Promise<void> {
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
    for (const [name, size] of Object.entries(sizes)) {
      await test.step(`${theme}, ${name}`, async () => {
        await page.setViewportSize(size);
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
      });
    }
  }
  await page.setViewportSize(sizes.usual);
}
