import { describe, expect, it } from "vitest";
import { passingRoom } from "./room.fixture.ts";

const star = { a: ["b", "c", "d"] };

/** Four pages in a mesh, which then becomes a star. */
async function starOfFour() {
  const room = passingRoom();
  await room.join("a", "b", "c", "d");
  await room.plan("peer", 1, star);
  await room.pass(1_500);
  return room;
}
/** By whose link each has each of the others, `b<c: a` for what b has of c by a. */
function ways(
  { via }: { via(at: string, of: string): string },
  ids: readonly string[],
): Record<string, string> {
  const all: Record<string, string> = {};
  for (const at of ids) for (const of of ids) if (at !== of) all[`${at}<${of}`] = via(at, of);
  return all;
}
const byA = { "b<c": "a", "b<d": "a", "c<b": "a", "c<d": "a", "d<b": "a", "d<c": "a" };
const direct = (ids: readonly string[]) =>
  Object.fromEntries(ids.flatMap((at) => ids.filter((of) => of !== at).map((of) => [`${at}<${of}`, of])));

describe("media over a page that passes it on", () => {
  it("[X131] everyone sends to who passes on alone, and has everyone's media, from there or by link", async () => {
    const room = await starOfFour();
    expect(ways(room, ["a", "b", "c", "d"])).toEqual({ ...direct(["a", "b", "c", "d"]), ...byA });
    for (const from of ["b", "c", "d"])
      for (const to of ["a", "b", "c", "d"])
        if (from !== to)
          expect(`${from}>${to} ${room.sends(from, to)}`).toBe(`${from}>${to} ${to === "a" ? 2 : 0}`);
    // Its own, and both of the two others.
    for (const to of ["b", "c", "d"]) expect(room.sends("a", to)).toBe(6);
  });

  it("[X139] sound is passed on although nothing plays it there, as long as somebody takes it", async () => {
    const room = await starOfFour();
    expect(room.playing()).toBe(3);
    expect(room.via("b", "c")).toBe("a");
    await room.plan("mesh", 2);
    await room.pass(40_000);
    expect(room.playing()).toBe(0);
  });

  it("[X131] who comes later is served without having anything by link first", async () => {
    const room = await starOfFour();
    await room.plan("peer", 1, { a: ["b", "c", "d", "e"] });
    await room.join("e");
    for (let n = 0; n < 10; n++) {
      expect([room.sends("b", "e"), room.sends("c", "e")]).toEqual([0, 0]);
      await room.pass(200);
    }
    expect(["a", "b", "c", "d"].map((of) => room.via("e", of))).toEqual(["a", "a", "a", "a"]);
    expect(["b", "c", "d"].map((at) => room.via(at, "e"))).toEqual(["a", "a", "a"]);
  });

  it("[X132] several pass on, each for its own, and nothing goes through two of them", async () => {
    const room = passingRoom();
    await room.join("a", "b", "c", "d", "e");
    await room.plan("peer", 1, { a: ["c"], b: ["d", "e"] });
    await room.pass(1_500);
    expect(ways(room, ["a", "b", "c", "d", "e"])).toEqual({
      ...direct(["a", "b", "c", "d", "e"]),
      ...{
        "c<b": "a",
        "c<d": "a",
        "c<e": "a",
        "d<a": "b",
        "e<a": "b",
        "d<c": "b",
        "e<c": "b",
        "d<e": "b",
        "e<d": "b",
      },
    });
    expect([room.sends("c", "a"), room.sends("c", "b"), room.sends("c", "d")]).toEqual([2, 2, 0]);
    // b sends its own, and what d and e ask for.
    expect([room.sends("b", "d"), room.sends("b", "c")]).toEqual([8, 0]);
  });

  it("[X133] from one who passes on to the next, and back to the links, nothing is taken away before it is there again", async () => {
    const room = await starOfFour();
    const check = async (ms: number): Promise<void> => {
      for (let n = 0; n < ms / 50; n++) {
        await room.pass(50);
        for (const at of ["b", "c", "d"])
          for (const of of ["a", "b", "c", "d"])
            if (at !== of) expect(room.via(at, of)).not.toMatch(/nobody|and/);
      }
    };
    await room.plan("peer", 2, { b: ["a", "c", "d"] });
    await check(3_000);
    expect(room.via("c", "d")).toBe("b");
    expect(room.via("b", "c")).toBe("c");
    expect(room.via("a", "c")).toBe("b");
    // The one before passes nothing on any more, and takes no link's media but the new one's.
    expect([room.sends("a", "c"), room.sends("a", "b"), room.sends("c", "a")]).toEqual([0, 2, 0]);
    await room.plan("mesh", 3);
    await check(3_000);
    expect(ways(room, ["a", "b", "c", "d"])).toEqual(direct(["a", "b", "c", "d"]));
    await room.pass(20_000);
    for (const to of ["a", "c", "d"]) expect(room.sends("b", to)).toBe(2);
  });

  it("[X134] when who passes on is gone without a word, the others have each other by link a moment after their links tell", async () => {
    const room = await starOfFour();
    room.die("a");
    // A browser says `disconnected` after five seconds; the link notices silence sooner where there are statistics.
    await room.pass(10_000);
    expect(ways(room, ["b", "c", "d"])).toEqual(direct(["b", "c", "d"]));
    await room.plan("peer", 2, { b: ["c", "d"] });
    await room.pass(2_000);
    expect([room.via("c", "d"), room.via("d", "c")]).toEqual(["b", "b"]);
  });

  it("[X210] what is not passed on any more comes by link, the server is told whose page it is, and it goes back once it is passed on again", async () => {
    const room = await starOfFour();
    room.halt("a");
    await room.pass(14_000);
    // What a itself sends is missing everywhere: nobody else has it.
    expect(ways(room, ["b", "c", "d"])).toEqual(direct(["b", "c", "d"]));
    expect(["a", "b", "c", "d"].map(room.misses)).toEqual([undefined, "a", "a", "a"]);
    room.halt("a", false);
    await room.pass(8_000);
    expect(ways(room, ["a", "b", "c", "d"])).toEqual({ ...direct(["a", "b", "c", "d"]), ...byA });
    expect(["a", "b", "c", "d"].map(room.misses)).toEqual(Array(4).fill(undefined));
    expect(room.sends("b", "c")).toBe(0);
  });

  it("[X210] nobody is said to bring nothing when it is the sender who sends nothing", async () => {
    const room = await starOfFour();
    for (const who of ["b", "c", "d"]) room.halt(who);
    await room.pass(20_000);
    expect(["b", "c", "d"].map(room.misses)).toEqual(Array(3).fill(undefined));
    for (const who of ["b", "c", "d"]) room.halt(who, false);
    await room.pass(8_000);
    expect(ways(room, ["b", "c", "d"])).toEqual({ ...direct([]), ...byA });
  });

  it("[X210] who has had no link to the one that serves it for 5 s tells the server", async () => {
    const room = await starOfFour();
    room.die("a");
    await room.pass(20_000);
    expect(["b", "c", "d"].map(room.misses)).toEqual(["a", "a", "a"]);
    await room.plan("peer", 2, { b: ["c", "d"] });
    await room.pass(4_000);
    expect(["b", "c", "d"].map(room.misses)).toEqual(Array(3).fill(undefined));
  });

  it("[X135] a picture is passed on as large as it is shown, and what nobody behind it looks at is not asked for", async () => {
    const room = await starOfFour();
    room.get("c").media.of("b").get("camera")?.want({ height: 180 });
    room.get("d").media.of("b").get("camera")?.want("none");
    room.get("a").media.of("b").get("camera")?.want({ height: 120 });
    await room.pass(500);
    expect(room.sized("a", "c", "b")).toMatchObject({ active: true, scaleResolutionDownBy: 4 });
    expect(room.sends("a", "d")).toBe(5);
    // b sends to a what the largest of them wants.
    expect(room.said.filter((line) => line.startsWith("a to b") && line.includes("wants")).at(-1)).toBe(
      'a to b: {"wants":{"camera":180}}',
    );
    room.get("c").media.of("b").get("camera")?.want("none");
    room.get("a").media.of("b").get("camera")?.want("none");
    await room.pass(500);
    expect(room.said.filter((line) => line.startsWith("a to b") && line.includes("wants")).at(-1)).toBe(
      'a to b: {"wants":{"camera":0}}',
    );
    expect(room.sends("b", "a")).toBe(1);
    room.get("d").media.of("b").get("camera")?.want({ height: 360 });
    await room.pass(500);
    expect([room.sends("b", "a"), room.sends("a", "d")]).toEqual([2, 6]);
    expect(room.sized("a", "d", "b")).toMatchObject({ active: true, scaleResolutionDownBy: 2 });
  });

  it("[X136] what is muted is passed on to nobody and told as muted; a screen that comes is passed on like a camera", async () => {
    const room = await starOfFour();
    const camera = room.get("b").media.publications.get("camera");
    camera?.mute("video");
    await room.pass(500);
    expect(room.get("c").media.of("b").get("camera")?.video).toBe("muted");
    expect(room.sends("a", "c")).toBe(5);
    camera?.unmute("video");
    await room.pass(500);
    expect(room.sends("a", "c")).toBe(6);
    const { stream, track } = await import("../pages.fixture.ts");
    room.get("b").media.publish(stream(track("video")), { source: "screen" });
    await room.pass(1_000);
    expect(room.sends("a", "c")).toBe(7);
    expect(room.get("c").media.of("b").get("screen")).toMatchObject({ audio: "none", video: "on" });
  });

  it("[X137] nobody is served whom the plan gives to somebody else, and what is none of the messages changes nothing", async () => {
    const room = passingRoom();
    await room.join("a", "b", "c", "d");
    await room.plan("peer", 1, { a: ["b", "c"], d: [] });
    await room.pass(1_500);
    room.receive("a", "d", { asks: [["b", "camera", 360]] });
    await room.pass(500);
    expect(room.sends("a", "d")).toBe(2);
    const before = room.via("b", "c");
    for (const value of [
      { asks: "all" },
      { asks: [["b", "camera", -1]] },
      { asks: Array(65).fill(["b", "camera", 360]) },
      { origin: "1", passed: [["0", "c", "camera", "audio", "none"]] },
      { origin: 1, passed: [] },
      { origin: "7", passed: [["0", "c", "camera", "video", "on"]] },
      { passed: [] },
    ])
      room.receive("b", "d", value);
    room.receive("b", "c", { origin: "1", passed: [["1", "d", "camera", "video", "on"]] });
    await room.pass(500);
    expect([before, room.via("b", "c"), room.via("b", "d")]).toEqual(["a", "a", "a"]);
    for (const passers of [undefined, [], "a", { a: "b" }, { a: [7] }]) {
      await room.plan("peer", 1, passers as never);
      await room.pass(100);
    }
  });
});
