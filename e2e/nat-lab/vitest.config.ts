import { fileURLToPath } from "node:url";
import shared from "../vitest.config.ts";

/** As the other browser tests: one worker, one file at a time; the lab and its browsers are shared by all of them. */
export default {
  ...shared,
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: { ...shared.test, include: ["*.test.ts"] },
};
