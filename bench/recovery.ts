import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pass } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { HTTPRequest, Page } from "puppeteer-core";
import type { TestBrowser } from "../e2e/harness/browsers.ts";
import { until } from "../e2e/harness/waiting.ts";
import type { Host } from "../e2e/nat-lab/host.ts";
import { openWorld, type World } from "../e2e/nat-lab/world.ts";
import { main, median, quantile, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * How long a picture stands still when the network is another: from the moment that the new one is up (or the trouble has come, where
 * nothing follows it) to the next frame drawn, on the side that waits longer. Two Chromiums behind a router each, in the lab of networks;
 * everyone has the same STUN and TURN servers: Parlour's own.
 */

const turns = Number(process.env["PARLOUR_BENCH_TURNS"] ?? 5);
/** Whoever has no picture by then has none for good. */
const patienceMs = Number(process.env["PARLOUR_BENCH_PATIENCE"] ?? 20_000);
/** A picture that never stood still for longer was not interrupted. */
const stillMs = 400;
const only = process.env["PARLOUR_BENCH_ONLY"];
const root = fileURLToPath(new URL("../", import.meta.url));

interface Signaling {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}
interface Entrant {
  readonly name: string;
  readonly page: "parlour" | "peerjs" | "simple-peer";
  readonly signaling: Signaling;
}

/** Each resolves when it is over, as far as it is. */
const troubles: Readonly<Record<string, (host: Host, signaling: Signaling) => Promise<void>>> = {
  "another address, at once": (host) => host.changeAddress(),
  async "another address, after 3 s without any"(host) {
    const { host: machine } = host.namespaces;
    await machine.run(["ip", "addr", "flush", "dev", host.interface]);
    await machine.run(["ip", "link", "set", "dev", host.interface, "down"]);
    await pass(3_000);
    await host.changeAddress();
  },
  "UDP blocked": (host) => host.blockUdp(),
  async "server restarted"(_, signaling) {
    await signaling.kill();
    await pass(2_000);
    await signaling.start();
  },
};

/** A contender's server, beside Parlour's and under its name. */
async function startBeside(world: World, name: string, port: number): Promise<Signaling> {
  const { namespace, certificate } = world.server;
  let stop = async (): Promise<void> => {};
  const signaling: Signaling = {
    url: `https://parlour.test:${port}`,
    kill: () => stop(),
    async start() {
      const [command = "", ...words] = [...namespace.launcher, process.execPath];
      const child = spawn(command, [...words, `${root}bench/contenders/${name}.mjs`], {
        env: {
          ...process.env,
          PARLOUR_BENCH_LISTEN: `0.0.0.0:${port}`,
          PARLOUR_BENCH_TLS: `${certificate.cert},${certificate.key}`,
        },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      await new Promise((resolve) => child.stdout.once("data", resolve));
      stop = async () => {
        child.kill("SIGKILL");
        await ended;
      };
    },
  };
  await signaling.start();
  return signaling;
}

/** Pages of the server's own origin, so that cameras may run; they are answered here. */
async function open(
  browser: TestBrowser,
  world: World,
  entrant: Entrant,
  query: string,
  iceServers: readonly RTCIceServer[],
): Promise<Page> {
  const { page } = await browser.openPage({ smallPictures: false });
  const library = {
    parlour: "",
    peerjs: "node_modules/peerjs/dist/peerjs.min.js",
    "simple-peer": "node_modules/simple-peer/simplepeer.min.js",
  }[entrant.page];
  const files: Readonly<Record<string, () => string>> = {
    "page.html": () =>
      `<!doctype html><title>loading</title><link rel="icon" href="data:,"><body>${library && '<script src="library.js"></script>'}<script type="module" src="page.js"></script>`,
    "library.js": () => readFileSync(`${root}${library}`, "utf8"),
    "page.js": () => readFileSync(`${root}bench/pages/${entrant.page}.js`, "utf8"),
    "setup.js": () => readFileSync(`${root}bench/pages/setup.js`, "utf8"),
  };
  const answer = (request: HTTPRequest): void => {
    const file = /\/bench\/([a-z.]+)/.exec(request.url())?.[1];
    const body = file === undefined ? undefined : files[file];
    const contentType = file === "page.html" ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8";
    void (body ? request.respond({ status: 200, contentType, body: body() }) : request.continue()).catch(
      () => {},
    );
  };
  await page.evaluateOnNewDocument((servers) => {
    Object.assign(window, { benchServers: servers });
  }, iceServers);
  await page.setRequestInterception(true);
  page.on("request", answer);
  await page.goto(`${world.server.url}/bench/page.html?${query}`);
  await page.waitForFunction(() => document.title === "ready", { timeout: 30_000 });
  page.off("request", answer);
  await page.setRequestInterception(false);
  return page;
}

type Framed = { readonly frames: number[] };
const lastFrame = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as Framed).frames.at(-1) ?? 0);

/** When the picture moved again, milliseconds after `from`; 0 when it never stood still, undefined when it stays so. */
async function moving(page: Page, troubleAt: number, from: number): Promise<number | undefined> {
  const frames = await page.evaluate(() => (window as unknown as Framed).frames);
  const after = frames.filter((at) => at > troubleAt - 1_000);
  const gap = after.findIndex((at, i) => i > 0 && at - (after[i - 1] ?? at) > stillMs);
  if (gap > 0) return Math.max(0, (after[gap] ?? from) - from);
  return (after.at(-1) ?? 0) > Date.now() - stillMs * 2 ? 0 : undefined;
}

/** One call, one trouble. */
async function once(
  world: World,
  browsers: readonly [TestBrowser, TestBrowser],
  entrant: Entrant,
  trouble: string,
  iceServers: readonly RTCIceServer[],
): Promise<number | undefined> {
  const host = world.host("a");
  const room = `recovery-${crypto.randomUUID().slice(0, 8)}`;
  const query = new URLSearchParams({ room, server: entrant.signaling.url });
  if (entrant.page === "parlour") {
    const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
    query.set("key", `#k=${secret}`);
  }
  const pages: Page[] = [];
  try {
    for (const [i, role] of (["host", "guest"] as const).entries()) {
      const browser = browsers[i] as TestBrowser;
      pages.push(await open(browser, world, entrant, `${query}&role=${role}`, iceServers));
    }
    const [here, there] = pages as [Page, Page];
    await there.click("button");
    await until("pictures on both sides", async () => {
      const [one, other] = [await lastFrame(here), await lastFrame(there)];
      return Math.min(one, other) > Date.now() - stillMs;
    });
    await pass(2_000);
    const at = Date.now();
    await troubles[trouble]?.(host, entrant.signaling);
    const up = Date.now();
    // Blocked or gone, a picture stands still within a moment; only then can it move again.
    await pass(1_500);
    let both: (number | undefined)[] = [];
    await until(
      "pictures that move again",
      async () => {
        both = await Promise.all([moving(here, at, up), moving(there, at, up)]);
        return both.every((one) => one !== undefined);
      },
      patienceMs,
    ).catch(() => {});
    return both.some((one) => one === undefined) ? undefined : Math.max(...(both as number[]));
  } finally {
    for (const page of pages) await page.close().catch(() => {});
    await host.allowUdp();
    // Chromium breaks off what it loads while it takes in that its addresses are others.
    if (trouble.startsWith("another address")) await pass(4_000);
  }
}

export async function run(): Promise<Report> {
  const world = await openWorld();
  const figures: { entrant: string; trouble: string; times: (number | null)[] }[] = [];
  try {
    const browsers = [
      await world.host("a").browser("chromium"),
      await world.host("b").browser("chromium"),
    ] as const;
    const entrants: readonly Entrant[] = [
      { name: "Parlour", page: "parlour", signaling: world.server },
      {
        name: "PeerJS 1.5.5",
        page: "peerjs",
        signaling: await startBeside(world, "peerserver", 9000),
      },
      {
        name: "simple-peer 9.11.1",
        page: "simple-peer",
        signaling: await startBeside(world, "bare-ws", 9001),
      },
    ];
    const iceServers = await relayOf(browsers[1], world);
    for (const trouble of Object.keys(troubles))
      for (const entrant of entrants) {
        if (only !== undefined && !`${entrant.name} ${trouble}`.includes(only)) continue;
        const times: (number | null)[] = [];
        // Whoever stays black twice stays black.
        while (times.length < turns && times.filter((one) => one === null).length < 2) {
          const time = await once(world, browsers, entrant, trouble, iceServers);
          times.push(time ?? null);
          console.log(`${trouble}, ${entrant.name}: ${time ?? "never"}`);
        }
        figures.push({ entrant: entrant.name, trouble, times });
      }
    for (const { signaling } of entrants) if (signaling !== world.server) await signaling.kill();
  } finally {
    await world.close();
  }
  const word = (value: number | undefined, times: readonly (number | null)[]): string | number =>
    times.every((one) => one === null) ? "never" : Math.round(value ?? Number.NaN);
  console.log(
    `\nFrom the new network being up to the next frame, up to ${turns} turns each, milliseconds:\n`,
  );
  console.log(
    table(
      ["trouble", "", "median", "p95", "came back"],
      figures.map(({ trouble, entrant, times }) => {
        const came = times.filter((one) => one !== null);
        return [
          trouble,
          entrant,
          word(median(came), times),
          word(quantile(came, 0.95), times),
          `${came.length} of ${times.length}`,
        ];
      }),
    ),
  );
  return report("recovery", { browser: versionOf("/usr/bin/chromium"), turns, patienceMs, figures });
}

/** What the server gives its visitors for ICE: the others get the same. */
async function relayOf(browser: TestBrowser, world: World): Promise<readonly RTCIceServer[]> {
  const { loadSdk } = await import("../e2e/harness/sdk-page.ts");
  const tab = await browser.openPage();
  await loadSdk(tab, world.server.url);
  const servers = await tab.page.evaluate(
    () =>
      new Promise<RTCIceServer[]>((resolve) => {
        const Original = RTCPeerConnection;
        window.RTCPeerConnection = class extends Original {
          override setConfiguration(configuration?: RTCConfiguration): void {
            if (configuration?.iceServers?.length) resolve(configuration.iceServers);
            super.setConfiguration(configuration);
          }
        };
        void (async () => {
          const link = `${location.origin}/r/recovery-servers`;
          await window.sdk.joinRoom(link, { name: "one", remember: "none" });
          await window.sdk.joinRoom(link, { name: "two", remember: "none" });
        })();
      }),
  );
  // The tab stays: credentials end with the seat that they were made for.
  return servers;
}

await main(import.meta.url, run);
