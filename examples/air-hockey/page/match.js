// What the referee decides, and how the puck changes hands. Pure.

import { served } from "./rink.js";

export const winningScore = 7;

/**
 * @typedef {{ number: number, places: readonly [string, string], score: readonly [number, number], serve: number, to: 0 | 1 }} Match
 *   kept by the referee alone; `places` by id, "" for nobody; `serve` counts the pucks put on the rink, `to` is before whom
 */
/** @returns {Match} */
export const noMatch = () => ({ number: 0, places: ["", ""], score: [0, 0], serve: 0, to: 0 });

export const isFull = ({ places }) => places.every((who) => who !== "");
export const isOver = ({ score }) => score.some((goals) => goals >= winningScore);
export const isPlaying = (match) => isFull(match) && !isOver(match);
export const placeOf = ({ places }, who) => places.indexOf(who);

/** Fills places that are free with those who have been there longest. Another opponent is another match. */
export function seat(match, present) {
  const places = match.places.map((who) => (present.includes(who) ? who : ""));
  for (const who of present) {
    const free = places.indexOf("");
    if (free >= 0 && !places.includes(who)) places[free] = who;
  }
  if (places.every((who, i) => who === match.places[i])) return match;
  return { number: match.number + 1, places, score: [0, 0], serve: match.serve + 1, to: 0 };
}

/** A goal in that player's goal: a point for the other one, and the next puck for who was beaten. */
export function scored(match, player) {
  if (!isPlaying(match)) return match;
  const score = match.score.map((goals, i) => (i === player ? goals : goals + 1));
  return { ...match, score, serve: match.serve + 1, to: player };
}

/** The puck anew before a player, who came back and knows nothing of it. */
export const serveAgain = (match, to) => ({ ...match, serve: match.serve + 1, to });

export function again(match) {
  return isOver(match)
    ? { ...match, number: match.number + 1, score: [0, 0], serve: match.serve + 1 }
    : match;
}

/**
 * One puck, from a serve to a goal. In whose half it is, that one decides where it goes: so everyone's own hits are answered at once,
 * however far away the other is. When it crosses the middle it changes hands, and `turn` counts that.
 *
 * @typedef {{ serve: number, turn: number, owner: 0 | 1, puck: import("./rink.js").Puck, isGoal: boolean }} Rally
 */
/** @returns {Rally} */
export const startRally = ({ serve, to }) => ({ serve, turn: 0, owner: to, puck: served(to), isGoal: false });

/** The rally after its owner's puck has moved: goes on, changes hands, or ends in the owner's goal. */
export function rallied(rally, { puck, goal }, half) {
  if (goal === rally.owner) return { ...rally, turn: rally.turn + 1, puck, isGoal: true };
  if (half !== rally.owner) return { ...rally, turn: rally.turn + 1, owner: half, puck };
  return { ...rally, puck };
}

/** What is known of a rally after somebody's report of it. Of the same turn only its owner's word counts. */
export function heardOf(mine, theirs, from) {
  if (theirs.serve !== mine.serve || theirs.turn < mine.turn) return mine;
  if (theirs.turn > mine.turn) return theirs;
  return theirs.owner === from && !mine.isGoal ? theirs : mine;
}

const isCount = (value) => Number.isInteger(value) && value >= 0 && value < 1e9;
const isPlayer = (value) => value === 0 || value === 1;
const isNumber = (value) => typeof value === "number" && Math.abs(value) < 1000;

/** As it came over the wire; undefined when it is none. */
export function rallyOf(value) {
  const { serve, turn, owner, puck, isGoal } = value ?? {};
  if (!isCount(serve) || !isCount(turn) || !isPlayer(owner) || typeof isGoal !== "boolean") return undefined;
  const { x, y, vx, vy } = puck ?? {};
  return [x, y, vx, vy].every(isNumber) ? { serve, turn, owner, puck: { x, y, vx, vy }, isGoal } : undefined;
}
export function matchOf(value) {
  const { number, places, score, serve, to } = value ?? {};
  if (!isCount(number) || !isCount(serve) || !isPlayer(to)) return undefined;
  const isName = (who) => typeof who === "string" && who.length <= 64;
  if (!Array.isArray(places) || places.length !== 2 || !places.every(isName)) return undefined;
  if (!Array.isArray(score) || score.length !== 2 || !score.every(isCount)) return undefined;
  return { number, places, score, serve, to };
}
export const placeHeard = (value) =>
  isNumber(value?.x) && isNumber(value?.y) ? { x: value.x, y: value.y } : undefined;
