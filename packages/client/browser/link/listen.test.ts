import { fakeClock, fakeWorld, runUntil, seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import type { LinkDriver } from "../seams.ts";
import type { Observed } from "./evidence.ts";
import { createTimedLink } from "./link.ts";
import { listenToLink, type Told } from "./listen.ts";
import { arrivals } from "./statistics.ts";
import { flush, setup } from "./two-pages.fixture.ts";

// Loaded beside the link, and here before it.
await import("./watch.ts");

/** A connection as far as it is listened to. */
function connection() {
  const made = {
    received: 0,
    checks: 0,
    ufrag: "one",
    pulses: 0,
    channels: [] as object[],
    bufferedAmount: 0,
    get currentRemoteDescription() {
      return { sdp: `a=ice-ufrag:${made.ufrag}\r\n` };
    },
  };
  const channel = {
    readyState: "open",
    get bufferedAmount() {
      return made.bufferedAmount;
    },
    send: () => void made.pulses++,
  };
  return Object.assign(made, {
    connectionState: "connected",
    sctp: {},
    createDataChannel(label: string, init: object) {
      made.channels.push({ label, ...init });
      return channel;
    },
    getStats: async () =>
      new Map<string, object>([
        ["T", { type: "transport", selectedCandidatePairId: "P" }],
        ["P", { type: "candidate-pair", responsesReceived: made.checks, currentRoundTripTime: 0.03 }],
        // What comes may come over another pair than the one in use here.
        ["Q", { type: "candidate-pair", bytesReceived: made.received }],
      ]),
  });
}

function listened() {
  const clock = fakeClock();
  let present = connection();
  let state: Observed["status"]["state"] = "connected";
  const told: Told[] = [];
  const observe = () =>
    ({ status: { state }, since: 0, connection: present, errors: [] }) as unknown as Observed;
  const { listen } = listenToLink(observe, clock, (what) => told.push(what));
  return {
    clock,
    told,
    listen,
    get connection() {
      return present;
    },
    another() {
      present = connection();
    },
    become(next: typeof state) {
      state = next;
    },
    /** `media`: something comes all the time. `checks`: those are answered. */
    async pass(ms: number, media: boolean, checks = false) {
      for (let at = 0; at < ms; at += 50) {
        if (media) present.received++;
        if (checks && at % 2_500 === 0) present.checks++;
        clock.advance(50);
        await flush();
      }
    },
  };
}

describe("listening to a link", () => {
  it("[L56] goes on with another connection when the one before never says anything any more", async () => {
    const link = listened();
    link.listen();
    await link.pass(1_000, true);
    // As Firefox does when a connection is closed while it is asked.
    link.connection.getStats = () => new Promise(() => {});
    await link.pass(2_000, true);
    link.another();
    link.listen();
    link.listen();
    await link.pass(10_000, true);
    expect([link.connection.channels.length, link.connection.pulses, link.told]).toEqual([1, 0, []]);
    await link.pass(5_000, false);
    expect(link.connection.pulses).toBeGreaterThan(0);
    expect(link.told.length).toBeGreaterThan(0);
  });

  it("[L56] asks over a channel of its own, and only while nothing comes", async () => {
    const link = listened();
    link.listen();
    link.listen();
    await link.pass(10_000, true);
    expect(link.connection.channels).toEqual([
      { label: "pulse", negotiated: true, id: 4, ordered: false, maxRetransmits: 0 },
    ]);
    expect([link.connection.pulses, link.told]).toEqual([0, []]);
    await link.pass(600, false);
    expect(link.connection.pulses).toBe(2);
  });

  it("[L56] adds nothing to what the browser could not send yet", async () => {
    const link = listened();
    link.connection.bufferedAmount = 1;
    link.listen();
    await link.pass(5_000, false);
    expect(link.connection.pulses).toBe(0);
  });

  it("[L53] says first that there is doubt and then that it is silent, once", async () => {
    const link = listened();
    link.listen();
    await link.pass(5_000, true);
    await link.pass(60_000, false);
    expect(link.told).toEqual(["doubt", "restart", "lost"]);
  });

  it("[L53] listens only to what is connected, and to each connection anew", async () => {
    const link = listened();
    link.listen();
    await link.pass(5_000, true);
    link.connection.connectionState = "disconnected";
    await link.pass(5_000, false);
    expect([link.told, link.clock.next]).toEqual([[], undefined]);
    link.another();
    link.listen();
    await link.pass(5_000, true);
    expect(link.connection.channels).toHaveLength(1);
    link.connection.connectionState = "disconnected";
    await link.pass(5_000, false);
    expect([link.told, link.clock.next]).toEqual([[], undefined]);
  });

  it("[L133] goes on while nothing comes, whatever the link is called meanwhile, and says when something does", async () => {
    const link = listened();
    link.listen();
    await link.pass(5_000, true);
    link.become("recovering");
    await link.pass(10_000, false);
    await link.pass(1_000, true);
    expect(link.told).toEqual(["doubt", "restart", "lost", "heard"]);
  });

  it("[L134] asks for another connection when checks are answered and an answered restart brought nothing", async () => {
    const link = listened();
    link.listen();
    await link.pass(5_000, true);
    await link.pass(20_000, false, true);
    expect(link.told).toEqual(["doubt", "restart", "lost"]);
    link.connection.ufrag = "two";
    await link.pass(10_000, false, true);
    expect(link.told).toEqual(["doubt", "restart", "lost", "rebuild"]);
    link.another();
    link.listen();
    await link.pass(10_000, true);
    expect(link.told).toHaveLength(4);
  });

  it("[L134] says nothing of a connection that was replaced while its statistics were under way", async () => {
    const link = listened();
    link.listen();
    await link.pass(5_000, true);
    await link.pass(8_000, false, true);
    const { connection: old } = link;
    old.ufrag = "two";
    const statistics = old.getStats;
    old.getStats = async () => {
      const report = await statistics();
      link.another();
      return report;
    };
    await link.pass(400, false);
    await link.pass(20_000, true);
    expect(link.told).not.toContain("rebuild");
    expect(link.told).not.toContain("heard");
  });

  it("[L53] takes nothing for heard when a browser forgets a pair", () => {
    const countUp = arrivals();
    const report = (...pairs: [string, number][]) =>
      new Map(
        pairs.map(([id, bytes]) => [
          id,
          { type: "candidate-pair", bytesReceived: bytes, responsesReceived: 1 },
        ]),
      ) as unknown as RTCStatsReport;
    expect(countUp(report(["a", 5], ["b", 7]))).toEqual({ count: 12, checks: 2 });
    expect(countUp(report(["b", 7]))).toEqual({ count: 12, checks: 2 });
    expect(countUp(report(["b", 8], ["c", 1]))).toEqual({ count: 14, checks: 3 });
  });

  it("[L132] what came is read from the pair in use alone, and from all others once nothing comes over that", () => {
    const countUp = arrivals();
    let readAll = 0;
    const look = (inUse: number, other: number, selected = "P") => {
      const entries = new Map<string, object>([
        ["T", { type: "transport", selectedCandidatePairId: selected }],
        ["P", { type: "candidate-pair", id: "P", bytesReceived: inUse, currentRoundTripTime: 0.03 }],
        ["Q", { type: "candidate-pair", id: "Q", bytesReceived: other, currentRoundTripTime: 0.5 }],
      ]);
      const report = {
        get: (id: string) => entries.get(id),
        forEach(use: (entry: object, id: string) => void) {
          readAll++;
          entries.forEach(use);
        },
      };
      const { count, pair } = countUp(report as unknown as RTCStatsReport);
      return [count, pair?.["currentRoundTripTime"]];
    };
    expect(look(5, 0)).toEqual([5, 0.03]);
    readAll = 0;
    expect(look(6, 3)).toEqual([6, 0.03]);
    expect(readAll).toBe(0);
    // Nothing over that one; what came over the other one meanwhile counts as well.
    expect(look(6, 4, "Q")).toEqual([10, 0.5]);
    readAll = 0;
    expect(look(9, 5, "Q")).toEqual([11, 0.5]);
    expect(readAll).toBe(0);
    expect(look(9, 5, "Q")).toEqual([14, 0.5]);
  });

  it("[L53] a link that is connected and silent starts ICE again, and says so", async () => {
    const clock = fakeClock();
    const world = fakeWorld({ clock, random: seededRandom(1) });
    const links: LinkDriver[] = [];
    const logs: string[] = [];
    let isHeard = true;
    for (const side of [0, 1] as const) {
      const given = setup(side, world, (payload) => {
        clock.after(10, () => links[1 - side]?.receive(payload));
        return true;
      });
      const made = createTimedLink(
        {
          ...given,
          createConnection: () => {
            const fake = world.connection();
            const stats = fake.getStats.bind(fake);
            let received = 0;
            const listenable = {
              sctp: {},
              async getStats() {
                const report = await stats();
                if (isHeard) received++;
                return report.set("P", { ...report.get("P"), bytesReceived: received });
              },
            };
            for (const [key, value] of Object.entries(listenable))
              Object.defineProperty(fake, key, { value });
            return fake as unknown as RTCPeerConnection;
          },
        },
        clock,
      );
      links.push(made);
      if (side === 1)
        made.on("log", (event, detail) => /^(quiet|restart)$/.test(event) && logs.push(`${event} ${detail}`));
    }
    const [, link] = links as [LinkDriver, LinkDriver];
    await runUntil(clock, flush, () => false, 10_000);
    expect([link.state, logs]).toEqual(["connected", []]);
    isHeard = false;
    await runUntil(clock, flush, () => logs.length === 3, 5_000);
    expect(logs).toEqual(["quiet disconnected", "quiet disconnected", "restart silence"]);
    expect(link.connection?.connectionState).toBe("connected");
    for (const each of links) each.close("left");
  });
});
