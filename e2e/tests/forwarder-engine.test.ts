import { createTurnServer, labId, makeCredentials, serviceAddress } from "@parlour/turn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineRoom, ownAddress, type Person } from "../harness/engine-room.ts";

/* Bare pages, without the SDK, at the embedded engine. */

const wants = (person: Person, of: Person, height: number): Promise<void> =>
  person.test.page.evaluate((peer, high) => window.bare.want(peer, high), of.peer, height);
const flows = ({ frames, isVisible }: { frames: number; isVisible: boolean }): boolean =>
  frames > 5 && isVisible;
/** More frames than there are now. */
const goesOn = async (person: Person, of: Person): Promise<void> => {
  const { frames } = await person.seen(of, flows, "a picture");
  await person.seen(of, (place) => place.frames > frames + 5, "more of the picture");
};

describe.each([
  ["chromium", "firefox"],
  ["firefox", "chromium"],
] as const)("%s publishes", (publisherKind, otherKind) => {
  let room: EngineRoom;
  let publisher: Person;
  let receiver: Person;
  beforeAll(async () => {
    room = await EngineRoom.open();
    publisher = await room.enter(publisherKind, { publishes: true, places: 0 });
    receiver = await room.enter(otherKind, { publishes: false, places: 1 });
  });
  afterAll(() => room.close());

  it("[X54] camera and tone come through the engine", async () => {
    await wants(receiver, publisher, 480);
    await receiver.seen(publisher, flows, "a picture");
    await receiver.until(
      ({ places }) =>
        places.some(({ kind, packets, peer }) => kind === "audio" && packets > 50 && peer === publisher.peer),
      "sound",
    );
  });

  it("[X54] who comes late has a picture at once, and who wants a smaller one gets it", async () => {
    const late = await room.enter(publisherKind, { publishes: false, places: 1 });
    await wants(late, publisher, 120);
    await late.seen(publisher, (place) => flows(place) && place.height === 240, "the small layer");
    await room.leave(late);
  });

  it("[X54] the large layer comes when it is wanted, and the small one again", async () => {
    await receiver.seen(publisher, ({ height }) => height === 480, "the large layer", 30_000);
    await wants(receiver, publisher, 120);
    await receiver.seen(publisher, ({ height }) => height === 240, "the small layer");
    await wants(receiver, publisher, 480);
    await receiver.seen(publisher, ({ height }) => height === 480, "the large layer");
  });

  it("[X54] a camera is taken away and comes again, and muting is told", async () => {
    await publisher.test.page.evaluate(() => window.bare.camera(false));
    await receiver.until(({ tracks }) => tracks.every(({ video }) => video === "none"), "the news");
    await receiver.until(
      ({ places }) => places.every(({ kind, peer }) => kind === "audio" || !peer),
      "an empty place",
    );
    await publisher.test.page.evaluate(() => window.bare.camera(true));
    await goesOn(receiver, publisher);
    await publisher.test.page.evaluate(() => window.bare.mute(true));
    await receiver.until(({ tracks }) => tracks.some(({ audio }) => audio === "muted"), "the muting");
  });

  it("[X48] media flows again after a media thread has ended", async () => {
    const people = [publisher, receiver];
    const before = await Promise.all(people.map(async (person) => (await person.report()).connections));
    room.engine.workers[0]?.end("a test");
    for (const [index, person] of people.entries())
      await person.until(
        ({ connections, connection }) => connections > (before[index] ?? 0) && connection === "connected",
        "another connection",
      );
    await goesOn(receiver, publisher);
  });

  it("[X47] who is put out is gone from all places", async () => {
    await room.leave(publisher);
    await receiver.until(
      ({ places, tracks }) => tracks.length === 0 && places.every(({ peer }) => !peer),
      "empty places",
    );
  });
});

describe("through the relay alone", () => {
  it.each(["chromium", "firefox"] as const)(
    "[X52] %s sends and receives over TCP, with 5 % of all packets lost",
    async (kind) => {
      const room = await EngineRoom.open();
      const secret = "a secret of these tests";
      const turn = createTurnServer({
        secret,
        mode: "closed",
        service: { host: "127.0.0.1", port: room.engine.port },
      });
      try {
        const host = ownAddress();
        const { port } = await turn.listenTcp({ port: 0, host });
        room.reach = { addresses: [], inside: serviceAddress };
        const relay = (name: string): RTCIceServer => ({
          urls: `turn:${host}:${port}?transport=tcp`,
          ...makeCredentials(secret, labId({ loss: 0.05 }, `room/${name}/`), 600, Date.now()),
        });
        const one = await room.enter(kind, { publishes: true, places: 0, relay: relay("one") });
        const other = await room.enter(kind, { publishes: false, places: 1, relay: relay("other") });
        await wants(other, one, 480);
        await goesOn(other, one);
        for (const person of [one, other]) expect((await person.report()).relayProtocol).toBe("tcp");
      } finally {
        await room.close();
        await turn.close();
      }
    },
  );
});
