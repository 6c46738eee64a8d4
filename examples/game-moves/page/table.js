// What all pages share: who sits where, the moves of this round, and who won the rounds before. Each change is sent as the whole table,
// and pages that differ agree by `merge`, in whatever order they hear of each other.

import { boardAfter, columns } from "./rules.js";

/**
 * @typedef {{ who: string, change: number }} Place who sits there ("" for nobody), and how often that has changed
 * @typedef {{ places: readonly [Place, Place], winners: readonly string[], moves: readonly number[] }} Table
 *   `winners` of the rounds so far, "" for a draw; `moves` of the present round, as columns
 */

/** Enough for an evening. */
const mostRounds = 200;

/** @returns {Table} */
export function emptyTable() {
  return {
    places: [
      { who: "", change: 0 },
      { who: "", change: 0 },
    ],
    winners: [],
    moves: [],
  };
}

/** Who begins a round: they take turns at it. */
export const starterOf = ({ winners }) => winners.length % 2;
export const boardOf = (table) => boardAfter(table.moves, starterOf(table));
export const placeOf = (table, who) => table.places.findIndex((place) => place.who === who);
export const winsOf = (table, who) => table.winners.filter((one) => one === who).length;

const seat = (table, index, who) => ({
  ...table,
  places: table.places.map((place, i) => (i === index ? { who, change: place.change + 1 } : place)),
});

/** Takes the first free place, if there is one. */
export function sit(table, who) {
  const free = table.places.findIndex((place) => place.who === "");
  return free < 0 || placeOf(table, who) >= 0 ? table : seat(table, free, who);
}

/** Gives a place up. The game stays as it is, for whoever takes the place. */
export function stand(table, who) {
  const index = placeOf(table, who);
  return index < 0 ? table : seat(table, index, "");
}

/** Drops a disc. What is not that player's turn, or against the rules, changes nothing. */
export function play(table, who, column) {
  const board = boardOf(table);
  if (board.isOver || placeOf(table, who) !== board.turn || table.places.some((place) => place.who === ""))
    return table;
  const next = { ...table, moves: [...table.moves, column] };
  return boardOf(next) === undefined ? table : next;
}

/** Another round, when this one is over. */
export function again(table, who) {
  const board = boardOf(table);
  if (!board.isOver || placeOf(table, who) < 0 || table.winners.length >= mostRounds) return table;
  const winner = board.winner === undefined ? "" : table.places[board.winner].who;
  return { ...table, winners: [...table.winners, winner], moves: [] };
}

/** The newer of two tables, place by place; the same whichever is put first. */
export function merge(a, b) {
  const places = a.places.map((one, i) => {
    const other = b.places[i];
    if (one.change !== other.change) return one.change > other.change ? one : other;
    // Two who took one place at the same time: somebody must have it.
    return one.who !== "" && (other.who === "" || one.who < other.who) ? one : other;
  });
  const age = ({ winners, moves }) => winners.length * 100 + moves.length;
  const text = ({ winners, moves }) => JSON.stringify([winners, moves]);
  const isFirst = age(a) !== age(b) ? age(a) > age(b) : text(a) <= text(b);
  const { winners, moves } = isFirst ? a : b;
  return { places, winners, moves };
}

/** Whether `theirs`, which comes from that page, is not a move in somebody else's place. */
export function isFair(mine, theirs, from) {
  const isOneMove =
    theirs.winners.length === mine.winners.length &&
    theirs.moves.length === mine.moves.length + 1 &&
    mine.moves.every((column, i) => theirs.moves[i] === column);
  return !isOneMove || mine.places[boardOf(mine).turn].who === from;
}

/** A table as it came over the wire or out of storage; undefined when it is none. */
export function tableOf(value) {
  const { places, winners, moves } = value ?? {};
  const isName = (who) => typeof who === "string" && who.length <= 64;
  const isPlace = (place) =>
    isName(place?.who) && Number.isInteger(place.change) && place.change >= 0 && place.change < 1e6;
  if (!Array.isArray(places) || places.length !== 2 || !places.every(isPlace)) return undefined;
  if (!Array.isArray(winners) || winners.length > mostRounds || !winners.every(isName)) return undefined;
  const isColumn = (move) => Number.isInteger(move) && move >= 0 && move < columns;
  if (!Array.isArray(moves) || !moves.every(isColumn)) return undefined;
  const table = { places: places.map(({ who, change }) => ({ who, change })), winners, moves };
  return boardOf(table) === undefined ? undefined : table;
}
