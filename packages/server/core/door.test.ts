import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { hello, namesOf, type Rehearsal, rehearse, sealedHello, told, welcomeIn } from "./rehearsal.ts";
import type { CreateInput, HostCommand, RoomStep } from "./transition.ts";

/** A room with Ada in it at which people knock. */
function tea(options: Partial<CreateInput> = {}): Rehearsal {
  const room = rehearse(options);
  room.give(room.state?.visibility === "private" ? sealedHello("Ada") : hello("Ada"));
  ask(room, { type: "set", knock: true });
  return room;
}
const ask = (room: Rehearsal, command: HostCommand, who = "Ada"): RoomStep =>
  room.give({ type: "host", connection: `${who}'s connection`, command });
const drop = (room: Rehearsal, who: string, why: "page" | "silent" = "silent"): RoomStep =>
  room.give({ type: "drop", connection: `${who}'s connection`, why });
const waiting = (room: Rehearsal) => room.state?.waiting.map(({ id }) => id);
const closed = (step: RoomStep): readonly string[] =>
  step.effects.flatMap((effect) => (effect.type === "close" ? [`${effect.connection} ${effect.code}`] : []));
/** What one connection is told of the door: "knocking Joe". */
const toldAt = (step: RoomStep, who = "Ada"): readonly string[] =>
  step.effects.flatMap((effect) => {
    if (effect.type !== "tell" || effect.to !== `${who}'s connection`) return [];
    const { frame } = effect;
    if (frame.type === "knocking") return [`knocking ${frame.peer.id}`];
    return frame.type === "knock-ended" ? [`ended ${frame.id}`] : [frame.type];
  });

describe("a newcomer who knocks", () => {
  it("[R90] waits without a seat, and learns nothing of the room", () => {
    const room = tea();
    const step = room.give(hello("Joe", { country: "PT" }));
    expect(step.refused).toBeUndefined();
    expect(step.effects).toEqual([
      { type: "wait", connection: "Joe's connection" },
      {
        type: "tell",
        to: "Ada's connection",
        frame: { type: "knocking", peer: { id: "Joe", name: "Joe", country: "PT" } },
      },
    ]);
    expect(room.state?.seats.map(({ id }) => id)).toEqual(["Ada"]);
    expect(waiting(room)).toEqual(["Joe"]);
    expect(toldAt(ask(room, { type: "set", title: "Secret" }), "Joe")).toEqual([]);
  });

  it("[R90] is checked first for everything else that could keep them out", () => {
    const room = tea({ passcodeHash: "hash", capacity: 2, how: "join" });
    room.give(hello("Ada", { passcodeOk: true }));
    ask(room, { type: "set", knock: true });
    expect(room.give(hello("Joe")).refused?.code).toBe("wrong-passcode");
    expect(room.give(hello("Joe", { key: "key" })).refused?.code).toBe("wrong-key");
    room.give(hello("Bob", { passcodeOk: true }));
    ask(room, { type: "admit", id: "Bob" });
    expect(room.give(hello("Joe", { passcodeOk: true })).refused?.code).toBe("room-full");
    ask(room, { type: "remove", id: "Bob" });
    expect(room.give(hello("Bob", { passcodeOk: true })).refused?.code).toBe("removed");
    ask(room, { type: "set", locked: true });
    expect(room.give(hello("Joe", { passcodeOk: true })).refused?.code).toBe("locked");
    expect(waiting(room)).toEqual([]);
  });

  it("[R90] shows the host of a private room a card and nothing else", () => {
    const room = tea({ visibility: "private", how: "join", check: "the key" });
    const step = room.give(sealedHello("Joe", { name: "not for the server", country: "PT" }));
    expect(step.effects).toContainEqual({
      type: "tell",
      to: "Ada's connection",
      frame: { type: "knocking", peer: { id: "Joe", card: "Joe's card" } },
    });
  });

  it("[R91] is nobody who was in this room before, or has its host token", () => {
    const room = tea();
    room.give(hello("Bob"));
    ask(room, { type: "admit", id: "Bob" });
    const claim = room.claim("Bob");
    drop(room, "Bob");
    expect(welcomeIn(room.give(hello("Bob", { claim }))).resumed).toBe(true);
    room.give({ type: "leave", connection: "Bob's connection" });
    expect(welcomeIn(room.give(hello("Bob", { claim }))).resumed).toBe(false);
    expect(welcomeIn(room.give(hello("Zoe", { hostTokenOk: true }))).you.role).toBe("host");
    // From an earlier room of the name: same id and name, and yet new here.
    room.give(hello("x", { connection: "Ivy's connection", claim: { id: "Ivy", name: "Ivy", roomMade: 1 } }));
    expect(room.state?.waiting).toMatchObject([{ id: "Ivy", input: { claim: { name: "Ivy" } } }]);
  });
});

describe("the host at the door", () => {
  it("[R92] hears of everyone who comes and goes there, and nobody else does", () => {
    const room = tea();
    room.give(hello("Bob"));
    ask(room, { type: "admit", id: "Bob" });
    const steps = [room.give(hello("Joe")), drop(room, "Joe"), room.give(hello("Eve"))];
    expect(steps.flatMap((step) => toldAt(step))).toEqual(["knocking Joe", "ended Joe", "knocking Eve"]);
    expect(steps.flatMap((step) => toldAt(step, "Bob"))).toEqual([]);
  });

  it("[R92] finds everyone who waits on coming back, and on becoming host", () => {
    const room = tea();
    room.give(hello("Bob"));
    ask(room, { type: "admit", id: "Bob" });
    drop(room, "Ada");
    const alone = room.give(hello("Joe"));
    expect(toldAt(alone)).toEqual([]);
    const back = room.give(hello("Ada", { claim: room.claim("Ada") }));
    expect(welcomeIn(back).waiting).toEqual([{ id: "Joe", name: "Joe" }]);
    expect(toldAt(back)).toEqual([]);
    expect(toldAt(ask(room, { type: "hand-over", id: "Bob" }), "Bob")).toEqual(["knocking Joe"]);
    expect(
      welcomeIn(room.give(hello("Ada", { connection: "newer", claim: room.claim("Ada") }))).waiting,
    ).toBe(undefined);
    const gone = room.give({ type: "leave", connection: "Bob's connection" });
    expect(gone.effects).toContainEqual({
      type: "tell",
      to: "newer",
      frame: { type: "knocking", peer: { id: "Joe", name: "Joe" } },
    });
  });

  it("[R93] lets in: a seat as anyone gets it at that moment", () => {
    const room = tea();
    room.give(hello("Joe"));
    room.give(hello("second", { name: "Joe" }));
    room.pass(60_000);
    const step = ask(room, { type: "admit", id: "second" });
    expect(welcomeIn(step)).toMatchObject({
      connection: "second's connection",
      resumed: false,
      you: { id: "second", number: 2, name: "Joe", role: "member" },
    });
    expect(told(step)).toEqual(["joined second"]);
    expect(toldAt(step)).toEqual(["ended second"]);
    expect(room.seat("second").joinedAt).toBe(room.now);
    expect(namesOf([welcomeIn(ask(room, { type: "admit", id: "Joe" })).you])).toEqual(["Joe 2"]);
    expect(waiting(room)).toEqual([]);
  });

  it("[R93] lets in past a lock or passcode that came later, but not past the capacity", () => {
    const room = tea({ capacity: 2 });
    room.give(hello("Joe"));
    room.give(hello("Eve"));
    ask(room, { type: "set", locked: true, passcodeHash: "hash" });
    expect(welcomeIn(ask(room, { type: "admit", id: "Joe" })).you.id).toBe("Joe");
    expect(ask(room, { type: "admit", id: "Eve" }).refused?.code).toBe("room-full");
    expect(waiting(room)).toEqual(["Eve"]);
  });

  it("[R94] sends away", () => {
    const room = tea();
    room.give(hello("Joe"));
    const step = ask(room, { type: "deny", id: "Joe" });
    expect(closed(step)).toEqual(["Joe's connection denied"]);
    expect(toldAt(step)).toEqual(["ended Joe"]);
    expect(waiting(room)).toEqual([]);
  });

  it("[R95] can't let in who went: left, closed the page, or was lost", () => {
    const room = tea();
    for (const goes of [
      () => drop(room, "Joe"),
      () => drop(room, "Joe", "page"),
      () => room.give({ type: "leave", connection: "Joe's connection" }),
    ]) {
      room.give(hello("Joe"));
      expect(toldAt(goes())).toEqual(["ended Joe"]);
      expect(ask(room, { type: "admit", id: "Joe" }).refused?.code).toBe("no-such-peer");
    }
    expect(ask(room, { type: "admit", id: "Bob" }).refused?.code).toBe("no-such-peer");
  });

  it("[R96] opens the door: who waits comes in, in order, as long as there are seats", () => {
    const room = tea({ capacity: 3 });
    for (const who of ["Bob", "Eve", "Joe"]) room.give(hello(who));
    const step = ask(room, { type: "set", knock: false });
    const welcomed = step.effects.flatMap((effect) => (effect.type === "welcome" ? [effect] : []));
    expect(welcomed.map(({ you, peers }) => [you.id, peers.length])).toEqual([
      ["Bob", 1],
      ["Eve", 2],
    ]);
    expect(told(step)).toEqual(["room", "joined Bob", "joined Eve"]);
    expect(closed(step)).toEqual(["Joe's connection room-full"]);
    expect(toldAt(step)).toEqual(["ended Bob", "ended Eve", "ended Joe"]);
    expect(waiting(room)).toEqual([]);
  });

  it("[R96] that opens the door of a locked room locks out who waits", () => {
    const room = tea();
    room.give(hello("Joe"));
    ask(room, { type: "set", locked: true });
    expect(waiting(room)).toEqual(["Joe"]);
    const step = ask(room, { type: "set", knock: false });
    expect(closed(step)).toEqual(["Joe's connection locked"]);
    expect(told(step)).toEqual(["room"]);
  });
});

describe("the door", () => {
  it("[R97] has room for so many; one who goes makes room", () => {
    const room = tea();
    for (let n = 0; n < limits.waiting; n++) room.give(hello(`guest ${n}`));
    expect(room.give(hello("Joe")).refused?.code).toBe("too-many");
    drop(room, "guest 3");
    expect(room.give(hello("Joe")).refused).toBeUndefined();
    expect(waiting(room)?.at(-1)).toBe("Joe");
  });

  it("[R97] takes nobody from where too many wait already", () => {
    const room = tea();
    expect(room.give(hello("Joe", { mayKnock: false })).refused?.code).toBe("too-many");
    expect(waiting(room)).toEqual([]);
  });

  it("[R97] knows one who knocks again by the id: the later connection counts, in the same place", () => {
    const room = tea({ visibility: "private", how: "join", check: "the key" });
    for (const who of ["Joe", "Eve"]) room.give(sealedHello(who));
    const step = room.give(sealedHello("Joe", { connection: "newer", card: "another" }));
    expect(closed(step)).toEqual(["Joe's connection replaced"]);
    expect(toldAt(step)).toEqual(["knocking Joe"]);
    expect(waiting(room)).toEqual(["Joe", "Eve"]);
    expect(drop(room, "Joe").effects).toEqual([]);
    expect(welcomeIn(ask(room, { type: "admit", id: "Joe" })).connection).toBe("newer");
  });

  it("[R97] has nobody who has a seat: the other connection of that id is a page of its own", () => {
    const room = tea({ visibility: "private", how: "join", check: "the key" });
    room.give(sealedHello("Joe"));
    const step = room.give(sealedHello("Joe", { connection: "newer", hostTokenOk: true }));
    expect(welcomeIn(step).you.id).toBe("Joe");
    expect(closed(step)).toEqual(["Joe's connection seat-taken"]);
    expect(waiting(room)).toEqual([]);
  });

  it("[R97] takes one hello of a connection", () => {
    const room = tea();
    room.give(hello("Joe"));
    expect(room.give(hello("Eve", { connection: "Joe's connection" })).refused?.code).toBe("unexpected");
  });

  it("[R98] is closed with its room, and empty after a restart", () => {
    const room = tea();
    room.give(hello("Joe"));
    drop(room, "Ada");
    const effects = room.pass(limits.seatAfterSilenceMs + limits.emptyRoomMs);
    expect(effects).toContainEqual({
      type: "close",
      connection: "Joe's connection",
      code: "room-ended",
      detail: "Everyone left this room.",
    });
    expect(room.state).toBeUndefined();

    const other = tea();
    other.give(hello("Joe"));
    other.give({ type: "boot" });
    expect(waiting(other)).toEqual([]);
    expect(other.state?.knock).toBe(true);
    expect(other.give(hello("Joe")).effects).toContainEqual({ type: "wait", connection: "Joe's connection" });
  });
});
