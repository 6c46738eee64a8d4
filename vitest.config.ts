import { defineConfig } from "vitest/config";

export default defineConfig({
  // Workspace packages are read from their sources, so tests never run against a stale build.
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
  test: {
    include: ["packages/**/*.test.ts", "apps/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 20_000,
    // The default leaves a core idle, which on two cores is half of them.
    maxWorkers: "100%",
  },
});
