/**
 * `npm run dev [-- FLAGS of parlour serve]`: the page with hot reload, the server restarted on each compile,
 * a link and a QR code. Ctrl-C ends all of it.
 *
 * The page comes from Vite on PARLOUR_DEV_PORT (3000), which passes everything that is not a page on to a server on a free port.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "./build.mjs";
import { writeSdk } from "./sdk/bundle.mjs";
import { install } from "./steps/install.mjs";
import { fail, root, tools } from "./steps/run.mjs";
import { isBuilt } from "./steps/sources.mjs";

await install();
if (!isBuilt()) {
  console.log("Building …");
  await build().catch((error) => fail(error.message));
}

const pagePort = Number(process.env.PARLOUR_DEV_PORT ?? 3000);
const serverPort = await freePort();
const children = new Set();
let isEnding = false;

function start(command, onLine, onEnd = () => {}) {
  const [program, ...rest] = command;
  // A process group of its own: the compiler is a launcher with the real one below it, and both have to end.
  const child = spawn(program, rest, { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: true });
  children.add(child);
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
  child.on("exit", (code) => {
    children.delete(child);
    onEnd(code);
  });
  return child;
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    child.kill(name); // It has ended, or this system knows no groups.
  }
}

const say = (who) => (text) => {
  if (text.trim() !== "") console.log(`${who.padEnd(7)}│ ${text}`);
};

let server;
function startServer() {
  const flags = [
    "--log-level",
    "info",
    "--self-test",
    "off",
    ...process.argv.slice(2),
    "--host",
    "127.0.0.1",
    "--port",
    String(serverPort),
  ];
  const parlour = join(root, "packages", "cli", "bin", "parlour.mjs");
  const isNews = (text) => !/^( {2}|Parlour is ready)/.test(text);
  const child = start(
    [process.execPath, parlour, "serve", ...flags],
    (text) => isNews(text) && say("server")(text),
    (code) => {
      if (!isEnding && child === server && code !== 0)
        say("server")("ended; it starts again with the next compile");
    },
  );
  server = child;
}

/** The port is free again only when the old one has ended. */
function restartServer() {
  const old = server;
  if (old === undefined || old.exitCode !== null || old.signalCode !== null) return startServer();
  old.once("exit", () => !isEnding && startServer());
  old.kill("SIGINT");
}

let hasCompiled = false;
function heard(text) {
  if (!/Found 0 errors/.test(text)) return /error|Found \d+ error/.test(text) && say("types")(text);
  // The first compile is the one that the running server was started from.
  if (hasCompiled) {
    say("server")("restarting");
    restartServer();
    writeSdk(join(root, "apps/web/dist/sdk")).catch((error) => say("sdk")(error.message));
  }
  hasCompiled = true;
}

startServer();
start([...tools.tsc, "-b", "--watch", "--preserveWatchOutput", "--pretty", "false"], heard);

process.env.PARLOUR_DEV_SERVER = `http://127.0.0.1:${serverPort}`;
const vite = await import("vite");
const page = await vite.createServer({
  root: join(root, "apps", "web"),
  server: { port: pagePort, strictPort: true, host: true },
  clearScreen: false,
  logLevel: "warn",
});
await page.listen().catch((error) => {
  endChildren();
  fail(
    `The page's port ${pagePort} can't be opened (${error.message}). Choose another: PARLOUR_DEV_PORT=3100 npm run dev`,
  );
});

const address = Object.values(networkInterfaces())
  .flat()
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;
const { renderUnicodeCompact } = await import("uqr");
console.log(`\nPage:    http://localhost:${pagePort}`);
if (address !== undefined) {
  const link = `http://${address}:${pagePort}`;
  console.log(`Network: ${link} (plain HTTP: no camera there)\n\n${renderUnicodeCompact(link)}\n`);
}

function endChildren() {
  isEnding = true;
  for (const child of children) signal(child, "SIGTERM");
}

async function end() {
  if (isEnding) process.exit(130);
  endChildren();
  const ended = [...children].map((child) => new Promise((done) => child.once("exit", done)));
  const tooLong = setTimeout(() => {
    for (const child of children) signal(child, "SIGKILL");
  }, 10_000);
  await Promise.all([page.close(), ...ended]);
  clearTimeout(tooLong);
  process.exit(0);
}
process.on("SIGINT", end);
process.on("SIGTERM", end);
process.on("exit", endChildren);

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
