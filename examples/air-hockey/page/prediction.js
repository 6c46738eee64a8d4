// What is shown of things that happen elsewhere and are heard of late, seldom, or not at all. Pure.

import { halfOf, middle, move, rink } from "./rink.js";

/** Beyond this a guess is worth nothing: the puck stands still until something is heard. */
const longestGuessMs = 400;

/**
 * Where a puck heard of some time ago is now, if nobody has touched it. It stays in the half it is in, and out of the goal: that is for
 * its owner to say.
 */
export function ahead(puck, ms) {
  const half = halfOf(puck);
  const { puck: guess, goal } = move(puck, [], Math.min(ms, longestGuessMs));
  const [top, bottom] = half === 0 ? [middle, rink.height] : [0, middle];
  const y = Math.max(
    top + (half === 0 ? 0 : rink.puck),
    Math.min(bottom - (half === 0 ? rink.puck : 0), guess.y),
  );
  return goal === undefined && y === guess.y ? guess : { ...guess, y };
}

/** How quickly a difference fades, and how fast at most: a correction should not look like a hit. */
const fadeMs = 70;
const fastestFade = 0.3;

/**
 * What is shown may differ from what is known by what was shown before something new was heard. That difference fades away; what moves
 * is never held back by it.
 *
 * @param {{ x: number, y: number }} difference in units
 */
export function fade(difference, ms) {
  const far = Math.hypot(difference.x, difference.y);
  if (far < 0.05) return { x: 0, y: 0 };
  const left = Math.max(far * Math.exp(-ms / fadeMs), far - fastestFade * ms);
  return { x: (difference.x / far) * left, y: (difference.y / far) * left };
}

/** A trail keeps this much. */
const trailMs = 1000;

/** @typedef {readonly { at: number, x: number, y: number }[]} Trail places by the time at which they were heard, oldest first */

/** With another place. Reports come out of order: what is older than the newest by its number is left out by the caller. */
export function follow(trail, { x, y }, now) {
  return [...trail.filter(({ at }) => now - at < trailMs), { at: now, x, y }];
}

/** Where it was at that time, between the places heard of. A little in the past, so that there mostly is one on either side. */
export function between(trail, at) {
  const after = trail.findIndex((one) => one.at >= at);
  if (after < 0) return trail.at(-1);
  const [from, to] = [trail[after - 1], trail[after]];
  if (from === undefined) return to;
  const share = (at - from.at) / (to.at - from.at || 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
