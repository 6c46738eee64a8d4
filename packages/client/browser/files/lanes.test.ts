import { describe, expect, it } from "vitest";
import { gainOf } from "./gain.ts";
import { createLanes, type Lanes, lanesLimits } from "./lanes.ts";
import { type LanesMessage, readLanesMessage, sdpCharacters } from "./lanes-messages.ts";

class FakeChannel {
  readyState = "connecting";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
}

/** As much of a connection as lanes use. */
class FakeConnection {
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  onicecandidate: ((event: { candidate: { candidate: string; sdpMid: string } | null }) => void) | null =
    null;
  onconnectionstatechange: (() => void) | null = null;
  readonly channel = new FakeChannel();
  readonly remote: string[] = [];
  readonly candidates: string[] = [];
  isClosed = false;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  createDataChannel(_label: string, init: RTCDataChannelInit) {
    expect(init).toEqual({ negotiated: true, id: 0, ordered: false });
    return this.channel;
  }
  async setLocalDescription() {
    this.localDescription = { sdp: `sdp of ${this.name}` };
  }
  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }) {
    if (sdp === "no sdp") throw new Error("what is this");
    this.remote.push(`${type} ${sdp}`);
  }
  async addIceCandidate({ candidate }: { candidate: string }) {
    this.candidates.push(candidate);
  }
  close() {
    this.isClosed = true;
  }
  open() {
    this.connectionState = "connected";
    this.channel.readyState = "open";
    this.channel.onopen?.();
    this.onconnectionstatechange?.();
  }
  fail() {
    this.connectionState = "failed";
    this.onconnectionstatechange?.();
  }
}

interface Side {
  readonly lanes: Lanes;
  readonly made: FakeConnection[];
  readonly told: string[];
}

/** Two pages whose words reach each other at once, and a clock that is moved by hand. */
function twoPages() {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  const sides: Record<string, Side> = {};
  let underWay: (() => void)[] | undefined;
  const said: (LanesMessage & { readonly from: string })[] = [];
  const side = (name: string, other: string, isOfferer: boolean): Side => {
    const made: FakeConnection[] = [];
    const told: string[] = [];
    const lanes = createLanes({
      isOfferer,
      configuration: () => ({}),
      say(message) {
        said.push({ ...message, from: name });
        const give = () => sides[other]?.lanes.receive(structuredClone(message));
        if (underWay) underWay.push(give);
        else give();
      },
      onFrame: (bytes) => told.push(`frame of ${bytes.length}`),
      onRoom: () => {},
      onLost: () => told.push("lost"),
      now: () => now,
      after(ms, callback) {
        const timer = { at: now + ms, callback };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
      create() {
        const one = new FakeConnection(`${name}${made.length + 1}`);
        made.push(one);
        return one as unknown as RTCPeerConnection;
      },
    });
    return { lanes, made, told };
  };
  const ada = side("ada", "bo", true);
  const bo = side("bo", "ada", false);
  Object.assign(sides, { ada, bo });
  return {
    ada,
    bo,
    said,
    /** What is said from now on is under way until it is released. */
    hold() {
      underWay = [];
      return {
        release() {
          while (underWay && underWay.length > 0) underWay.shift()?.();
        },
      };
    },
    settle: () => new Promise((resolve) => setImmediate(resolve)),
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const [due] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!due) break;
        now = due.at;
        timers.delete(due);
        due.callback();
      }
      now = end;
    },
    close() {
      ada.lanes.close();
      bo.lanes.close();
    },
  };
}
type World = ReturnType<typeof twoPages>;

async function opened(world: World): Promise<void> {
  await world.settle();
  for (const one of [...world.ada.made, ...world.bo.made]) if (!one.isClosed) one.open();
}

describe("more lanes", () => {
  it("[F112] three more on demand of either side, described over the connection that is there", async () => {
    for (const asker of ["ada", "bo"] as const) {
      const world = twoPages();
      world[asker].lanes.want();
      world[asker].lanes.want();
      await world.settle();
      expect(world.said.filter(({ lanes }) => lanes === "wanted")).toHaveLength(asker === "bo" ? 1 : 0);
      expect(world.ada.made.map(({ remote }) => remote)).toEqual([
        ["answer sdp of bo1"],
        ["answer sdp of bo2"],
        ["answer sdp of bo3"],
      ]);
      expect(world.bo.made.map(({ remote }) => remote)).toEqual([
        ["offer sdp of ada1"],
        ["offer sdp of ada2"],
        ["offer sdp of ada3"],
      ]);
      world.ada.made[1]?.onicecandidate?.({ candidate: { candidate: "candidate:1", sdpMid: "0" } });
      world.ada.made[1]?.onicecandidate?.({ candidate: null });
      await world.settle();
      expect(world.bo.made.map(({ candidates }) => candidates.length)).toEqual([0, 1, 0]);
      expect(world.ada.lanes.open).toEqual([]);
      await opened(world);
      expect(world.ada.lanes.open).toHaveLength(3);
      world.bo.made[0]?.channel.onmessage?.({ data: new ArrayBuffer(7) });
      world.bo.made[0]?.channel.onmessage?.({ data: "text" });
      expect(world.bo.told).toEqual(["frame of 7"]);
      // One whose network is away for the moment carries nothing.
      if (world.ada.made[0]) world.ada.made[0].connectionState = "disconnected";
      expect(world.ada.lanes.open).toHaveLength(2);
      world.close();
      expect(world.ada.made.every(({ isClosed }) => isClosed)).toBe(true);
    }
  });

  it("[F112] are answered in whatever order the browser describes them, each once", async () => {
    const world = twoPages();
    const { ada, bo } = world;
    const offer = (lane: number) =>
      bo.lanes.receive({ lanes: "description", lane, kind: "offer", sdp: `sdp of ada${lane}` });
    for (const lane of [1, 3, 2, 2, 1]) offer(lane);
    await world.settle();
    expect(bo.made.map(({ remote }) => remote)).toEqual([
      ["offer sdp of ada1"],
      ["offer sdp of ada3"],
      ["offer sdp of ada2"],
    ]);
    for (const lane of [1, 3, 2]) bo.lanes.receive({ lanes: "closed", lane });
    // Of those that are gone nothing comes back, and the next ones are new.
    for (const lane of [2, 3, 1, 6, 4, 3, 5]) offer(lane);
    await world.settle();
    expect(bo.made.slice(3).map(({ remote }) => remote)).toEqual([
      ["offer sdp of ada6"],
      ["offer sdp of ada4"],
      ["offer sdp of ada5"],
    ]);
    // A page that was reloaded begins to count.
    bo.lanes.reset();
    offer(1);
    await world.settle();
    expect(bo.made.slice(6).map(({ remote }) => remote)).toEqual([["offer sdp of ada1"]]);
    expect(ada.made).toEqual([]);
    world.close();
  });

  it("[F112] never more than 24 in a page", async () => {
    const worlds = Array.from({ length: 5 }, twoPages);
    for (const { ada } of worlds) ada.lanes.want();
    await worlds[0]?.settle();
    // What the other page has no place for is closed here as well.
    const made = worlds.flatMap(({ ada, bo }) => [...ada.made, ...bo.made]);
    expect(made.length).toBeGreaterThan(lanesLimits.perPage);
    expect(made.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(lanesLimits.perPage);
    for (const world of worlds) world.close();
    const later = twoPages();
    later.ada.lanes.want();
    await later.settle();
    expect(later.bo.made).toHaveLength(3);
    later.close();
  });

  it("[F113] one that is lost is told of, on both sides; one that never opened is not, and rests", async () => {
    const world = twoPages();
    world.ada.lanes.want();
    await opened(world);
    world.ada.made[2]?.fail();
    expect(world.ada.told).toEqual(["lost"]);
    expect(world.bo.told).toEqual(["lost"]);
    expect(world.bo.lanes.open).toHaveLength(2);
    // One that is away may come back, for a moment.
    const one = world.ada.made[0];
    for (const state of ["disconnected", "connected", "disconnected"]) {
      world.pass(lanesLimits.awayMs - 1);
      if (one) one.connectionState = state;
      one?.onconnectionstatechange?.();
    }
    expect(world.ada.told).toEqual(["lost"]);
    world.ada.lanes.used();
    world.pass(lanesLimits.awayMs);
    expect(world.ada.told).toEqual(["lost", "lost"]);
    world.close();

    const blocked = twoPages();
    blocked.ada.lanes.want();
    await blocked.settle();
    blocked.pass(lanesLimits.openMs);
    expect(blocked.ada.made.every(({ isClosed }) => isClosed)).toBe(true);
    expect(blocked.ada.told).toEqual([]);
    blocked.ada.lanes.want();
    expect(blocked.ada.made).toHaveLength(3);
    blocked.pass(lanesLimits.restMs);
    blocked.ada.lanes.want();
    expect(blocked.ada.made).toHaveLength(6);
    blocked.close();
  });

  it("[F113] those that nobody uses are given back, and are there again when they are wanted", async () => {
    const world = twoPages();
    world.bo.lanes.want();
    await opened(world);
    world.pass(lanesLimits.idleMs - 1_000);
    world.ada.lanes.used();
    world.bo.made[0]?.channel.onmessage?.({ data: new ArrayBuffer(1) });
    world.pass(2_000);
    expect(world.ada.lanes.open).toHaveLength(3);
    world.pass(2 * lanesLimits.idleMs);
    expect([world.ada.lanes.open, world.bo.lanes.open]).toEqual([[], []]);
    world.bo.lanes.want();
    await opened(world);
    expect(world.bo.lanes.open).toHaveLength(3);
    world.close();
  });

  it("[F113] those that carry no more than one did are given up, and another connection starts anew", async () => {
    const world = twoPages();
    world.ada.lanes.want();
    await opened(world);
    world.ada.lanes.giveUp();
    expect(world.ada.lanes.open).toEqual([]);
    // What the other page sends is its own business, and what is under way arrives.
    expect(world.bo.lanes.open).toHaveLength(3);
    world.pass(2 * lanesLimits.idleMs);
    expect(world.ada.made.every(({ isClosed }) => isClosed)).toBe(true);
    expect([...world.ada.told, ...world.bo.told]).toEqual([]);
    world.ada.lanes.want();
    expect(world.ada.made).toHaveLength(3);
    world.ada.lanes.reset();
    world.bo.lanes.reset();
    world.ada.lanes.want();
    await opened(world);
    expect(world.ada.lanes.open).toHaveLength(3);
    world.close();
  });

  it("[F112] a page that makes others make connections again and again is refused for a while", async () => {
    const world = twoPages();
    const offer = (lane: number) => {
      world.bo.lanes.receive({ lanes: "description", lane, kind: "offer", sdp: "one" });
      world.bo.lanes.receive({ lanes: "closed", lane });
    };
    for (let lane = 1; lane <= 40; lane++) offer(lane);
    expect(world.bo.made).toHaveLength(lanesLimits.answers);
    world.pass(lanesLimits.restMs + 1);
    offer(41);
    expect(world.bo.made).toHaveLength(lanesLimits.answers + 1);
    world.close();
  });

  it("what is no message, or comes too late, changes nothing", async () => {
    const refused: unknown[] = [
      undefined,
      null,
      7,
      "wanted",
      {},
      { lanes: "description", lane: 0, kind: "offer", sdp: "" },
      { lanes: "description", lane: 1.5, kind: "offer", sdp: "" },
      { lanes: "description", lane: 1, kind: "pranswer", sdp: "" },
      { lanes: "description", lane: 1, kind: "offer", sdp: "x".repeat(sdpCharacters + 1) },
      { lanes: "candidate", lane: 1, candidate: "x".repeat(2_000), mid: "0" },
      { lanes: "candidate", lane: 1, candidate: "x" },
      { lanes: "else", lane: 1 },
    ];
    for (const one of refused) expect(readLanesMessage(one)).toBeUndefined();
    const world = twoPages();
    world.ada.lanes.want();
    await opened(world);
    world.bo.lanes.receive({ lanes: "description", lane: 2, kind: "offer", sdp: "again" });
    world.bo.lanes.receive({ lanes: "candidate", lane: 9, candidate: "candidate:9", mid: "0" });
    world.ada.lanes.receive({ lanes: "description", lane: 7, kind: "offer", sdp: "not for us to answer" });
    await world.settle();
    expect([world.ada.made.length, world.bo.made.length]).toEqual([3, 3]);
    // Three are enough: a fourth is refused, and one that can't be read as well.
    world.bo.lanes.receive({ lanes: "description", lane: 8, kind: "offer", sdp: "one more" });
    expect(world.said.at(-1)).toEqual({ lanes: "closed", lane: 8, from: "bo" });
    world.bo.made[0]?.fail();
    world.bo.lanes.receive({ lanes: "description", lane: 9, kind: "offer", sdp: "no sdp" });
    await world.settle();
    expect(world.said.at(-1)).toEqual({ lanes: "closed", lane: 9, from: "bo" });
    world.close();
  });
});

describe("what several lanes gain", () => {
  it("[F113] is what they carry against what one carried; what only waits in the browser does not count", () => {
    const measure = (before: number, after: number): string[] => {
      let now = 0;
      const gain = gainOf(() => now);
      const said: string[] = [];
      // Two megabytes go into the browser at once, then as many as it gets rid of.
      for (const [rate, areSeveral, seconds] of [
        [before, false, 5],
        [after, true, 10],
      ] as const)
        for (let i = 0; i < seconds * 10; i++) {
          now += 100;
          const is = gain.note(i === 0 ? 2e6 + rate / 10 : rate / 10, 2e6, areSeveral);
          if (is) said.push(is);
        }
      return said;
    };
    expect(measure(1e6, 4e6)).toEqual([]);
    expect(measure(4e6, 4.2e6)).toEqual(["none"]);
    expect(measure(4e6, 1e6)).toEqual(["none"]);
  });
});
