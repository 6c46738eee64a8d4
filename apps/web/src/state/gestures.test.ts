import type { Message } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { FakePeer, FakePort, FakeRoom } from "../../test/fake-room.ts";
import { Announcer } from "./announcer.ts";
import { Gestures } from "./gestures.ts";

function make() {
  const room = new FakeRoom();
  const announcer = new Announcer(() => () => undefined);
  const port = new FakePort();
  const gestures = new Gestures(room, announcer, port);
  const bo = room.arrive(new FakePeer("bo", "Bo"));
  const cy = room.arrive(new FakePeer("cy", "Cy"));
  const hears = (channel: "hands" | "reactions", peer: FakePeer, data: Message) =>
    room.channel(channel).receive(data, peer);
  const sent = (channel: "hands" | "reactions") => room.channel(channel).sent;
  return { room, announcer, port, gestures, bo, cy, hears, sent };
}

describe("gestures", () => {
  it("[E20] a reaction floats over whose it is for a moment, and is read out once in a while", () => {
    const { gestures, bo, port, announcer, hears, sent } = make();
    gestures.react("👍");
    hears("reactions", bo, "🎉");
    expect(gestures.floating.value.map(({ id, emoji }) => `${id} ${emoji}`)).toEqual(["self 👍", "bo 🎉"]);
    expect(sent("reactions")).toEqual(["👍 to everyone"]);
    expect(announcer.polite.value).toMatchObject({ text: "Bo reacts: 🎉", isShown: false });
    const first = announcer.polite.value?.number;
    hears("reactions", bo, "😂");
    expect(announcer.polite.value?.number).toBe(first);
    port.pass(6_000);
    expect([gestures.floating.value, port.timerCount]).toEqual([[], 0]);
    hears("reactions", bo, "😂");
    expect(announcer.polite.value?.text).toBe("Bo reacts: 😂");
  });

  it("[E20] nothing but the reactions there are is shown, and of nobody more than five at once", () => {
    const { gestures, bo, hears, sent } = make();
    for (const data of ["<b>", "", 7, null, { emoji: "👍" }] as Message[]) hears("reactions", bo, data);
    expect(gestures.floating.value).toEqual([]);
    for (let n = 0; n < 20; n += 1) hears("reactions", bo, "👏");
    expect(gestures.floating.value).toHaveLength(5);
    for (let n = 0; n < 20; n += 1) gestures.react("👏");
    gestures.react("💣");
    expect(sent("reactions")).toEqual(Array.from({ length: 5 }, () => "👏 to everyone"));
  });

  it("[E21] hands stand in the order in which they were raised, and are said politely", () => {
    const { gestures, bo, cy, announcer, hears, sent } = make();
    hears("hands", cy, 1);
    expect(announcer.polite.value).toMatchObject({ text: "Cy raised a hand.", isShown: true });
    gestures.toggleHand();
    expect(announcer.polite.value?.text).toBe("Your hand is up.");
    hears("hands", bo, 3);
    expect(gestures.hands.value).toEqual(["cy", "self", "bo"]);
    expect(sent("hands")).toEqual(["? to everyone", "2 to everyone"]);
    hears("hands", cy, 0);
    expect(announcer.polite.value?.text).toBe("Cy lowered their hand.");
    gestures.toggleHand();
    expect(gestures.hands.value).toEqual(["bo"]);
    expect(sent("hands")).toEqual(["? to everyone", "2 to everyone", "0 to everyone"]);
    for (const data of ["1", -1, 0.5, 1e9, null] as Message[]) hears("hands", cy, data);
    expect(gestures.hands.value).toEqual(["bo"]);
  });

  it("[E21] two hands raised at once stand in the same order on every page", () => {
    const one = make();
    const other = make();
    for (const [{ hears, bo, cy }, order] of [
      [one, ["bo", "cy"]],
      [other, ["cy", "bo"]],
    ] as const)
      for (const id of order) hears("hands", id === "bo" ? bo : cy, 1);
    expect(one.gestures.hands.value).toEqual(other.gestures.hands.value);
  });

  it("[E22] who comes later asks for the hands that are up, and so does a page that was loaded again", () => {
    const { room, gestures, bo, hears, sent } = make();
    expect(sent("hands")).toEqual(["? to everyone"]);
    const di = room.arrive(new FakePeer("di", "Di"));
    hears("hands", di, "?");
    expect(sent("hands")).toHaveLength(1);
    gestures.toggleHand();
    hears("hands", di, "?");
    hears("hands", bo, 2);
    expect(gestures.hands.value).toEqual(["self", "bo"]);
    // Another page in the same seat: its hand is not up.
    hears("hands", bo, "?");
    expect(gestures.hands.value).toEqual(["self"]);
    expect(sent("hands").slice(1)).toEqual(["1 to everyone", "1 to Di", "1 to Bo"]);
  });

  it("[E22] a hand goes with its page", () => {
    const { room, gestures, bo, cy, hears } = make();
    hears("hands", bo, 1);
    hears("hands", cy, 2);
    bo.presence = "away";
    room.emit("peer-changed", bo);
    expect(gestures.hands.value).toEqual(["cy"]);
    room.depart(cy, "left");
    expect(gestures.hands.value).toEqual([]);
    // What was still under way from someone who has left.
    hears("hands", cy, 3);
    expect(gestures.hands.value).toEqual([]);
  });
});
