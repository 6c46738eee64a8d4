import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { hello, type Rehearsal, rehearse, sealedHello, told, welcomeIn } from "./rehearsal.ts";
import { roomInfo } from "./state.ts";
import type { HostCommand, RoomEffect, RoomStep } from "./transition.ts";

/** Ada is host, Bob and Eve are members. */
function tea(): Rehearsal {
  const room = rehearse();
  for (const who of ["Ada", "Bob", "Eve"]) room.give(hello(who));
  return room;
}
const ask = (room: Rehearsal, command: HostCommand, who = "Ada"): RoomStep =>
  room.give({ type: "host", connection: `${who}'s connection`, command });
const closed = (step: RoomStep): readonly string[] =>
  step.effects.flatMap((effect) => (effect.type === "close" ? [`${effect.connection} ${effect.code}`] : []));

const commands: readonly HostCommand[] = [
  { type: "set", title: "Mine", locked: true },
  { type: "set", passcodeHash: null },
  { type: "mute", id: "Eve" },
  { type: "remove", id: "Eve" },
  { type: "remove", id: "Ada" },
  { type: "hand-over", id: "Bob" },
  { type: "admit", id: "Joe" },
  { type: "deny", id: "Joe" },
  { type: "end" },
];

describe("what only a host may do", () => {
  it.each(commands)("[R80] is refused to anyone else, and changes nothing: $type", (command) => {
    const room = tea();
    const before = room.state;
    for (const connection of ["Bob's connection", "no connection of this room", ""]) {
      const step = room.give({ type: "host", connection, command });
      expect(step.refused?.code).toBe("not-host");
      expect(step.effects).toEqual([]);
    }
    expect(room.state).toBe(before);
  });

  it("[R80] is refused to who was host until a moment ago", () => {
    const room = tea();
    ask(room, { type: "hand-over", id: "Bob" });
    expect(ask(room, { type: "remove", id: "Bob" }).refused?.code).toBe("not-host");
    expect(ask(room, { type: "remove", id: "Ada" }, "Bob").refused).toBeUndefined();
  });

  it("[R80] is refused where there is no room", () => {
    const room = tea();
    ask(room, { type: "end" });
    expect(ask(room, { type: "end" })).toEqual({ state: undefined, effects: [] });
  });

  it("[R81] changes what is named, and everyone hears what they may know", () => {
    const room = tea();
    const step = ask(room, { type: "set", title: "Four o'clock", knock: true });
    const info = { ...roomInfo(room.state as never), title: "Four o'clock", knock: true, locked: false };
    expect(step.effects).toEqual([{ type: "tell-all", frame: { type: "room", room: info } }]);
    ask(room, { type: "set", passcodeHash: "hash" });
    expect(room.state).toMatchObject({ title: "Four o'clock", passcodeHash: "hash", knock: true });
    expect(roomInfo(room.state as never)).toMatchObject({ hasPasscode: true });
    ask(room, { type: "set", title: null, passcodeHash: null, knock: false });
    expect(room.state).not.toHaveProperty("title");
    expect(room.state).not.toHaveProperty("passcodeHash");
    expect(room.state?.knock).toBe(false);
  });

  it("[R81] tells nobody of what is the same as before, or none of their business", () => {
    const room = tea();
    expect(ask(room, { type: "set" }).effects).toEqual([]);
    expect(ask(room, { type: "set", locked: false, title: null }).effects).toEqual([]);
    ask(room, { type: "set", passcodeHash: "one" });
    expect(ask(room, { type: "set", passcodeHash: "two" }).effects).toEqual([]);
    expect(JSON.stringify(roomInfo(room.state as never))).not.toContain("two");
  });

  it("[R82] locks newcomers out, and nobody who was in", () => {
    const room = tea();
    const claim = room.claim("Bob");
    const earlier = { ...room.claim("Eve"), roomMade: 1 };
    ask(room, { type: "set", locked: true });
    expect(room.give(hello("Joe")).refused?.code).toBe("locked");
    // Somebody of an earlier room of that name is new here.
    const other = hello("Ivy", { claim: { ...earlier, id: "Ivy" } });
    expect(room.give(other).refused?.code).toBe("locked");
    room.give({ type: "drop", connection: "Bob's connection", why: "silent" });
    room.pass(limits.seatAfterSilenceMs);
    expect(welcomeIn(room.give(hello("Bob", { claim }))).you.number).toBe(4);
    expect(welcomeIn(room.give(hello("Zoe", { hostTokenOk: true }))).you.role).toBe("host");
    expect(ask(room, { type: "set", locked: false }, "Zoe").refused).toBeUndefined();
    expect(welcomeIn(room.give(hello("Joe"))).resumed).toBe(false);
  });

  it("[R83] asks one page to be quiet, and that changes nothing else", () => {
    const room = tea();
    const before = room.state;
    expect(ask(room, { type: "mute", id: "Bob", kind: "audio" }).effects).toEqual([
      {
        type: "tell",
        to: "Bob's connection",
        frame: { type: "asked", what: "mute", kind: "audio", by: "Ada" },
      },
    ]);
    expect(ask(room, { type: "mute", id: "Bob" }).effects).toMatchObject([
      { frame: { type: "asked", what: "mute", by: "Ada" } },
    ]);
    expect(room.state).toBe(before);
  });

  it("[R83] asks nobody who is not connected, and not the host", () => {
    const room = tea();
    room.give({ type: "drop", connection: "Bob's connection", why: "page" });
    expect(ask(room, { type: "mute", id: "Bob" }).refused?.code).toBe("no-such-peer");
    expect(ask(room, { type: "mute", id: "nobody" }).refused?.code).toBe("no-such-peer");
    expect(ask(room, { type: "mute", id: "Ada" }).refused?.code).toBe("unexpected");
  });

  it("[R84] removes: the seat is gone at once, everyone hears why, and its id and token do not come back", () => {
    const room = tea();
    const claim = room.claim("Bob");
    const step = ask(room, { type: "remove", id: "Bob" });
    expect(closed(step)).toEqual(["Bob's connection removed"]);
    expect(told(step)).toEqual(["left Bob removed"]);
    expect(step.effects).toContainEqual({
      type: "notice",
      event: "removed",
      name: "Bob",
      text: "Bob was removed by the host",
    });
    expect(room.give(hello("Bob", { connection: "newer", claim })).refused?.code).toBe("removed");
    expect(room.give(hello("Bob", { connection: "newer" })).refused?.code).toBe("removed");
    expect(room.give(hello("another id", { connection: "newer" })).refused).toBeUndefined();
  });

  it("[R84] keeps a removed key out of a private room", () => {
    const room = rehearse({ visibility: "private", how: "join", check: "the key" });
    for (const who of ["Ada", "Bob"]) room.give(sealedHello(who));
    const step = ask(room, { type: "remove", id: "Bob" });
    expect(step.effects.some(({ type }) => type === "notice")).toBe(false);
    expect(room.give(sealedHello("Bob", { connection: "newer" })).refused?.code).toBe("removed");
  });

  it("[R84] removes who is away as well, but not the host, and nobody who is not there", () => {
    const room = tea();
    room.give({ type: "drop", connection: "Bob's connection", why: "page" });
    const step = ask(room, { type: "remove", id: "Bob" });
    expect(closed(step)).toEqual([]);
    expect(told(step)).toEqual(["left Bob removed"]);
    expect(ask(room, { type: "remove", id: "Ada" }).refused?.code).toBe("unexpected");
    expect(ask(room, { type: "remove", id: "nobody" }).refused?.code).toBe("no-such-peer");
  });

  it("[R84] forgets the oldest of very many who were removed", () => {
    const room = rehearse();
    room.give(hello("Ada"));
    for (let n = 0; n <= limits.removedIds; n++) {
      room.give(hello(`guest ${n}`));
      ask(room, { type: "remove", id: `guest ${n}` });
    }
    expect(room.state?.removed).toHaveLength(limits.removedIds);
    expect(room.state?.removed[0]).toBe("guest 1");
  });

  it("[R85] hands over to somebody who is here, and everyone hears of it", () => {
    const room = tea();
    const step = ask(room, { type: "hand-over", id: "Bob" });
    expect(told(step)).toEqual(["changed Ada here", "changed Bob here"]);
    expect([room.seat("Ada").role, room.seat("Bob").role]).toEqual(["member", "host"]);
    expect(ask(room, { type: "hand-over", id: "Bob" }, "Bob").effects).toEqual([]);
  });

  it("[R85] hands over to nobody who can't be reached", () => {
    const room = tea();
    for (const [who, why] of [
      ["Bob", "page"],
      ["Eve", "silent"],
    ] as const) {
      room.give({ type: "drop", connection: `${who}'s connection`, why });
      expect(ask(room, { type: "hand-over", id: who }).refused?.code).toBe("no-such-peer");
    }
    expect(ask(room, { type: "hand-over", id: "nobody" }).refused?.code).toBe("no-such-peer");
    expect(room.seat("Ada").role).toBe("host");
  });

  it("[R86] ends the room for everyone in it and at its door", () => {
    const room = tea();
    ask(room, { type: "set", knock: true });
    room.give(hello("Joe"));
    expect(closed(ask(room, { type: "end" }))).toEqual(
      ["Ada", "Bob", "Eve", "Joe"].map((who) => `${who}'s connection room-ended`),
    );
    expect(room.state).toBeUndefined();
  });

  it("[R87] may be asked for again: what is done already is done", () => {
    const room = tea();
    ask(room, { type: "set", knock: true });
    room.give(hello("Joe"));
    const twice = (command: HostCommand): readonly RoomEffect[] => {
      expect(ask(room, command).refused).toBeUndefined();
      const again = ask(room, command);
      expect(again.refused).toBeUndefined();
      return again.effects;
    };
    expect(twice({ type: "set", locked: true })).toEqual([]);
    expect(twice({ type: "remove", id: "Bob" })).toEqual([]);
    expect(twice({ type: "admit", id: "Joe" })).toEqual([]);
    expect(twice({ type: "deny", id: "nobody" })).toEqual([]);
  });
});
