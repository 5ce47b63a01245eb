import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { contentSecurityPolicy } from "./csp.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Another port lets several test runs go on beside each other, each over a build of its own.
const usualPort = 5184;
const port = Number(process.env["WINDOW_TEST_PORT"] ?? usualPort);
const memoryFolder = port === usualPort ? "dist-memory" : `dist-memory-${port}`;

// Mode `memory` builds the same window over the in-memory backend, for development, tests and
// screenshots. Every other mode builds what is shipped; nothing of the in-memory backend is in it.
export default defineConfig(({ mode }) => {
  const inMemory = mode === "memory";
  return {
    base: "./",
    plugins: [svelte()],
    resolve: {
      alias: {
        "#backend": at(inMemory ? "src/backend/memory/chosen.ts" : "src/backend/tauri.ts"),
      },
    },
    build: {
      outDir: inMemory ? memoryFolder : "dist",
      emptyOutDir: true,
      // The oldest web views in use: WebKitGTK 2.46 and an evergreen WebView2.
      target: ["safari17.5", "chrome123"],
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
    server: { host: "127.0.0.1", port: 5183, strictPort: true },
    preview: {
      host: "127.0.0.1",
      port,
      strictPort: true,
      // The tests run under the policy of the real window.
      headers: { "Content-Security-Policy": contentSecurityPolicy },
    },
  };
});
