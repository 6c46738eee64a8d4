import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import shared from "../vitest.config.ts";

/** As the other browser tests: one worker, one file at a time; the lab and its browsers are shared by all of them. */
export default mergeConfig(
  { ...shared, test: { ...shared.test, include: [], sequence: {} } },
  defineConfig({
    root: fileURLToPath(new URL(".", import.meta.url)),
    test: { include: ["*.test.ts"], sequence: { groupOrder: 0 } },
  }),
);
