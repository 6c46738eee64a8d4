import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pass } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Room } from "@parlour/client";
import type { HTTPRequest, Page } from "puppeteer-core";
import type { Engine, TestBrowser } from "../e2e/harness/browsers.ts";
import { until } from "../e2e/harness/waiting.ts";
import type { Host } from "../e2e/nat-lab/host.ts";
import { openWorld, type World } from "../e2e/nat-lab/world.ts";
import { main, median, quantile, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * How long a picture stands still when the network is another: from the moment that the new one is up (or the trouble has come, where
 * nothing follows it) to the next frame drawn, on the side that waits longer. Two browsers behind a router each, in the lab of networks;
 * everyone has the same STUN and TURN servers: Parlour's own.
 *
 * The entrants take turns, so that whatever else the machine does meets them all. PARLOUR_BENCH_TURNS ("10" of each, or "10,5,5,5" in the order
 * of the troubles), _PATIENCE (ms), _ONLY ("simple-peer UDP": what the entrant and the trouble have in their names, or several of these with
 * commas between them), and _BROWSERS ("firefox,chromium": the first one has the trouble) run a part of it; _EVENTS=1 shows what Parlour's
 * rooms wrote down meanwhile.
 */

const turnsOf = (process.env["PARLOUR_BENCH_TURNS"] ?? "10,5,5,5").split(",").map(Number);
/** Whoever has no picture by then has none for good. */
const patienceMs = Number(process.env["PARLOUR_BENCH_PATIENCE"] ?? 20_000);
/** A picture that never stood still for longer was not interrupted. */
const stillMs = 400;
/** Whoever stays black so often stays black. */
const enoughBlack = 2;
/** Chromium breaks off what it loads while it takes in that its addresses are others: so long after the change. */
const movingMs = 6_000;
const only = (process.env["PARLOUR_BENCH_ONLY"] ?? "").split(",").map((words) => words.split(" "));
const engines = (process.env["PARLOUR_BENCH_BROWSERS"] ?? "chromium,chromium").split(",") as [Engine, Engine];
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

/** `said`: what the library told its page of the trouble. */
type Framed = { readonly frames: number[]; readonly said: string[] };
const lastFrame = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as Framed).frames.at(-1) ?? 0);

/** When the picture moved again, milliseconds after `from`; 0 when it never stood still, undefined when it stays so. */
async function moving(page: Page, troubleAt: number, from: number): Promise<number | undefined> {
  const frames = await page.evaluate(() => (window as unknown as Framed).frames);
  const after = frames.filter((at) => at > troubleAt - 1_000);
  if ((after.at(-1) ?? 0) < Date.now() - stillMs * 2) return undefined;
  // A busy machine makes pictures wait, too, for a shorter time.
  let [longest, end] = [stillMs, from];
  after.forEach((at, i) => {
    const gap = at - (after[i - 1] ?? at);
    if (gap > longest) [longest, end] = [gap, at];
  });
  return Math.max(0, end - from);
}

/** What the room wrote down since a second before, milliseconds from then. */
const eventsOf = (page: Page, from: number): Promise<string[]> =>
  page.evaluate(async (zero) => {
    const { events } = await (window as unknown as { benchRoom: Room }).benchRoom.inspect();
    const since = events.filter(({ at }) => at > zero - 1_000);
    return since.map(
      ({ at, event, detail }) => `${Math.round(at - zero)} ${event} ${JSON.stringify(detail)}`,
    );
  }, from);

/** One call, one trouble. */
async function once(
  world: World,
  browsers: readonly [TestBrowser, TestBrowser],
  entrant: Entrant,
  trouble: string,
  iceServers: readonly RTCIceServer[],
): Promise<{ readonly time: number | undefined; readonly said: readonly string[] }> {
  const host = world.host("a");
  const room = `recovery-${crypto.randomUUID().slice(0, 8)}`;
  const query = new URLSearchParams({ room, server: entrant.signaling.url });
  if (entrant.page === "parlour") {
    const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
    query.set("key", `#k=${secret}`);
  }
  const pages: Page[] = [];
  let over = Date.now();
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
    over = up;
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
    const time = both.some((one) => one === undefined) ? undefined : Math.max(...(both as number[]));
    const told = await Promise.all(
      pages.map((page) => page.evaluate(() => (window as unknown as Framed).said)),
    );
    if (process.env["PARLOUR_BENCH_EVENTS"] === "1" && entrant.page === "parlour")
      for (const page of pages) console.log((await eventsOf(page, up)).join("\n"));
    return { time, said: [...new Set(told.flat())] };
  } finally {
    for (const page of pages) await page.close().catch(() => {});
    await host.allowUdp();
    if (trouble.startsWith("another address")) await pass(Math.max(0, over + movingMs - Date.now()));
  }
}

export async function run(): Promise<Report> {
  const world = await openWorld();
  const figures: { entrant: string; trouble: string; times: (number | null)[]; end: readonly string[] }[] =
    [];
  try {
    const browsers = [
      await world.host("a").browser(engines[0]),
      await world.host("b").browser(engines[1]),
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
    for (const [i, trouble] of Object.keys(troubles).entries()) {
      const present = entrants
        .filter(({ name }) =>
          only.some((words) => words.every((word) => `${name} ${trouble}`.includes(word))),
        )
        .map((entrant) => ({ entrant, times: [] as (number | null)[], end: [] as readonly string[] }));
      for (let turn = 0; turn < (turnsOf[i] ?? turnsOf[0] ?? 0); turn++)
        // There and back again, so that each one goes from the cable to the wireless network as often as the other way.
        for (const one of turn % 2 === 0 ? present : present.toReversed()) {
          const { entrant, times } = one;
          if (times.filter((time) => time === null).length >= enoughBlack) continue;
          const { time, said } = await once(world, browsers, entrant, trouble, iceServers);
          times.push(time ?? null);
          if (time === undefined) one.end = said;
          console.log(`${trouble}, ${entrant.name}: ${time ?? `never (${said.join("; ")})`}`);
        }
      figures.push(
        ...present.map(({ entrant, times, end }) => ({ entrant: entrant.name, trouble, times, end })),
      );
    }
    for (const { signaling } of entrants) if (signaling !== world.server) await signaling.kill();
  } finally {
    await world.close();
  }
  const word = (value: number | undefined, times: readonly (number | null)[]): string | number =>
    times.every((one) => one === null) ? "never" : Math.round(value ?? Number.NaN);
  console.log("\nFrom the new network being up to the next frame, milliseconds:\n");
  console.log(
    table(
      ["trouble", "", "turns", "lowest", "median", "p95", "came back"],
      figures.map(({ trouble, entrant, times }) => {
        const came = times.filter((one) => one !== null);
        return [
          trouble,
          entrant,
          times.length,
          word(Math.min(...came), times),
          word(median(came), times),
          word(quantile(came, 0.95), times),
          `${came.length} of ${times.length}`,
        ];
      }),
    ),
  );
  for (const { trouble, entrant, end } of figures)
    if (end.length > 0) console.log(`${entrant}, ${trouble}, told its page: ${end.join("; ")}`);
  const versions = engines.map((engine) => versionOf(engine === "firefox" ? "firefox-esr" : "chromium"));
  return report("recovery", { browsers: versions, patienceMs, figures });
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
