import { readFileSync } from "node:fs";
import type { CDPSession } from "puppeteer-core";
import { launchBrowser, type TestBrowser, type TestPage } from "../e2e/harness/browsers.ts";
import { type CrowdManners, joinCrowd } from "../e2e/harness/crowd.ts";
import { arrivalLink, personOn, privateLink } from "../e2e/harness/people.ts";
import { processTree } from "../e2e/harness/scratch.ts";
import { openSdkPage } from "../e2e/harness/sdk-page.ts";
import { until } from "../e2e/harness/waiting.ts";
import { type Contender, startParlour } from "./harness/contender.ts";
import { main, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * What a room costs the browser of one who is in it with camera and microphone, by how many are there and by which way the media go. The
 * others are drawn pictures in another browser, without sound; they look at that one alone, so that what is measured has room beside them.
 * Where a mesh is more than a room does by itself, nobody is willing to pass media on.
 */

const picture = { width: 320, height: 240, fps: 10 };
const settleMs = 5_000;
const watchMs = 8_000;
/** Hundreds of connections on one machine take their time. */
const joinMs = 180_000;

interface Stop {
  /** People in the room, with the one who is measured. */
  readonly people: number;
  /** One more comes and goes before, so that the room goes over the forwarder already. */
  readonly afterOneMore?: true;
}
interface Way {
  readonly name: string;
  readonly flags: readonly string[];
  /** False: nobody passes media on for others. */
  readonly passOn: boolean;
  readonly stops: readonly Stop[];
}
const ways: readonly Way[] = [
  {
    name: "no forwarder, nobody passes on",
    flags: ["--forwarder", "off"],
    passOn: false,
    stops: [{ people: 2 }, { people: 5 }, { people: 10 }, { people: 25 }],
  },
  { name: "no forwarder", flags: ["--forwarder", "off"], passOn: true, stops: [{ people: 10 }] },
  {
    name: "forwarder",
    flags: [],
    passOn: true,
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
  /** Frames of the others that were drawn, a second, all together. */
  readonly frames: number;
  /** Of how many pictures. */
  readonly pictures: number;
}

/** The others, in several pages: Chromium makes at most 500 connections in one. */
class Crowd {
  readonly #pages: readonly TestPage[];
  readonly #link: string;
  readonly #manners: CrowdManners;
  #last: TestPage | undefined;
  count = 0;

  constructor(pages: readonly TestPage[], link: string, manners: CrowdManners) {
    this.#pages = pages;
    this.#link = link;
    this.#manners = manners;
  }

  /** A few at a time, or their first offers all wait for one another. */
  async grow(count: number): Promise<void> {
    while (this.count < count) {
      const names = Array.from(
        { length: Math.min(4, count - this.count) },
        (_, index) => `Guest ${this.count + index + 1}`,
      );
      this.#last = this.#pages[((this.count / 4) % this.#pages.length) | 0] as TestPage;
      await joinCrowd(this.#last, this.#link, names, picture, this.#manners);
      this.count += names.length;
    }
  }

  /** The last who came goes. */
  async shrink(): Promise<void> {
    await this.#last?.page.evaluate(async () => {
      await (window.kept["rooms"] as { leave(): Promise<void> }[]).pop()?.leave();
    });
    this.count--;
  }

  async topology(): Promise<string> {
    return this.#pages[0]?.page.evaluate(
      () => (window.kept["rooms"] as { topology: string }[])[0]?.topology ?? "?",
    ) as Promise<string>;
  }
}

/** Of the others' pictures: how many have come, and frames drawn so far. */
const drawn = ({ page }: TestPage): Promise<{ pictures: number; frames: number }> =>
  page.evaluate(() => {
    const others = [...document.querySelectorAll("video")].filter(
      ({ videoWidth, srcObject }) =>
        videoWidth > 0 &&
        srcObject instanceof MediaStream &&
        !srcObject.getTracks().some(({ label }) => label.startsWith("fake")),
    );
    const frames = others.map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
    return { pictures: others.length, frames: frames.reduce((sum, each) => sum + each, 0) };
  });

async function costs(server: Contender, { name: way, stops, passOn }: Way): Promise<Cost[]> {
  const viewer = await launchBrowser("chromium");
  const others = await launchBrowser("chromium");
  const link = privateLink(server, `room-${crypto.randomUUID().slice(0, 8)}`);
  const found: Cost[] = [];
  try {
    const session = await viewer.browser.target().createCDPSession();
    const tab = await viewer.openPage();
    if (!passOn) await tab.page.evaluateOnNewDocument(() => localStorage.setItem("parlour:pass-on", "no"));
    await tab.page.goto(arrivalLink(link, { name: "Ada" }));
    await personOn(tab, "Ada").sees("toolbar", "Call controls");
    const pages = [await openSdkPage(others, server.url), await openSdkPage(others, server.url)];
    const crowd = new Crowd(pages, link, { lookAt: ["Ada"], ...(!passOn && { passOn }) });
    for (const { people, afterOneMore } of stops) {
      const count = people - 1;
      await crowd.grow(afterOneMore ? count + 1 : count);
      if (afterOneMore) {
        await until("a room over the forwarder", async () => (await crowd.topology()) === "forwarder");
        await pause(settleMs);
        await crowd.shrink();
      }
      // As many as are shown at once.
      const wanted = Math.min(count, 6);
      await until(`${wanted} pictures`, async () => (await drawn(tab)).pictures >= wanted, joinMs);
      await pause(settleMs);
      const [before, serverBefore, framesBefore] = [
        await spent(session),
        await server.usage(),
        await drawn(tab),
      ];
      const begun = performance.now();
      await pause(watchMs);
      const [after, serverAfter, framesAfter] = [
        await spent(session),
        await server.usage(),
        await drawn(tab),
      ];
      const elapsed = performance.now() - begun;
      found.push({
        people,
        way,
        topology: await crowd.topology(),
        browser: (100_000 * (after - before)) / elapsed,
        server: (100 * (serverAfter.cpuMs - serverBefore.cpuMs)) / elapsed,
        bytes: heldBytes(viewer),
        frames: (1_000 * (framesAfter.frames - framesBefore.frames)) / elapsed,
        pictures: framesAfter.pictures,
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
  for (const way of ways) {
    const server = await startParlour(way.flags);
    try {
      all.push(...(await costs(server, way)));
    } finally {
      await server.close();
    }
  }
  console.log(
    `\nA Chromium in a room, with camera (320x240) and microphone; the others send ${picture.width}x${picture.height}, ${picture.fps} a second:\n`,
  );
  console.log(
    table(
      [
        "people",
        "host",
        "media go by",
        "browser, % of a core",
        "browser, MB",
        "server, % of a core",
        "pictures",
        "frames a second",
      ],
      all.map(({ people, way, topology, browser, server, bytes, pictures, frames }) => [
        people,
        way,
        topology,
        browser.toFixed(0),
        (bytes / 1e6).toFixed(0),
        server.toFixed(1),
        pictures,
        frames.toFixed(0),
      ]),
    ),
  );
  return report("room", { browser: versionOf("/usr/bin/chromium"), picture, cost: all });
}

await main(import.meta.url, run);
