import { describe, expect, it } from "vitest";
import { boardAfter } from "./page/rules.js";
import {
  again,
  boardOf,
  emptyTable,
  isFair,
  merge,
  placeOf,
  play,
  sit,
  stand,
  tableOf,
  winsOf,
} from "./page/table.js";

type Table = ReturnType<typeof emptyTable>;
const seated = (): Table => sit(sit(emptyTable(), "ada"), "bo");
/** Plays columns in turn. */
const played = (table: Table, ...columns: number[]): Table =>
  columns.reduce(
    (each, column) => play(each, each.places[boardOf(each)?.turn ?? 0]?.who ?? "", column),
    table,
  );

describe("four in a row", () => {
  it("[E10] four of a colour in a line win: across, up, and along both diagonals", () => {
    for (const [moves, line] of [
      [
        [0, 0, 1, 1, 2, 2, 3],
        [0, 1, 2, 3],
      ],
      [
        [6, 0, 6, 0, 6, 0, 6],
        [6, 13, 20, 27],
      ],
      [
        [0, 1, 1, 2, 2, 3, 2, 3, 3, 6, 3],
        [0, 8, 16, 24],
      ],
      [
        [6, 5, 5, 4, 4, 3, 4, 3, 3, 0, 3],
        [6, 12, 18, 24],
      ],
    ] as const) {
      const board = boardAfter(moves, 0);
      expect({ winner: board?.winner, line: [...(board?.line ?? [])].sort((a, b) => a - b) }).toEqual({
        winner: 0,
        line,
      });
    }
  });

  it("[E10] there is no move into a full column, beside the board, or after the end", () => {
    expect(boardAfter([3, 3, 3, 3, 3, 3], 1)?.heights[3]).toBe(6);
    for (const moves of [[3, 3, 3, 3, 3, 3, 3], [7], [-1], [0, 0, 1, 1, 2, 2, 3, 3]])
      expect(boardAfter(moves, 0)).toBeUndefined();
    const draw = [..."543310455450216556161124244222066360303301"].map(Number);
    expect(boardAfter(draw, 0)).toMatchObject({ isOver: true, winner: undefined });
  });

  it("[E10] only whose turn it is may move, and only while both places are taken", () => {
    const table = seated();
    expect(play(table, "bo", 3)).toBe(table);
    expect(play(table, "cy", 3)).toBe(table);
    expect(play(play(table, "ada", 3), "ada", 3).moves).toEqual([3]);
    expect(play(stand(table, "bo"), "ada", 3).moves).toEqual([]);
    expect(play(table, "ada", 9)).toBe(table);
    expect(again(table, "ada")).toBe(table);
  });

  it("[E10] rounds are counted by who won them, and the other one begins the next", () => {
    const won = played(seated(), 0, 0, 1, 1, 2, 2, 3);
    expect(boardOf(won)?.winner).toBe(0);
    expect(again(won, "cy")).toBe(won);
    const next = again(won, "bo");
    expect([winsOf(next, "ada"), winsOf(next, "bo"), boardOf(next)?.turn]).toEqual([1, 0, 1]);
    expect(played(next, 0, 1, 0, 1, 0, 1, 0).moves).toHaveLength(7);
  });

  it("[E11] a place that becomes free goes to who takes it, and the game goes on as it stood", () => {
    const table = stand(played(seated(), 3, 3), "bo");
    const taken = sit(table, "cy");
    expect(placeOf(taken, "cy")).toBe(1);
    expect(sit(taken, "di")).toBe(taken);
    expect(taken.moves).toEqual([3, 3]);
  });

  it("[E11] pages agree in whatever order they hear of each other", () => {
    const start = sit(emptyTable(), "ada");
    // Two at once for one place, a move that one has not heard of, and somebody who left.
    const versions: Table[] = [
      sit(start, "bo"),
      sit(start, "cy"),
      played(sit(start, "bo"), 3),
      stand(sit(start, "cy"), "ada"),
      emptyTable(),
    ];
    const orders = [versions, [...versions].reverse(), [...versions.slice(2), ...versions.slice(0, 2)]];
    const ends = orders.map((order) => order.reduce((a, b) => merge(a, b)));
    expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
    expect(ends[0]).toMatchObject({ moves: [3], places: [{ who: "" }, { who: "bo" }] });
    for (const a of versions) {
      expect(merge(a, a)).toEqual(a);
      for (const b of versions) expect(merge(a, b)).toEqual(merge(b, a));
    }
  });

  it("[E11] nobody moves in somebody else's place, and what is no table is not taken", () => {
    const table = seated();
    const moved = played(table, 3);
    expect([
      isFair(table, moved, "ada"),
      isFair(table, moved, "bo"),
      isFair(moved, played(moved, 2), "ada"),
    ]).toEqual([true, false, false]);
    // Who comes late is told of many moves at once, by anyone.
    expect(isFair(emptyTable(), played(moved, 2), "cy")).toBe(true);
    expect(tableOf(JSON.parse(JSON.stringify(moved)))).toEqual(moved);
    for (const broken of [
      null,
      7,
      {},
      { ...moved, moves: [9] },
      { ...moved, moves: [3, 3, 3, 3, 3, 3, 3] },
      { ...moved, places: [moved.places[0]] },
      { ...moved, places: [{ who: "x", change: -1 }, moved.places[1]] },
      { ...moved, winners: [7] },
      { ...moved, winners: Array.from({ length: 201 }, () => "") },
    ])
      expect(tableOf(broken)).toBeUndefined();
  });
});
