import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { nextDeadline } from "./deadlines.ts";
import { hello, rehearse, sealedHello } from "./rehearsal.ts";
import { room } from "./room.ts";
import { briefly, listedRoom, type RoomState, roomInfo } from "./state.ts";
import type { CreateInput, RoomInput } from "./transition.ts";

const create: CreateInput = {
  type: "create",
  name: "tea",
  how: "http",
  visibility: "public",
  capacity: 2,
  title: "Tea at five",
  passcodeHash: "passcode hash",
  hostTokenHash: "host token hash",
  stay: false,
};

describe("making a room", () => {
  it("[R1] keeps what it is made with", () => {
    const { state } = room(undefined, create, 5000);
    expect(state).toMatchObject({
      name: "tea",
      visibility: "public",
      capacity: 2,
      title: "Tea at five",
      passcodeHash: "passcode hash",
      hostTokenHash: "host token hash",
      madeAt: 5000,
      seats: [],
    });
  });

  it("[R1] refuses a name that is in use and leaves its room alone", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    const before = tea.state;
    const step = tea.give(create);
    expect(step.refused?.code).toBe("room-exists");
    expect(step.effects).toEqual([]);
    expect(tea.state).toBe(before);
  });

  it("[R2] is needed before anything can be entered or ended", () => {
    for (const input of [hello("Ada"), { type: "end" }] satisfies RoomInput[]) {
      expect(room(undefined, input, 0)).toMatchObject({
        state: undefined,
        effects: [],
        refused: { code: "no-such-room" },
      });
    }
  });

  it("[R2] late news of a room that is gone change nothing", () => {
    for (const input of [
      { type: "drop", connection: "old", why: "page" },
      { type: "leave", connection: "old" },
      { type: "expire" },
      { type: "boot" },
    ] satisfies RoomInput[]) {
      expect(room(undefined, input, 0)).toEqual({ state: undefined, effects: [] });
    }
  });
});

describe("the end of a room", () => {
  it("[R3] comes 10 minutes after it was made over HTTP when nobody entered", () => {
    const tea = rehearse();
    tea.pass(limits.unenteredRoomMs - 1);
    expect(tea.state).toBeDefined();
    tea.pass(1);
    expect(tea.state).toBeUndefined();
  });

  it("[R3] comes soon when who made it by joining was refused", () => {
    const tea = rehearse({ how: "join" });
    expect(tea.give(hello("Ada", { key: "k" })).refused?.code).toBe("wrong-key");
    tea.pass(limits.emptyRoomMs);
    expect(tea.state).toBeUndefined();
  });

  it("[R4] comes 30 s after the last one left, and the room keeps what it was made with until then", () => {
    const tea = rehearse({ title: "Tea at five" });
    tea.give(hello("Ada"));
    tea.give({ type: "leave", connection: "Ada's connection" });
    tea.pass(limits.emptyRoomMs - 1);
    expect(tea.state?.title).toBe("Tea at five");
    tea.pass(1);
    expect(tea.state).toBeUndefined();
  });

  it("[R4] counts from when the last page went, not from the end of its grace", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "page" });
    tea.pass(limits.emptyRoomMs - 1);
    expect(tea.state?.life.phase).toBe("empty");
    tea.pass(1);
    expect(tea.state).toBeUndefined();
  });

  it("[R4] comes with the last seat's end when its page was lost longer ago", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    tea.pass(limits.seatAfterSilenceMs - 1);
    expect(tea.state?.seats).toHaveLength(1);
    tea.pass(1);
    expect(tea.state).toBeUndefined();
  });

  it("[R4] waits for the one who left last, also when an earlier loss ends later", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    tea.pass(limits.seatAfterSilenceMs - 1000);
    tea.give({ type: "leave", connection: "Bob's connection" });
    tea.pass(1000);
    expect(tea.state?.life).toEqual({ phase: "empty", lastSeen: tea.now - 1000 });
    tea.pass(limits.emptyRoomMs - 1001);
    expect(tea.state).toBeDefined();
    tea.pass(1);
    expect(tea.state).toBeUndefined();
  });

  it("[R4] is off when somebody enters in time", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give({ type: "leave", connection: "Ada's connection" });
    tea.pass(limits.emptyRoomMs - 1);
    tea.give(hello("Bob"));
    expect(tea.pass(10 * limits.emptyRoomMs)).toEqual([]);
    expect(tea.state?.seats.map((seat) => seat.number)).toEqual([2]);
  });

  it("[R5] never comes by itself to a room made to stay, entered or not", () => {
    const tea = rehearse({ stay: true });
    expect(tea.state && nextDeadline(tea.state)).toBeUndefined();
    tea.pass(limits.unenteredRoomMs * 10);
    tea.give(hello("Ada"));
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(tea.state && nextDeadline(tea.state)).toBeUndefined();
    tea.pass(limits.unenteredRoomMs * 10);
    expect(tea.state).toMatchObject({ life: { phase: "empty" }, seats: [], nextNumber: 2 });
  });

  it("[R6] at the host's word closes every connection and frees the name", () => {
    const tea = rehearse({ stay: true });
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give(hello("Eve"));
    tea.give({ type: "drop", connection: "Bob's connection", why: "silent" });
    const step = tea.give({ type: "end" });
    expect(step.state).toBeUndefined();
    expect(step.effects).toEqual([
      { type: "close", connection: "Ada's connection", code: "room-ended" },
      { type: "close", connection: "Eve's connection", code: "room-ended" },
    ]);
    expect(room(undefined, create, 0).refused).toBeUndefined();
  });
});

describe("a restart of the server", () => {
  it("[R7] finds every seat silent, in full grace however long it took", () => {
    const tea = rehearse();
    for (const who of ["Ada", "Bob", "Eve"]) tea.give(hello(who));
    tea.give({ type: "drop", connection: "Bob's connection", why: "page" });
    tea.give({ type: "drop", connection: "Eve's connection", why: "silent" });
    const later = tea.now + 7 * 24 * 3_600_000;
    const { state, effects } = room(tea.state, { type: "boot" }, later) as {
      state: RoomState;
      effects: unknown[];
    };
    expect(effects).toEqual([]);
    expect(state.seats.map(({ id, presence }) => `${id} ${presence}`)).toEqual([
      "Ada silent",
      "Bob silent",
      "Eve silent",
    ]);
    expect(nextDeadline(state)).toBe(later + limits.seatAfterSilenceMs);
    expect(JSON.stringify(state)).not.toContain("connection");
    expect(room(state, { type: "expire" }, later + limits.seatAfterSilenceMs - 1).state).toEqual(state);
    expect(room(state, { type: "expire" }, later + limits.seatAfterSilenceMs).state).toBeUndefined();
  });

  it("[R7] gives rooms without seats their whole time again", () => {
    const unentered = rehearse();
    const empty = rehearse();
    empty.give(hello("Ada"));
    empty.give({ type: "leave", connection: "Ada's connection" });
    const later = 9_000_000;
    for (const [tea, ms] of [
      [unentered, limits.unenteredRoomMs],
      [empty, limits.emptyRoomMs],
    ] as const) {
      const { state } = room(tea.state, { type: "boot" }, later);
      expect(state && nextDeadline(state)).toBe(later + ms);
    }
  });
});

describe("time", () => {
  it("[R8] changes nothing before the moment that the room named", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    expect(tea.state && nextDeadline(tea.state)).toBeUndefined();
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    tea.pass(1000);
    tea.give({ type: "drop", connection: "Bob's connection", why: "page" });
    expect(tea.state && nextDeadline(tea.state)).toBe(tea.now + limits.seatAfterPageGoneMs);
    const before = tea.state;
    tea.pass(limits.seatAfterPageGoneMs - 1);
    const step = tea.give({ type: "expire" });
    expect(step.effects).toEqual([]);
    expect(step.state).toEqual(before);
  });
});

describe("what is known of a room", () => {
  it("[R22] never includes its key, passcode or host token", () => {
    const club = rehearse({
      visibility: "private",
      passcodeHash: "p-hash",
      hostTokenHash: "h-hash",
      title: "Club",
    });
    const step = club.give(sealedHello("Ada", { passcodeOk: true }));
    const state = club.state as RoomState;
    expect(roomInfo(state)).toEqual({
      name: "tea",
      visibility: "private",
      capacity: 100,
      title: "Club",
      topology: "mesh",
      locked: false,
      knock: false,
      hasPasscode: true,
    });
    expect(briefly(state)).toEqual({ name: "tea", title: "Club", people: 1, capacity: 100 });
    expect(listedRoom(state)).toEqual(briefly(state));
    expect(JSON.stringify(step.effects)).not.toMatch(/hash|the key/);
  });
});
