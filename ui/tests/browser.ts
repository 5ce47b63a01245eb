import { fileURLToPath } from "node:url";

import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";

/** Another one lets several runs go on beside each other; `vite.config.ts` reads it too. */
const port = Number(process.env["WINDOW_TEST_PORT"] ?? 5184);

/** Debian's Chromium over the built window with the in-memory backend. */
export function windowTests(config: PlaywrightTestConfig): PlaywrightTestConfig {
  return defineConfig({
    outputDir: `./test-results/${port}`,
    fullyParallel: true,
    workers: 2,
    // Machines of others are busy at times; what needs a second try is reported as such.
    retries: process.env["CI"] ? 1 : 0,
    timeout: 30_000,
    expect: { timeout: 5_000 },
    forbidOnly: Boolean(process.env["CI"]),
    reporter: [["list"]],
    use: {
      baseURL: `http://127.0.0.1:${port}`,
      browserName: "chromium",
      viewport: { width: 1100, height: 760 },
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      launchOptions: {
        executablePath: "/usr/bin/chromium",
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      },
    },
    webServer: {
      command: "npx vite preview --mode memory",
      // Wherever the configuration stands.
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      url: `http://127.0.0.1:${port}`,
      reuseExistingServer: true,
      timeout: 120_000,
    },
    ...config,
  });
}
