import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { hello, rehearse, sealedHello, told, welcomeIn } from "./rehearsal.ts";
import { room } from "./room.ts";

describe("leaving", () => {
  it("[R30] ends the seat at once, for everyone", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const step = tea.give({ type: "leave", connection: "Bob's connection" });
    expect(step.effects).toEqual([
      { type: "close", connection: "Bob's connection", code: "left" },
      { type: "tell-all", frame: { type: "left", id: "Bob", reason: "left" } },
      { type: "notice", event: "left", name: "Bob", text: "Bob left" },
    ]);
    expect(tea.state?.seats.map((seat) => seat.id)).toEqual(["Ada"]);
  });

  it.each([
    ["page", "away", limits.seatAfterPageGoneMs, "page", "Bob left"],
    ["silent", "silent", limits.seatAfterSilenceMs, "timeout", "Bob lost the connection"],
  ] as const)(
    "[R31][R32] without a word (%s) keeps the seat, %s, for its time",
    (why, presence, graceMs, reason, text) => {
      const tea = rehearse();
      tea.give(hello("Ada"));
      tea.give(hello("Bob"));
      const dropped = tea.give({ type: "drop", connection: "Bob's connection", why });
      expect(told(dropped)).toEqual([`changed Bob ${presence}`]);
      expect(dropped.effects).toHaveLength(1);
      expect(tea.pass(graceMs - 1)).toEqual([]);
      expect(tea.seat("Bob").presence).toBe(presence);
      expect(tea.pass(1)).toEqual([
        { type: "tell-all", frame: { type: "left", id: "Bob", reason } },
        { type: "notice", event: "left", name: "Bob", text },
      ]);
      expect(tea.state?.seats.map((seat) => seat.id)).toEqual(["Ada"]);
    },
  );

  it("[R33] is nothing to a connection that has no seat, or has it no more", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Ada", { connection: "newer", claim: tea.claim("Ada") }));
    const before = tea.state;
    for (const connection of ["Ada's connection", "nobody's"]) {
      for (const input of [
        { type: "leave", connection },
        { type: "drop", connection, why: "page" },
        { type: "drop", connection, why: "silent" },
      ] as const) {
        expect(tea.give(input)).toEqual({ state: before, effects: [] });
        expect(tea.state).toBe(before);
      }
    }
  });

  it("[R33] is nothing new to a seat that is away already", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "page" });
    tea.pass(1000);
    expect(tea.give({ type: "drop", connection: "Ada's connection", why: "silent" }).effects).toEqual([]);
    expect(tea.seat("Ada")).toMatchObject({ presence: "away", since: tea.now - 1000 });
  });

  it("[R34] and coming back makes the grace whole again", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    for (let n = 0; n < 5; n++) {
      tea.give({ type: "drop", connection: "Bob's connection", why: "page" });
      expect(tea.pass(limits.seatAfterPageGoneMs - 1)).toEqual([]);
      expect(welcomeIn(tea.give(hello("Bob", { claim: tea.claim("Bob") }))).resumed).toBe(true);
    }
    expect(tea.pass(limits.seatAfterSilenceMs * 2)).toEqual([]);
    expect(tea.seat("Bob").number).toBe(2);
  });

  it("[R34] finds the seat a moment late, as long as nothing cleared it away", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Bob's connection", why: "page" });
    tea.pass(limits.seatAfterPageGoneMs - 1);
    const late = hello("Bob", { claim: tea.claim("Bob") });
    expect(welcomeIn(room(tea.state, late, tea.now + 2)).resumed).toBe(true);
    tea.pass(1);
    expect(welcomeIn(tea.give(late)).resumed).toBe(false);
  });
});

describe("notices", () => {
  const events = (effects: readonly { type: string }[]): readonly string[] =>
    effects.flatMap((effect) => ("text" in effect ? [String(effect.text)] : []));

  it("[R53] say who joined and left in a public room, and nothing about short absences", () => {
    const tea = rehearse();
    expect(events(tea.give(hello("Ada")).effects)).toEqual(["Ada joined"]);
    expect(events(tea.give(hello("x", { name: undefined })).effects)).toEqual(["Quiet Otter joined"]);
    expect(events(tea.give({ type: "drop", connection: "Ada's connection", why: "silent" }).effects)).toEqual(
      [],
    );
    expect(events(tea.give(hello("Ada", { claim: tea.claim("Ada") })).effects)).toEqual([]);
    expect(events(tea.give({ type: "leave", connection: "Ada's connection" }).effects)).toEqual(["Ada left"]);
  });

  it("[R53] are not made in a private room", () => {
    const club = rehearse({ visibility: "private" });
    const effects = [
      ...club.give(sealedHello("Ada")).effects,
      ...club.give(sealedHello("Bob")).effects,
      ...club.give({ type: "leave", connection: "Bob's connection" }).effects,
    ];
    expect(effects.length).toBeGreaterThan(3);
    expect(effects.filter((effect) => effect.type === "notice")).toEqual([]);
  });
});
