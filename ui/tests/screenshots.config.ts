import { windowTests } from "./browser";

export default windowTests({ testDir: ".", testMatch: "screenshots.ts", outputDir: "../test-results/screenshots" });
