import type { PeerId } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { FakeOffer, FakeTaking, offeredFile } from "../../../test/fake-files.ts";
import { FakePeer, FakeRoom } from "../../../test/fake-room.ts";
import { Announcer } from "../announcer.ts";
import { Files } from "./files.ts";

const peerId = (id: string) => id as PeerId;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function setup() {
  const room = new FakeRoom();
  const bo = new FakePeer(peerId("bo"), "Bo");
  room.peers.set(bo.id, bo);
  const said: string[] = [];
  const announcer = new Announcer(() => () => undefined);
  announcer.polite.subscribe((news) => news && said.push(news.text));
  announcer.urgent.subscribe((news) => news && said.push(`! ${news.text}`));
  let tick = () => {};
  const files = new Files(room, announcer, (_, run) => {
    tick = run;
    return () => {
      tick = () => {};
    };
  });
  /** A change that is looked at a moment later. */
  const change = (changing: { change(): void }) => {
    changing.change();
    tick();
  };
  const offers = (...names: readonly string[]) => {
    const offer = new FakeOffer(
      `offer-${names[0]}`,
      bo,
      names.map((name) => offeredFile(name, 1_500_000)),
    );
    room.files.offers = [...room.files.offers, offer];
    room.emit("offer", offer);
    return offer;
  };
  /** As the SDK does it: the offer is gone from its list, the taking stands in another. */
  const accept = (offer: FakeOffer) => {
    files.accept(offer);
    room.files.offers = room.files.offers.filter((one) => one !== offer);
    room.files.takings = [...room.files.takings, offer.taking];
    change(room.files);
    return offer.taking;
  };
  return { room, bo, files, said, offers, accept, change };
}
const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
const file = (name: string) => new File(["x"], name);

describe("files of a call", () => {
  it("[W81] an offer is announced and listed until it is answered or taken back", () => {
    const { files, said, offers, room, accept, change } = setup();
    const [first, second, third] = [offers("a.txt"), offers("b.txt"), offers("c.txt")];
    expect(said[0]).toBe("Bo offers a.txt (1.5 MB)");
    accept(first);
    files.decline(second);
    expect(names(files.offers.value)).toEqual(["c.txt"]);
    third.state = "ended";
    change(third);
    expect(names(files.offers.value)).toEqual([]);
    expect(names(files.takings.value)).toEqual(["a.txt"]);
    // One that this page was taking before a reload goes on by itself, and is no news.
    const again = new FakeOffer("again", room.peers.get(peerId("bo")) as FakePeer, [offeredFile("d", 1)]);
    again.state = "accepted";
    const count = said.length;
    room.emit("offer", again);
    expect(said.length).toBe(count);
  });

  it("[W83] what arrived is said and rings when that was asked for, what did not is said with its reason", async () => {
    const { files, said, offers, accept } = setup();
    const rung: string[] = [];
    const [one, two, three, four] = ["1", "2", "3", "4"].map((name) => accept(offers(name)));
    one?.finish();
    await settled();
    files.tellWith({ ring: (sentence) => rung.push(sentence) });
    two?.finish();
    three?.fail("disk-full");
    four?.fail("aborted");
    await settled();
    expect(rung).toEqual(["2 is here."]);
    expect(said.slice(4)).toEqual([
      "1 is here.",
      "2 is here.",
      "! 3 did not arrive. There is no room left for it. Make room and accept it again: what you have is kept.",
    ]);
    expect([...files.outcomes.value].map(([id, { state }]) => `${id} ${state}`)).toEqual([
      "offer-1 received",
      "offer-2 received",
      "offer-3 failed",
      "offer-4 failed",
    ]);
  });

  it("[W83] what failed can be accepted again, and is followed like the first time", async () => {
    const { files, said, offers, accept, room } = setup();
    const offer = offers("a");
    accept(offer).fail("disk-full");
    await settled();
    const again = new FakeOffer(offer.id, offer.from as FakePeer, offer.files);
    room.files.takings = [];
    const taking = accept(again);
    expect(files.outcomes.value.size).toBe(0);
    taking.finish();
    await settled();
    expect(said.at(-1)).toBe("a is here.");
    expect(files.outcomes.value.get(offer.id)?.state).toBe("received");
  });

  it("[F115] what went into a folder is said, and what could not be put there with its reason", async () => {
    const { files, said, offers } = setup();
    const [one, two] = [offers("1"), offers("2")];
    two.taking.poured = Promise.reject(Object.assign(new Error(), { code: "disk-full" }));
    two.taking.poured.catch(() => {});
    for (const offer of [one, two]) {
      files.accept(offer, () => new WritableStream());
      offer.taking.finish();
    }
    await settled();
    expect(said).toContain("1 is in your folder.");
    expect(said.at(-1)).toMatch(/^! 2 could not be put into your folder. There is no room left/);
  });

  it("[W83] progress is shown without a word", async () => {
    const { files, said, offers, accept, change } = setup();
    const taking = accept(offers("a"));
    const [looks, words] = [files.looks.value, said.length];
    taking.progress = { ...taking.progress, bytes: 10 };
    change(taking);
    expect(files.looks.value).toBeGreaterThan(looks);
    expect(said.length).toBe(words);
  });

  it("[W84] offers to everyone or to one person, and never to all what was meant for one", () => {
    const { files, room, bo, said } = setup();
    files.offer([file("a"), file("b")]);
    const alone = files.offer([file("c")], { to: "bo", thumbnail: "data:image/png;base64," });
    expect(room.files.offered).toEqual([
      { names: ["a", "b"], options: {} },
      { names: ["c"], options: { to: bo, thumbnail: "data:image/png;base64," } },
    ]);
    expect(files.audiences.get(alone?.id ?? "")).toBe("Bo");
    room.peers.delete(bo.id);
    expect(files.offer([file("d")], { to: "bo" })).toBeUndefined();
    expect(room.files.offered).toHaveLength(2);
    expect(said.at(-1)).toBe("! They left meanwhile. Nothing was offered.");
    expect(files.offer([])).toBeUndefined();
  });

  it("[W84] what can't be offered is said with the reason; who took or declined it is said once", () => {
    const { files, room, bo, said, change } = setup();
    room.files.refusal = Object.assign(new Error(), { code: "too-many" });
    files.offer([file("a"), file("b")]);
    expect(said.at(-1)).toMatch(/^! 2 files can't be offered. That is too much at once/);
    room.files.refusal = undefined;
    files.offer([file("c")]);
    const giving = room.files.givings[0];
    for (const state of ["offered", "taking", "done", "done"] as const) {
      giving?.takers.set(bo.id, { peer: bo, state, bytes: 1 });
      if (giving) change(giving);
    }
    expect(said.filter((sentence) => sentence === "Bo has c.")).toHaveLength(1);
    giving?.takers.set(bo.id, { peer: bo, state: "declined", bytes: 0 });
    if (giving) change(giving);
    expect(said.at(-1)).toBe("Bo declined c.");
  });

  it("[W85] what is called off leaves the list, what was received earlier is listed until it is shared or removed", async () => {
    const { files, room, offers, accept, change } = setup();
    const taking = accept(offers("a"));
    files.cancel(taking);
    expect(taking.asked).toEqual(["cancel"]);
    expect(files.takings.value).toEqual([]);
    const giving = files.offer([file("b")]);
    if (giving !== undefined) files.stopOffering(giving);
    expect(files.givings.value).toEqual([]);

    const asked: string[] = [];
    const bo = room.peers.get(peerId("bo")) as FakePeer;
    const kept = (name: string) => ({
      id: name,
      name,
      size: 1,
      files: [offeredFile(name, 1)],
      bytes: 1,
      isWhole: true,
      share: async () => {
        asked.push(`share ${name}`);
        const shared = new FakeTaking(name, bo, [offeredFile(name, 1)]);
        room.files.takings = [...room.files.takings, shared];
        change(room.files);
        return shared;
      },
      discard: async () => {
        asked.push(`discard ${name}`);
        room.files.keptOnes = room.files.keptOnes.filter((one) => one.id !== name);
      },
    });
    room.files.keptOnes = [kept("x"), kept("y")];
    const [x, y] = room.files.keptOnes;
    if (x === undefined || y === undefined) throw new Error("two are kept");
    await files.keepSharing(x);
    expect(names(files.kept.value)).toEqual(["y"]);
    expect(names(files.takings.value)).toEqual(["x"]);
    await files.discard(y);
    expect(files.kept.value).toEqual([]);
    expect(asked).toEqual(["share x", "discard y"]);
  });

  it("[W85] lets go of everything it listens to", () => {
    const { files, room, offers, accept } = setup();
    const taking = accept(offers("a"));
    files.stop();
    expect([taking.listenerCount, room.files.listenerCount]).toEqual([0, 0]);
  });
});
