import type { RosterEntry } from "@parlour/protocol";
import { postLimits } from "@parlour/protocol";
import { fakeClock, runUntil } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { makeCard, openCard, openIdentity, pairSealer, roomSecret } from "../private/index.ts";
import type { Membership } from "../room/membership.ts";
import type { Sealer } from "../seams.ts";
import { postKind } from "./pair.ts";
import { type PostOffice, postOffice } from "./post-office.ts";
import { bytes, entryOf, flush, text, twoPages } from "./two-offices.fixture.ts";

describe("post", () => {
  it("[Z1] brings a message to its topic, and says when it is there", async () => {
    const { offices, clock } = twoPages();
    const heard: string[] = [];
    offices[1].on("tea", (from, data) => heard.push(`${from} ${text(data)}`));
    offices[1].on("other", () => heard.push("wrong topic"));
    let isThere = false;
    offices[0].send("peer-2", "tea", bytes("one")).then(() => {
      isThere = true;
    });
    await flush();
    expect([heard, isThere]).toEqual([[], false]);
    await runUntil(clock, flush, () => isThere, 1_000);
    expect([heard, isThere]).toEqual([["peer-1 one"], true]);
  });

  it("[Z2] rejects what can't be sent, and what a page that is gone has not got", async () => {
    const { offices, seats } = twoPages();
    const large = new Uint8Array(postLimits.messageBytes + 1);
    await expect(offices[0].send("peer-2", "tea", large)).rejects.toMatchObject({ code: "too-large" });
    await expect(offices[0].send("peer-2", "No topic", bytes(""))).rejects.toMatchObject({
      code: "bad-request",
    });
    await expect(offices[0].send("peer-9", "tea", bytes(""))).rejects.toMatchObject({ code: "undelivered" });
    const lost = offices[0].send("peer-2", "tea", bytes("x"));
    // Another page of the same seat: what the one before has not got is not for this one.
    seats[0].set("peer-2", { entry: entryOf(2, "c".repeat(16)), card: undefined });
    offices[0].seatsChanged();
    await expect(lost).rejects.toMatchObject({ code: "undelivered" });
    const left = offices[0].send("peer-2", "tea", bytes("x"));
    seats[0].clear();
    offices[0].seatsChanged();
    await expect(left).rejects.toMatchObject({ code: "undelivered" });
  });

  it("[Z3] keeps what nobody listens to yet, within bounds, and hands it over in order", async () => {
    const { offices, clock, log } = twoPages();
    const all = Array.from({ length: postLimits.unheard + 3 }, (_, i) =>
      offices[0].send("peer-2", "later", bytes(`${i}`)),
    );
    let isThere = false;
    Promise.all(all).then(() => {
      isThere = true;
    });
    await runUntil(clock, flush, () => isThere, 20_000);
    const heard: string[] = [];
    offices[1].on("later", (_, data) => heard.push(text(data)));
    expect(heard).toEqual(Array.from({ length: postLimits.unheard }, (_, i) => `${i}`));
    expect(log).toEqual(["post-unheard", "post-unheard", "post-unheard"]);
  });

  it("[Z4] holds no more for a page than its bounds, and hands packets on no faster than the server takes them", async () => {
    const { offices, sent, clock } = twoPages(fakeClock(), () => {});
    const results: string[] = [];
    for (let i = 0; i < postLimits.underWay + postLimits.waiting + 5; i++)
      offices[0].send("peer-2", "tea", bytes("x")).catch(({ code }) => results.push(code));
    await flush();
    expect(results).toEqual(Array(5).fill("too-many"));
    expect(sent).toHaveLength(postLimits.underWay);
    for (let i = 0; i < 60; i++) offices[0].resync();
    await flush();
    expect(sent.length).toBeLessThanOrEqual(150);
    const before = sent.length;
    clock.advance(1_000);
    expect(sent.length - before).toBeLessThanOrEqual(60);
  });

  it("[Z5] a page that sends nonsense is dropped, and the others go on", async () => {
    const { offices, clock, log } = twoPages();
    const heard: string[] = [];
    offices[1].on("tea", (_, data) => heard.push(text(data)));
    const header = (number: number, acknowledged: number) => {
      const packet = new Uint8Array(20);
      packet[0] = postKind;
      new DataView(packet.buffer).setUint32(9, acknowledged);
      new DataView(packet.buffer).setUint32(5, number);
      return packet;
    };
    for (const wrong of [
      new Uint8Array(),
      Uint8Array.of(postKind),
      header(1, 0),
      header(0, 99),
      Uint8Array.of(3, 0),
    ])
      offices[1].receive("peer-1", wrong);
    offices[1].receive("nobody", header(1, 0));
    let isThere = false;
    offices[0].send("peer-2", "tea", bytes("one")).then(() => {
      isThere = true;
    });
    await runUntil(clock, flush, () => isThere, 5_000);
    expect(heard).toEqual(["one"]);
    expect(log).toEqual([]);
  });

  it("[Z7] is sealed for the one page it is meant for, and no packet of a link passes for one of the post", async () => {
    const certificates = {
      make: async () => ({ expires: Infinity }) as RTCCertificate,
      fingerprint: async () => `sha-256 ${Array(32).fill("AB").join(":")}`,
    };
    const secret = await roomSecret("tea", new Uint8Array(16));
    const identities = await Promise.all(
      [0, 1].map(async () => (await openIdentity("", undefined, certificates, 0)).identity),
    );
    const cards = await Promise.all(
      identities.map(async (identity) =>
        openCard(secret, identity.id, await makeCard(secret, identity, "Ada")),
      ),
    );
    const entries = identities.map(({ id }, i) => ({ ...entryOf(i + 1), id }));
    const clock = fakeClock();
    const wire: Uint8Array[] = [];
    const log: string[] = [];
    const sealers: Sealer[] = [];
    const offices: PostOffice[] = entries.map((me, i) => {
      const other = entries[1 - i] as RosterEntry;
      const card = cards[1 - i];
      if (!card) throw new Error("no card");
      const sealer = (a: RosterEntry, b: RosterEntry) => {
        const made = pairSealer(secret, identities[i] as never, a, { ...b, card });
        sealers[i] = made;
        return made;
      };
      return postOffice({
        own: { me, membership: { sealer } as unknown as Membership },
        seats: new Map([[other.id, { entry: other, card }]]),
        timekeeper: clock,
        log: (event) => log.push(event),
        signal(number, payload) {
          wire.push(payload.slice());
          clock.after(5, () => offices[number - 1]?.receive(me.id, payload.slice()));
          return true;
        },
      });
    });
    const heard: string[] = [];
    offices[1]?.on("tea", (_, data) => heard.push(text(data)));
    let isThere = false;
    offices[0]?.send(entries[1]?.id ?? "", "tea", bytes("a very secret word")).then(() => {
      isThere = true;
    });
    await runUntil(
      clock,
      () => new Promise((resolve) => setTimeout(resolve, 5)),
      () => isThere,
      5_000,
    );
    expect(heard).toEqual(["a very secret word"]);
    expect(wire.length).toBeGreaterThan(0);
    for (const packet of wire) expect(new TextDecoder("latin1").decode(packet)).not.toContain("secret");
    // Each byte is bound: altered, nothing opens. So is the first, which tells the post from a link.
    const [first] = wire as [Uint8Array];
    const [header, sealed] = [first.slice(0, 13), first.slice(13)];
    expect(await sealers[1]?.open(sealed, header)).toBeDefined();
    expect(await sealers[1]?.open(sealed, Uint8Array.of(0, ...header.subarray(1)))).toBeUndefined();
    expect(await sealers[0]?.open(sealed, header)).toBeUndefined();
    for (let i = 0; i < first.length; i++) {
      const altered = first.slice();
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(await sealers[1]?.open(altered.slice(13), altered.slice(0, 13))).toBeUndefined();
    }
  });
});
