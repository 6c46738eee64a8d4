import { readFileSync } from "node:fs";
import type { CDPSession } from "puppeteer-core";
import { launchBrowser, type TestBrowser, type TestPage } from "../e2e/harness/browsers.ts";
import { joinCrowd } from "../e2e/harness/crowd.ts";
import { arrivalLink, personOn, privateLink } from "../e2e/harness/people.ts";
import { processTree } from "../e2e/harness/scratch.ts";
import { openSdkPage } from "../e2e/harness/sdk-page.ts";
import { until } from "../e2e/harness/waiting.ts";
import { type Contender, startParlour } from "./harness/contender.ts";
import { main, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * What a room costs the browser of one who is in it with camera and microphone, by how many are there and by which way the media go. The
 * others are drawn pictures in another browser, without sound.
 */

const picture = { width: 320, height: 240, fps: 10 };
const settleMs = 5_000;
const watchMs = 8_000;

interface Stop {
  /** People in the room, with the one who is measured. */
  readonly people: number;
  /** One more comes and goes before, so that the room goes over the forwarder already. */
  readonly afterOneMore?: true;
}
const ways: readonly {
  readonly name: string;
  readonly flags: readonly string[];
  readonly stops: readonly Stop[];
}[] = [
  {
    name: "no forwarder",
    flags: ["--forwarder", "off"],
    stops: [{ people: 2 }, { people: 5 }, { people: 10 }],
  },
  {
    name: "forwarder",
    flags: [],
    stops: [{ people: 5, afterOneMore: true }, { people: 10 }, { people: 25 }],
  },
];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Processor seconds of the whole browser so far. */
async function spent(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((total, { cpuTime }) => total + cpuTime, 0);
}

/** Memory of all its processes; what several share is counted once (Linux: proportional set size). */
function heldBytes(browser: TestBrowser): number {
  return processTree(browser.pid).reduce((total, pid) => {
    try {
      const [, kB = "0"] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
      return total + Number(kB) * 1024;
    } catch {
      // It ended meanwhile.
      return total;
    }
  }, 0);
}

interface Cost {
  readonly people: number;
  readonly way: string;
  /** As the room itself says. */
  readonly topology: string;
  /** Percent of one core. */
  readonly browser: number;
  readonly server: number;
  readonly bytes: number;
}

async function join(crowd: TestPage, link: string, from: number, to: number): Promise<void> {
  // A few at a time, or their first offers all wait for one another.
  for (let first = from; first < to; first += 4) {
    const names = Array.from({ length: Math.min(4, to - first) }, (_, i) => `Guest ${first + i + 1}`);
    await joinCrowd(crowd, link, names, picture);
  }
}

async function costs(server: Contender, way: string, stops: readonly Stop[]): Promise<Cost[]> {
  const viewer = await launchBrowser("chromium");
  const others = await launchBrowser("chromium");
  const link = privateLink(server, `room-${crypto.randomUUID().slice(0, 8)}`);
  const found: Cost[] = [];
  try {
    const session = await viewer.browser.target().createCDPSession();
    const tab = await viewer.openPage();
    await tab.page.goto(arrivalLink(link, { name: "Ada" }));
    await personOn(tab, "Ada").sees("toolbar", "Call controls");
    const crowd = await openSdkPage(others, server.url);
    let present = 0;
    for (const { people, afterOneMore } of stops) {
      const count = people - 1;
      await join(crowd, link, present, afterOneMore ? count + 1 : count);
      present = count;
      const topology = () =>
        crowd.page.evaluate(() => (window.kept["rooms"] as { topology: string }[])[0]?.topology ?? "?");
      if (afterOneMore) {
        await until("a room over the forwarder", async () => (await topology()) === "forwarder");
        await pause(settleMs);
        await crowd.page.evaluate(async () => {
          await (window.kept["rooms"] as { leave(): Promise<void> }[]).pop()?.leave();
        });
      }
      await until(`${count} pictures`, () =>
        tab.page.evaluate(
          (wanted) =>
            [...document.querySelectorAll("video")].filter(({ videoWidth }) => videoWidth > 0).length >=
            wanted,
          // Its own, and as many of the others as are shown at once.
          Math.min(count, 6) + 1,
        ),
      );
      await pause(settleMs);
      const [before, serverBefore] = [await spent(session), await server.usage()];
      const begun = performance.now();
      await pause(watchMs);
      const [after, serverAfter] = [await spent(session), await server.usage()];
      const elapsed = performance.now() - begun;
      found.push({
        people,
        way,
        topology: await topology(),
        browser: (100_000 * (after - before)) / elapsed,
        server: (100 * (serverAfter.cpuMs - serverBefore.cpuMs)) / elapsed,
        bytes: heldBytes(viewer),
      });
    }
    return found;
  } finally {
    await viewer.close();
    await others.close();
  }
}

export async function run(): Promise<Report> {
  const all: Cost[] = [];
  for (const { name, flags, stops } of ways) {
    const server = await startParlour(flags);
    try {
      all.push(...(await costs(server, name, stops)));
    } finally {
      await server.close();
    }
  }
  console.log(
    `\nA Chromium in a room, with camera (320x240) and microphone; the others send ${picture.width}x${picture.height}, ${picture.fps} a second:\n`,
  );
  console.log(
    table(
      ["people", "host", "media go by", "browser, % of a core", "browser, MB", "server, % of a core"],
      all.map(({ people, way, topology, browser, server, bytes }) => [
        people,
        way,
        topology,
        browser.toFixed(0),
        (bytes / 1e6).toFixed(0),
        server.toFixed(1),
      ]),
    ),
  );
  return report("room", { browser: versionOf("/usr/bin/chromium"), picture, cost: all });
}

await main(import.meta.url, run);
