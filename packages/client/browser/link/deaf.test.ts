import {
  type FakeConnection,
  fakeClock,
  fakeWorld,
  type Random,
  runSeedsAsync,
  runUntil,
  seedsTimeout,
} from "@parlour/testkit";
import { describe, expect, it, vi } from "vitest";
import type { LinkDriver } from "../seams.ts";
import { createTimedLink } from "./link.ts";
import { flush, setup } from "./two-pages.fixture.ts";

// Loaded beside the link, and here before it; but a link asks for it all the same, which takes real time.
await import("./watch.ts");

/** What becomes of what is sent to a page, besides what becomes of its network. */
interface Ears {
  /** Nothing of the connection itself comes, and its checks are answered: for as long as it lives, or until ICE starts again. */
  deafness: "none" | "lasting" | "until-restarted";
  /** Something comes all the time; else answers alone. */
  isSpokenTo: boolean;
  /** The browser of this page fails DTLS with ICE, and sends nothing over that connection ever after. */
  readonly isFirefox: boolean;
  isMute: boolean;
}

/** Two pages with a link, whose networks and ears are in the test's hands. */
function twoPages(random: Random) {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: random.fork() });
  let isBlocked = false;
  let isSignaling = true;
  const links: LinkDriver[] = [];
  const told: string[][] = [[], []];
  const ears: (Ears & { ufrag?: string | undefined })[] = [];
  const hears = (side: number): boolean => {
    const own = ears[side];
    if (ears[1 - side]?.isMute) return false;
    const present = links[side]?.connection as unknown as FakeConnection | undefined;
    if (!own || own.deafness === "none") return true;
    return (
      own.deafness === "until-restarted" && present?.currentRemoteDescription?.content.ufrag !== own.ufrag
    );
  };
  /** As a browser tells of it. */
  const listenable = (side: number, fake: FakeConnection): RTCPeerConnection => {
    const page = ears[side];
    if (page) Object.assign(page, { deafness: "none", isMute: false });
    fake.addEventListener("connectionstatechange", () => {
      if (page?.isFirefox && fake.connectionState === "failed") page.isMute = true;
    });
    const come = { bytes: 0, checks: 0, asked: false };
    const made = fake.createDataChannel.bind(fake);
    const own = {
      sctp: {
        get state() {
          return page?.isMute ? "closed" : "connected";
        },
        transport: { state: "connected" },
      },
      createDataChannel: (label: string, init: { negotiated: true; id: number }) =>
        label === "pulse"
          ? { readyState: "open", bufferedAmount: 0, send: () => (come.asked = true) }
          : made(label, init),
      async getStats() {
        if (fake.connectionState === "connected" && !isBlocked) {
          come.checks++;
          if (hears(side) && (ears[side]?.isSpokenTo || come.asked)) come.bytes++;
        }
        come.asked = false;
        return new Map([
          ["P", { type: "candidate-pair", bytesReceived: come.bytes, responsesReceived: come.checks }],
        ]);
      },
    };
    for (const [key, value] of Object.entries(own)) Object.defineProperty(fake, key, { value });
    return fake as unknown as RTCPeerConnection;
  };
  for (const side of [0, 1] as const) {
    ears.push({
      deafness: "none",
      isSpokenTo: random.chance(0.5),
      isFirefox: random.chance(0.5),
      isMute: false,
    });
    const given = setup(side, world, (payload) => {
      if (isSignaling) clock.after(random.int(1, 40), () => links[1 - side]?.receive(payload));
      return isSignaling;
    });
    const link = createTimedLink(
      { ...given, createConnection: () => listenable(side, world.connection()) },
      clock,
    );
    links.push(link);
    let state = "connecting";
    link.on("change", () => {
      // Another way is a change, too.
      if (link.state !== state) told[side]?.push(link.state);
      state = link.state;
    });
    link.on("log", (event, detail) => {
      if (event === "rebuild") told[side]?.push(`rebuild ${String(detail)}`);
    });
  }
  return {
    clock,
    links: links as [LinkDriver, LinkDriver],
    told,
    rebuilds: () => told.flat().filter((line) => line === "rebuild silence").length,
    deafen(side: number, deafness: Exclude<Ears["deafness"], "none">) {
      const own = ears[side];
      if (!own) return;
      const ufrag = (links[side]?.connection as unknown as FakeConnection | undefined)
        ?.currentRemoteDescription?.content.ufrag;
      Object.assign(own, { deafness, ufrag });
    },
    hush: () => {
      for (const each of ears) each.isSpokenTo = random.chance(0.5);
    },
    block(is: boolean) {
      isBlocked = is;
      if (is) world.block();
      else world.unblock();
    },
    signal(is: boolean) {
      isSignaling = is;
      if (is) for (const link of links) link.resync();
    },
    /** Connected, and looked at: from then on nothing takes real time. */
    async begin() {
      await runUntil(clock, flush, () => false, 2_000);
      await vi.dynamicImportSettled();
    },
    isWell: () => links.every(({ state }, side) => state === "connected" && hears(side)),
    pass: (ms: number) => runUntil(clock, flush, () => false, ms),
    until: (isDone: () => boolean, ms: number) => runUntil(clock, flush, isDone, ms),
    close: () => {
      for (const link of links) link.close("left");
    },
  };
}

describe("a link over which nothing comes", () => {
  it("[L133][L134] is recovering for who hears nothing, and well again within twenty seconds, over one new connection", {
    timeout: seedsTimeout(20_000, process.env),
  }, async () => {
    await runSeedsAsync({ seeds: 20, env: process.env }, async (random) => {
      const pages = twoPages(random);
      await pages.begin();
      await pages.pass(8_000);
      expect(pages.isWell()).toBe(true);
      const side = random.pick([0, 1]);
      const [one, before] = [pages.links[side] as LinkDriver, pages.told[side]?.length];
      pages.deafen(side, "lasting");
      expect(await pages.until(() => one.state === "recovering", 6_000)).toBe(true);
      expect(one.connection?.connectionState).toBe("connected");
      expect(await pages.until(() => pages.rebuilds() > 0 && pages.isWell(), 20_000)).toBe(true);
      expect(pages.told[side]?.slice(before)).toEqual(["recovering", "rebuild silence", "connected"]);
      await pages.pass(120_000);
      expect([pages.rebuilds(), pages.isWell()]).toEqual([1, true]);
      pages.close();
    });
  });

  it("[L134] keeps its connection where a restart is enough, and where nothing came for other reasons", {
    timeout: seedsTimeout(20_000, process.env),
  }, async () => {
    await runSeedsAsync({ seeds: 20, env: process.env }, async (random) => {
      const pages = twoPages(random);
      await pages.begin();
      await pages.pass(8_000);
      for (let i = 0; i < 6; i++) {
        const trouble = random.pick([
          () => pages.deafen(random.pick([0, 1]), "until-restarted"),
          async () => {
            pages.block(true);
            await pages.pass(random.int(100, 4_900));
            pages.block(false);
          },
          async () => {
            pages.block(true);
            pages.signal(false);
            await pages.pass(random.int(100, 4_900));
            pages.block(false);
            pages.signal(true);
          },
          pages.hush,
        ]);
        await trouble();
        await pages.pass(random.int(1_000, 60_000));
      }
      expect(await pages.until(pages.isWell, 60_000)).toBe(true);
      expect(pages.told.flat().filter((line) => line.startsWith("rebuild"))).toEqual([]);
      pages.close();
    });
  });

  it("[L136] is no such thing after half a minute without any network: what sends nothing ever after is replaced at once", {
    timeout: seedsTimeout(20_000, process.env),
  }, async () => {
    await runSeedsAsync({ seeds: 20, env: process.env }, async (random) => {
      const pages = twoPages(random);
      await pages.begin();
      await pages.pass(8_000);
      pages.block(true);
      if (random.chance(0.7)) pages.signal(false);
      await pages.pass(random.int(28_000, 60_000));
      pages.block(false);
      await pages.pass(random.int(0, 300));
      pages.signal(true);
      expect(await pages.until(pages.isWell, 20_000)).toBe(true);
      await pages.pass(60_000);
      expect([pages.rebuilds(), pages.isWell()]).toEqual([0, true]);
      pages.close();
    });
  });

  it("[L38][L134][L136] ends well for both, whatever happens to their ears, their network and their signals", {
    timeout: seedsTimeout(60_000, process.env),
  }, async () => {
    let rebuilt = 0;
    const ran = await runSeedsAsync({ seeds: 60, env: process.env }, async (random) => {
      const pages = twoPages(random);
      await pages.begin();
      await pages.pass(random.int(0, 3_000));
      const troubles = [
        () => pages.deafen(random.pick([0, 1]), random.pick(["lasting", "until-restarted"] as const)),
        () => {
          pages.deafen(0, "lasting");
          pages.deafen(1, "lasting");
        },
        () => pages.block(true),
        () => pages.block(false),
        () => pages.signal(false),
        () => pages.signal(true),
        pages.hush,
        () => random.pick(pages.links).restart("network"),
        () => random.pick(pages.links).rebuild("test"),
      ];
      for (let i = 0; i < 15; i++) {
        await random.pick(troubles)();
        await pages.pass(random.int(0, 12_000));
      }
      pages.block(false);
      pages.signal(true);
      expect(await pages.until(pages.isWell, 1_500_000)).toBe(true);
      rebuilt += pages.rebuilds();
      pages.close();
    });
    expect(rebuilt).toBeGreaterThan(ran / 4);
  });
});
