import { describe, expect, it } from "vitest";
import { createRooms, parse } from "./rooms.mjs";

/** What one of them is told, after everything so far. */
function people() {
  const rooms = createRooms();
  const told: string[] = [];
  const note = (all: [string, Record<string, unknown>][]): string[] => {
    const lines = all.map(([to, { type, ...rest }]) =>
      `${to}: ${type} ${Object.values(rest).join(" ")}`.trim(),
    );
    told.push(...lines);
    return lines;
  };
  return {
    ask: (id: string, type: string, more: object = {}) =>
      note(rooms.ask(id, { type, ...more } as never) as [string, Record<string, unknown>][]),
    gone: (id: string) => note(rooms.gone(id) as [string, Record<string, unknown>][]),
  };
}

describe("rooms for two", () => {
  it("[E4] are created by a name that is free, and joined by one other", () => {
    const { ask } = people();
    expect(ask("ada", "join", { room: "tea" })).toEqual(["ada: refused “tea” does not exist."]);
    expect(ask("ada", "create", { room: "tea" })).toEqual(["ada: created tea"]);
    expect(ask("bo", "create", { room: "tea" })).toEqual(["bo: refused “tea” exists already."]);
    expect(ask("bo", "join", { room: "tea" })).toEqual(["bo: joined tea ada", "ada: other-joined bo"]);
    expect(ask("cy", "join", { room: "tea" })).toEqual(["cy: refused “tea” is full."]);
    expect(ask("bo", "create", { room: "more" })).toEqual(["bo: refused You are in a room already."]);
  });

  it("[E4] tell the other one of every exit; a room goes with its creator, and its name is free again", () => {
    const { ask, gone } = people();
    ask("ada", "create", { room: "tea" });
    ask("bo", "join", { room: "tea" });
    expect(ask("bo", "destroy")).toEqual(["bo: refused Only who created a room can destroy it."]);
    expect(ask("bo", "exit")).toEqual(["ada: other-left bo exit false", "bo: left"]);
    expect(ask("cy", "join", { room: "tea" })).toEqual(["cy: joined tea ada", "ada: other-joined cy"]);
    expect(gone("ada")).toEqual(["cy: other-left ada connection true"]);
    expect(ask("cy", "create", { room: "tea" })).toEqual(["cy: created tea"]);
    expect(ask("cy", "destroy")).toEqual(["cy: left"]);
    expect(ask("bo", "join", { room: "tea" })).toEqual(["bo: refused “tea” does not exist."]);
  });

  it("[E4] pass signals to the other one of the same room and to nobody else", () => {
    const { ask } = people();
    for (const [creator, guest, room] of [
      ["ada", "bo", "tea"],
      ["cy", "di", "milk"],
    ] as const) {
      ask(creator, "create", { room });
      ask(guest, "join", { room });
    }
    expect(ask("di", "signal", { signal: "x" })).toEqual(["cy: signal di x"]);
    expect(ask("eve", "signal", { signal: "x" })).toEqual([]);
  });

  it("[E4] take nothing that a page may not say", () => {
    for (const text of [
      "",
      "{",
      "null",
      '{"type":"create"}',
      '{"type":"create","room":"  "}',
      '{"type":"constructor"}',
    ])
      expect(parse(text)).toBeUndefined();
    expect(parse(JSON.stringify({ type: "join", room: "x".repeat(41) }))).toBeUndefined();
    expect(parse('{"type":"join","room":" tea "}')).toEqual({ type: "join", room: "tea" });
  });
});
