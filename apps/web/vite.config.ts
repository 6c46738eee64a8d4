import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, defineConfig, type Plugin } from "vite";

/** Workers that are asked for by the same name after every build, and answer only for addresses beside them and below. */
const workers = ["files-player", "direct-worker"];

/** Tells the worker that keeps `/direct` what the page consists of. */
const keptFiles: Plugin = {
  name: "kept-files",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const worker = bundle["direct-worker.js"];
      if (worker?.type !== "chunk") return;
      const files = Object.keys(bundle)
        // The workbench is for who has the time, and a server.
        .filter((name) => name.startsWith("assets/") && !name.startsWith("assets/learn"))
        .map((name) => `/${name}`)
        .sort();
      const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
      worker.code = worker.code
        .replace(/(["'`])\{\{files\}\}\1/, () => JSON.stringify(JSON.stringify(files)))
        .replace("{{version}}", version);
    },
  },
};

/** Workers of a development server, made anew at each request: a worker asked for by `register` can't import anything. */
const workersInDevelopment: Plugin = {
  name: "workers-in-development",
  apply: "serve",
  configureServer(server) {
    server.middlewares.use("/files-player.js", (_request, response, next) => {
      bundled("src/player/worker.ts").then((code) => {
        response.setHeader("content-type", "text/javascript");
        response.setHeader("cache-control", "no-store");
        response.end(code);
      }, next);
    });
  },
};

async function bundled(entry: string): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["source", "module", "browser", "development|production"] },
    build: {
      write: false,
      minify: false,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: fileURLToPath(new URL(entry, import.meta.url)),
        output: { format: "iife" },
      },
    },
  });
  const [first] = Array.isArray(made) ? made : [made];
  const chunk = first !== undefined && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error(`${entry} gave no code`);
  return chunk.code;
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Workspace packages come from their sources, so that a build never meets a stale one.
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  plugins: [keptFiles, workersInDevelopment],
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
        "direct-worker": fileURLToPath(new URL("src/keeper/worker.ts", import.meta.url)),
      },
      output: {
        // What two parts share would be a file of its own each, of a hundred bytes or two, which compress badly alone.
        codeSplitting: {
          groups: [
            { name: "icons", test: /[\\/]node_modules[\\/]lucide[\\/]/ },
            {
              name: "shared",
              test: new RegExp(
                [
                  String.raw`src[\\/]parts[\\/](?:tile|picture|panel|dialog|menu|person-menu|lazy|choice|mark|invitation)\.tsx`,
                  String.raw`src[\\/]parts[\\/](?:speaker-choice|theme-choice|language-choice|level-bar)\.tsx`,
                  String.raw`src[\\/]state[\\/](?:ending|device-advice|quality|route)\.ts`,
                  String.raw`src[\\/]browser[\\/](?:navigation|page)\.ts`,
                  String.raw`client[\\/]browser[\\/](?:error|events|later|link-text|private[\\/]bytes|sealing[\\/]capable)\.ts`,
                  String.raw`client[\\/]core[\\/](?:shape|link[\\/]sdp|chat[\\/]placed)\.ts`,
                  String.raw`protocol[\\/]src[\\/](?:limit-values|version|names|signal)\.ts`,
                ].join("|"),
              ),
              minShareCount: 2,
            },
            // What a connection shares with what comes later, and so has with it.
            {
              name: "link",
              test: /client[\\/](?:core[\\/](?:signals|session)[\\/]|browser[\\/](?:(?:link|room|channels)[\\/]|media[\\/](?:state|sizing)\.ts))/,
              minShareCount: 2,
            },
            {
              name: "files-shared",
              test: /packages[\\/]transfer[\\/]|state[\\/]files[\\/]looking\.ts/,
              minShareCount: 2,
            },
            // Both come with every room.
            {
              name: "with-room",
              test: /browser[\\/](?:beside|room[\\/](?:recorder|lab|hosting|further))\.ts|core[\\/]session[\\/](?:further|whisper|asking)\.ts/,
            },
          ],
        },
        entryFileNames: ({ name }) => (workers.includes(name) ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    // `npm run dev` starts the server beside this one and names its port.
    proxy: Object.fromEntries(
      ["/api", "/v1", "/learn/relay", "/sdk", "/healthz", "/ca.pem"].map((path) => [
        path,
        {
          target: process.env["PARLOUR_DEV_SERVER"] ?? "http://127.0.0.1:3000",
          ws: path === "/v1" || path === "/learn/relay",
        },
      ]),
    ),
  },
});
