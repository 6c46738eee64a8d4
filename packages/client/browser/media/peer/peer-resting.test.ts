import { describe, expect, it } from "vitest";
import { passingRoom } from "./room.fixture.ts";

/** All links between those that nothing goes by while `a` passes on. */
const between = (...ids: readonly string[]) =>
  ids.flatMap((one, at) => ids.slice(at + 1).map((other) => [one, other] as const));

/** `a` passes on to the others, whose links to each other rest. */
async function star() {
  const room = passingRoom();
  await room.join("a", "b", "c", "d");
  await room.plan("peer", 1, { a: ["b", "c", "d"] });
  await room.pass(1_500);
  room.rest(...between("b", "c", "d"));
  await room.pass(500);
  return room;
}

describe("media over a page that passes it on, in a room whose links rest", () => {
  it("[X167] links that media go by are needed: to who serves, of who publishes to all who pass on, to whom nobody serves", async () => {
    const room = passingRoom();
    await room.join("a", "b", "c", "d");
    room.enter("silent", false);
    await room.plan("peer", 1, { a: ["c", "silent"], b: ["d"] });
    await room.pass(1_500);
    const needs = (at: string, ...of: readonly string[]) => of.filter((id) => room.needs(at, id));
    const others = (at: string) => ["a", "b", "c", "d", "silent"].filter((id) => id !== at);
    expect(needs("a", ...others("a"))).toEqual(["b", "c", "silent"]);
    expect(needs("c", ...others("c"))).toEqual(["a", "b"]);
    expect(needs("silent", ...others("silent"))).toEqual(["a"]);
    room.enter("late");
    await room.pass(500);
    expect(room.needs("c", "late")).toBe(true);
    expect(room.needs("silent", "late")).toBe(true);
    await room.plan("mesh", 2);
    expect(needs("c", ...others("c"))).toEqual([]);
  });

  it("[X131] everyone has everyone's media from there, also who comes later and has no link to them", async () => {
    const room = await star();
    expect(["a", "c", "d"].map((of) => room.via("b", of))).toEqual(["a", "a", "a"]);
    room.rest(["b", "e"], ["c", "e"], ["d", "e"]);
    await room.plan("peer", 1, { a: ["b", "c", "d", "e"] });
    await room.join("e");
    await room.pass(1_500);
    expect(["a", "b", "c", "d"].map((of) => room.via("e", of))).toEqual(["a", "a", "a", "a"]);
    expect(["b", "c", "d"].map((at) => room.via(at, "e"))).toEqual(["a", "a", "a"]);
    expect(["b", "e"].map(room.offers)).toEqual([true, true]);
    room.get("c").media.publications.get("camera")?.mute("video");
    await room.pass(500);
    const { audio, video } = room.get("e").media.of("c").get("camera") ?? {};
    expect([audio, video]).toEqual(["on", "muted"]);
  });

  it("[X133] what somebody publishes is not forgotten when who passed it on leaves, and comes by the next one", async () => {
    const room = await star();
    const ended: string[] = [];
    room.get("b").media.on("media-ended", ({ peer }) => ended.push(peer.id));
    room.leave("a");
    await room.pass(200);
    expect(room.get("b").media.of("c").get("camera")?.video).toBe("on");
    await room.plan("peer", 2, { d: ["b", "c"] });
    expect([room.needs("b", "d"), room.needs("d", "c"), room.needs("b", "c")]).toEqual([true, true, false]);
    for (const at of ["b", "c"]) room.open(at, "d");
    await room.pass(2_000);
    expect([room.via("b", "c"), room.via("c", "b"), room.via("b", "d")]).toEqual(["d", "d", "d"]);
    expect(ended).toEqual(["a"]);
  });

  it("[X134][X159] who is served by nobody, or has no link to the one that serves it for 5 s, needs all links", async () => {
    const room = await star();
    await room.plan("peer", 2, { a: ["c", "d"] });
    await room.pass(1_000);
    expect(room.lacksMedia("b")).toBe(false);
    await room.pass(1_000);
    expect([room.lacksMedia("b"), room.lacksMedia("c")]).toEqual([true, false]);
    await room.plan("peer", 2, { a: ["b", "c", "d"] });
    await room.pass(100);
    expect(room.lacksMedia("b")).toBe(false);

    room.die("a");
    const asked = /^b to c: .*"moved":2,"except":\["audio camera","video camera"\]/;
    const isAsked = () => room.said.some((text) => asked.test(text));
    const before: boolean[] = [];
    for (let waited = 0; waited < 40 && !room.lacksMedia("b"); waited++) {
      before.push(isAsked());
      await room.pass(500);
    }
    expect(room.lacksMedia("b")).toBe(true);
    // What it had is asked for by link first.
    expect(before.at(-2)).toBe(true);
    // The next one is given as long.
    await room.plan("peer", 3, { d: ["b", "c"] });
    await room.pass(1_000);
    expect(room.lacksMedia("b")).toBe(false);
    expect(room.misses("b")).toBeUndefined();
  });

  it("[X210] what is not passed on any more is asked for by link, although no link tells of it", async () => {
    const room = await star();
    room.halt("a");
    await room.pass(9_000);
    expect(room.said.some((text) => /^b to c: .*"except":\["audio camera","video camera"\]/.test(text))).toBe(
      true,
    );
    room.open("b", "c");
    await room.pass(2_000);
    expect(room.via("b", "c")).toBe("c");
  });
});
