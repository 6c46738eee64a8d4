import { createServer } from "vite";
import { expect, it } from "vitest";

it("[W98] a development server has the player's worker, whole and with nothing to import", async () => {
  const server = await createServer({
    configFile: new URL("vite.config.ts", import.meta.url).pathname,
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1" },
  });
  try {
    await server.listen();
    const [address = ""] = server.resolvedUrls?.local ?? [];
    const answer = await fetch(new URL("/files-player.js", address));
    const code = await answer.text();
    expect(answer.headers.get("content-type")).toBe("text/javascript");
    expect(code).toContain('addEventListener("fetch"');
    expect(code).not.toMatch(/^\s*(?:import|export)\b/m);
    // As a browser reads it when a page registers it.
    expect(() => new Function(code)).not.toThrow();
  } finally {
    await server.close();
  }
}, 60_000);
