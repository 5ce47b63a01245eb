import { windowTests } from "./tests/browser";

export default windowTests({ testDir: "./tests", testMatch: "**/*.test.ts" });
