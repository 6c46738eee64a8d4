import type { EngineEvents, Reach } from "@parlour/forwarder";
import { decodeSignal, forwarderSeat } from "@parlour/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { fakeEngine } from "../../../forwarder/node/fake-engine.fixture.ts";
import { openHouse, pass, type TestHouse, type TestVisitor, testClock } from "../server/visit.fixture.ts";
import type { CameBy } from "./setup.ts";

let house: TestHouse;
afterEach(() => house.close());

const receiver = { peer: "ada", downlinkBits: 1e6, lossShare: 0, resent: 0 };
const picture = { mid: "1", peer: "bob", source: "camera", layer: 0, layers: 3, height: 180 };
const busy = {
  ...{
    packetsIn: 1,
    bytesIn: 1,
    packetsOut: 1,
    bytesOut: 1,
    keyFrameRequests: 1,
    retransmitted: 1,
    lostUpstream: 1,
  },
  receivers: [
    { ...receiver, pictures: [picture, picture] },
    { ...receiver, pictures: [picture] },
  ],
};

/** The fake that passes the contract of engines, and what it was told. */
function recordingEngine() {
  const told: string[] = [];
  const reached: Reach[] = [];
  let events: EngineEvents | undefined;
  return {
    told,
    reached,
    send: (room: string, peer: string, text: string) => events?.send(room, peer, Buffer.from(text)),
    forwarder: {
      start: async (given: EngineEvents) => {
        events = given;
        const statistics = { rooms: 1, connections: 6, cpuMs: 1500, restarts: 2, perRoom: { tea: busy } };
        return fakeEngine(given, { told, reached, statistics: async () => statistics });
      },
      reach: ({ localAddress = "?" }: CameBy) => ({ addresses: [localAddress] }),
    },
  };
}

const capabilities = ["forwarded", "sealed-frames"];
const sends = (cameras: number) => ({ type: "media", cameras, screens: 0, sound: true }) as const;

/** Six people with cameras, in a room that therefore goes over the engine. */
async function six() {
  const clock = testClock();
  const recorded = recordingEngine();
  house = await openHouse({ forwarder: recorded.forwarder }, { clock });
  const people: { visitor: TestVisitor; id: string; token: string; epoch: string }[] = [];
  for (let n = 0; n < 6; n++) {
    const visitor = await house.visit();
    const epoch = `epoch-of-number${n}`;
    const { you, token, room } = await visitor.enter("tea", { capabilities, epoch });
    expect(room.topology).toBe("mesh");
    people.push({ visitor, id: you.id, token, epoch });
    visitor.send(sends(1));
  }
  for (const { visitor } of people) {
    const { room } = await visitor.next("room", (frame) => frame.room.topology === "forwarder");
    expect(room).toMatchObject({ plan: 1, engine: "embedded" });
  }
  return { ...recorded, clock, people };
}

describe("the engine beside the rooms", () => {
  it("[X97] gets a room and everyone in it when the plan says so, and hears and speaks as seat 0", async () => {
    const { told, reached, people, send } = await six();
    const [first] = people as [(typeof people)[0]];
    expect(told).toEqual(["open tea", ...people.map(({ id }) => `admit tea ${id}`)]);
    expect(reached[0]).toEqual({ addresses: ["127.0.0.1"] });
    first.visitor.signal(forwarderSeat, "an offer");
    await first.visitor.settled();
    expect(told.at(-1)).toBe(`receive tea ${first.id} an offer`);
    send("tea", first.id, "an answer");
    send("tea", "nobody", "lost");
    send("den", first.id, "lost");
    const signal = await first.visitor.nextSignal();
    const { peer, payload } = decodeSignal(signal) ?? {};
    expect([peer, Buffer.from(payload ?? []).toString()]).toEqual([forwarderSeat, "an answer"]);
  });

  it("[X97] admits who comes later, is told anew of who comes back, and of who goes", async () => {
    const { told, people } = await six();
    told.length = 0;
    const late = await house.visit();
    const { you, room } = await late.enter("tea", { capabilities });
    expect(room).toMatchObject({ topology: "forwarder", engine: "embedded" });
    expect(told).toEqual([`admit tea ${you.id}`]);
    const [{ id, token, epoch }] = people as [(typeof people)[0]];
    const again = await house.visit();
    await again.enter("tea", { capabilities, token, epoch });
    expect(told.slice(1)).toEqual([`admit tea ${id}`, `resync tea ${id}`]);
    late.send({ type: "leave" });
    await again.next("left");
    await again.settled();
    expect(told.at(-1)).toBe(`evict tea ${you.id}`);
  });

  it("[X98] keeps the room for half a minute after a move back, and lets go of it at once when it ends", async () => {
    const { told, people, clock } = await six();
    const visitors = people.map(({ visitor }) => visitor);
    const [first, second, third] = visitors as [TestVisitor, TestVisitor, TestVisitor];
    told.length = 0;
    first.send(sends(0));
    second.send(sends(0));
    await pass(clock, 24_000, ...visitors);
    await third.next("room", (frame) => frame.room.topology === "mesh");
    expect(told).toEqual([]);
    await pass(clock, 32_000, ...visitors);
    expect(told).toEqual(["close tea"]);
    // Nobody is admitted any more, so nothing is passed on.
    first.signal(forwarderSeat, "late");
    await first.settled();
    expect(told).toEqual(["close tea"]);
  });

  it("[X97] has nothing to do with who is not in a room that it carries", async () => {
    const { told } = await six();
    told.length = 0;
    const other = await house.visit();
    await other.enter("den", { capabilities });
    other.signal(forwarderSeat, "psst");
    await other.settled();
    expect(told).toEqual([]);
  });

  it("[X104] what it does is in /metrics", async () => {
    await six();
    const text = await (await house.fetch("/metrics")).text();
    expect(text).toMatch(/^parlour_forwarder_rooms 1$/m);
    expect(text).toMatch(/^parlour_forwarder_connections 6$/m);
    expect(text).toMatch(/^parlour_forwarder_processor_seconds 1.5$/m);
    expect(text).toMatch(/^parlour_forwarder_restarts 2$/m);
    expect(text).toMatch(/^parlour_forwarder_pictures 3$/m);
  });

  it("[X99] what a page says of its media is bounded in size and rate, and refused before it has a seat", async () => {
    const { people } = await six();
    const stranger = await house.visit();
    stranger.send(sends(1));
    expect((await stranger.next("refused")).code).toBe("unexpected");
    const [{ visitor }] = people as [(typeof people)[0]];
    visitor.socket.send(JSON.stringify({ ...sends(1), cameras: 1e9 }));
    expect((await visitor.next("refused")).code).toBe("bad-frame");
    for (let n = 0; n < 60; n++) visitor.send(sends(1));
    expect((await visitor.next("refused")).code).toBe("too-many");
  });
});
