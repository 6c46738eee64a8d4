import { afterEach, describe, expect, it } from "vitest";
import { newKey, privatePage } from "../server/private.fixture.ts";
import { openHouse, type TestHouse } from "../server/visit.fixture.ts";

let house: TestHouse;
afterEach(() => house.close());

const payloadOf = (frame: Uint8Array): string => Buffer.from(frame.subarray(5)).toString();
const numberOf = (frame: Uint8Array): number => Buffer.from(frame).readUInt32BE(1);

describe("signals", () => {
  it("[G14] a signal reaches the seat it names, with the sender's number and its payload as it was", async () => {
    house = await openHouse();
    const [ada, bob, eve] = [await house.visit(), await house.visit(), await house.visit()];
    const a = await ada.enter("tea");
    const b = await bob.enter("tea");
    await eve.enter("tea");
    const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 7) & 255);
    ada.signal(b.you.number, bytes);
    const got = await bob.nextSignal();
    expect(numberOf(got)).toBe(a.you.number);
    expect(Buffer.compare(got.subarray(5), bytes)).toBe(0);
    bob.signal(a.you.number, "back");
    expect(payloadOf(await ada.nextSignal())).toBe("back");
    await eve.settled();
    expect(eve.signals).toEqual([]);
  });

  it("[G14] a peer in one room cannot signal into another", async () => {
    house = await openHouse();
    const key = newKey();
    const pages = [
      await house.visit(),
      await house.visit(),
      await house.visit(),
      await house.visit(),
    ] as const;
    const [ada, bob, mallory, carol] = pages;
    await ada.enter("open");
    const b = await bob.enter("open");
    await mallory.enter("shut", privatePage(key));
    const c = await carol.enter("shut", privatePage(key));
    // Both rooms have a seat of that number; each sender reaches only the one of its own room.
    expect(b.you.number).toBe(c.you.number);
    mallory.signal(b.you.number, "from the other room");
    ada.signal(b.you.number, "from this room");
    expect(payloadOf(await bob.nextSignal())).toBe("from this room");
    expect(payloadOf(await carol.nextSignal())).toBe("from the other room");
    await Promise.all(pages.map((page) => page.settled()));
    expect(pages.flatMap((page) => page.signals)).toEqual([]);
  });

  it("[G15] a signal to nobody, to oneself or to a seat that is away is dropped without a word", async () => {
    house = await openHouse();
    const [ada, bob] = [await house.visit(), await house.visit()];
    const a = await ada.enter("tea");
    const b = await bob.enter("tea");
    bob.socket.close(1001);
    await ada.next("changed", ({ peer }) => peer.presence === "away");
    ada.frames.length = 0;
    for (const number of [b.you.number, a.you.number, 0, 77, 2 ** 32 - 1]) ada.signal(number, "hello?");
    await ada.settled();
    expect(ada.frames).toEqual([]);
    expect(ada.signals).toEqual([]);
  });

  it("[G16] nobody gets a signal from a seat before that seat's joined", async () => {
    house = await openHouse();
    const ada = await house.visit();
    const a = await ada.enter("tea");
    const seen: string[] = [];
    ada.socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) seen.push(`signal ${data.readUInt32BE(1)}`);
      else {
        const frame = JSON.parse(data.toString());
        if (frame.type === "joined") seen.push(`joined ${frame.peer.number}`);
      }
    });
    for (let i = 0; i < 10; i++) {
      const guest = await house.visit();
      guest.socket.on("message", (data: Buffer, isBinary) => {
        if (!isBinary && JSON.parse(data.toString()).type === "welcome")
          guest.signal(a.you.number, "at once");
      });
      const { you } = await guest.enter("tea");
      await ada.nextSignal();
      expect(seen).toEqual([`joined ${you.number}`, `signal ${you.number}`]);
      seen.length = 0;
    }
  });
});
