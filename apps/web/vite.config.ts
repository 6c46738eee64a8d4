import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Workspace packages come from their sources, so that a build never meets a stale one.
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsDir: "assets",
    // The page's policy allows no data: URLs and no inline scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The oldest browsers with everything a private room needs are younger than these.
    target: ["chrome125", "firefox128", "safari17.5"],
    sourcemap: false,
    rolldownOptions: {
      input: {
        page: fileURLToPath(new URL("index.html", import.meta.url)),
        "files-player": fileURLToPath(new URL("src/player/worker.ts", import.meta.url)),
      },
      output: {
        // A service worker is asked for by the same name after every build, and answers only for addresses beside it and below.
        entryFileNames: ({ name }) => (name === "files-player" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    // `npm run dev` starts the server beside this one and names its port.
    proxy: Object.fromEntries(
      ["/api", "/v1", "/sdk", "/healthz", "/ca.pem"].map((path) => [
        path,
        { target: process.env["PARLOUR_DEV_SERVER"] ?? "http://127.0.0.1:3000", ws: path === "/v1" },
      ]),
    ),
  },
});
