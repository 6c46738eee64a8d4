import type { Engine, TestBrowser, TestPage } from "../harness/browsers.ts";
import { mediaReceived, pictureMoves } from "../harness/measure.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, loadSdk, openSdkPage } from "../harness/sdk-page.ts";
import { until } from "../harness/waiting.ts";
import type { Host } from "./host.ts";
import type { Path } from "./networks.ts";
import type { World } from "./world.ts";

/** How one side of a link reaches the other. */
export interface End {
  readonly path: Path;
  /** The kind of its own candidate (RFC 8445, section 5.1.1). */
  readonly candidate: string;
  readonly family: "IPv4" | "IPv6";
  /** By what it reaches the relay, where it does. */
  readonly relayBy?: "udp" | "tcp" | "tls";
}

/** Two people in one room, each on a host of the lab, in the order in which they came. */
export interface Meeting {
  readonly tabs: readonly [TestPage, TestPage];
  /** From the moment that the second one asked to join until both links stood, milliseconds. */
  connectedMs(): Promise<number>;
  ends(): Promise<readonly [End | undefined, End | undefined]>;
  /** Words and moving pictures arrive, both ways. */
  talks(timeoutMs?: number): Promise<void>;
  /** Words alone. */
  says(timeoutMs?: number): Promise<void>;
  /** Pictures decoded so far, on each side. */
  frames(): Promise<readonly [number, number]>;
  close(): Promise<void>;
}

export interface Visitor {
  readonly host: Host;
  readonly engine: Engine;
  /** One that was launched for it; else the host's own of that kind. */
  readonly browser?: TestBrowser;
  readonly rtc?: RTCConfiguration;
  /** Before anything of the page runs. */
  readonly prepare?: (tab: TestPage) => Promise<unknown>;
}

const names = ["Ada", "Bo"] as const;
let rooms = 0;

/** Both open the page and join one after the other. Whether they find each other is for the caller to see. */
export async function meet(
  world: World,
  visitors: readonly [Visitor, Visitor],
  { publish = true }: { readonly publish?: boolean } = {},
): Promise<Meeting> {
  const link = privateLink(world.server, `lab-${++rooms}`);
  const opened = await Promise.allSettled(visitors.map((visitor) => open(world, visitor)));
  const tabs = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(tabs.map((tab) => tab.close()));
  };
  const [first, second] = tabs;
  const failed = opened.find((one) => one.status === "rejected");
  if (first === undefined || second === undefined) {
    await close();
    throw failed?.reason ?? new Error("a page did not open");
  }
  for (const [tab, name, { rtc }] of [
    [first, names[0], visitors[0]],
    [second, names[1], visitors[1]],
  ] as const) {
    await joinWithSdk(tab, { link, name, publish, ...(rtc === undefined ? {} : { rtc }) });
    await tab.page.evaluate(() => {
      const heard: string[] = [];
      window.kept["heard"] = heard;
      window.room.channel("words", { delivery: "ordered" }).on("message", (data) => heard.push(String(data)));
    });
  }
  return {
    tabs: [first, second],
    async connectedMs() {
      const [one, other] = [await times(first), await times(second)];
      return Math.max(one.connected, other.connected) - other.joined;
    },
    ends: async () => [await endOf(first), await endOf(second)],
    async talks(timeoutMs) {
      await Promise.all([
        says(first, second, timeoutMs),
        says(second, first, timeoutMs),
        pictureMoves(first, { selector: `video[data-peer="${names[1]}"]` }, timeoutMs),
        pictureMoves(second, { selector: `video[data-peer="${names[0]}"]` }, timeoutMs),
      ]);
    },
    async says(timeoutMs) {
      await Promise.all([says(first, second, timeoutMs), says(second, first, timeoutMs)]);
    },
    frames: async () => [(await mediaReceived(first)).frames, (await mediaReceived(second)).frames],
    close,
  };
}

async function open(world: World, { host, engine, browser: own, prepare }: Visitor): Promise<TestPage> {
  const browser = own ?? (await host.browser(engine));
  if (prepare === undefined) return openSdkPage(browser, world.server.url);
  const tab = await browser.openPage();
  await prepare(tab);
  await loadSdk(tab, world.server.url);
  return tab;
}

/** When it asked to join, and when its link stood for the first time: milliseconds since 1970, and all pages have the same clock. */
function times({ page }: TestPage): Promise<{ joined: number; connected: number }> {
  return page.evaluate(async () => {
    const { events } = await window.room.inspect();
    const connected = events.find(
      ({ event, detail }) => event === "connection-state" && detail === "connected",
    );
    return { joined: events[0]?.at ?? Number.NaN, connected: connected?.at ?? Number.NaN };
  });
}

/** Undefined while there is no way yet. */
function endOf({ page }: TestPage): Promise<End | undefined> {
  return page.evaluate(async () => {
    const [peer] = window.room.peers.values();
    const report = await peer?.link.connection?.getStats();
    if (report === undefined) return undefined;
    const all = [...report.values()];
    const transport = all.find((one) => one.type === "transport");
    const pair =
      report.get(transport?.selectedCandidatePairId) ??
      all.find((one) => one.type === "candidate-pair" && (one.selected || one.nominated));
    const local = report.get(pair?.localCandidateId);
    const remote = report.get(pair?.remoteCandidateId);
    if (local === undefined || remote === undefined) return undefined;
    const isRelayed = [local, remote].some((one) => one.candidateType === "relay");
    const address: string = local.address ?? "";
    return {
      path: isRelayed ? ("relayed" as const) : ("direct" as const),
      candidate: local.candidateType as string,
      family: address.includes(":") ? ("IPv6" as const) : ("IPv4" as const),
      ...(local.relayProtocol === undefined ? {} : { relayBy: local.relayProtocol as "udp" | "tcp" | "tls" }),
    };
  });
}

let said = 0;

async function says(from: TestPage, to: TestPage, timeoutMs?: number): Promise<void> {
  const text = `words ${++said}`;
  await until(
    `"${text}" to arrive`,
    async () => {
      // What was said before the channel stood is not for anyone.
      await from.page.evaluate(
        (words) => window.room.channel("words", { delivery: "ordered" }).send(words),
        text,
      );
      return to.page.evaluate((words) => (window.kept["heard"] as string[]).includes(words), text);
    },
    timeoutMs,
  );
}
