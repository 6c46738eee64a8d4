// The rink and what moves on it. Pure: a puck, a paddle and some milliseconds go in, what became of them comes out.
//
// One unit is a hundredth of the rink's width; y grows downwards. Player 0 defends the goal at the bottom, player 1 the one at the top.

/** @typedef {{ x: number, y: number, vx: number, vy: number }} Puck place in units, speed in units per second */
/** @typedef {{ x: number, y: number, vx: number, vy: number }} Paddle */

export const rink = { width: 100, height: 160, goal: 38, puck: 5, paddle: 8 };
export const middle = rink.height / 2;

const fastest = 230;
/** What a wall gives back, and how quickly a puck comes to rest. */
const bounce = 0.9;
const friction = 0.3;
/** Small enough that nothing passes through anything at full speed. */
const stepMs = 4;

export const halfOf = ({ y }) => (y > middle ? 0 : 1);
const isAtGoal = ({ x }) => Math.abs(x - rink.width / 2) < rink.goal / 2 - rink.puck / 2;

/** The puck at rest before that player. */
export const served = (player) => ({
  x: rink.width / 2,
  y: player === 0 ? middle + 30 : middle - 30,
  vx: 0,
  vy: 0,
});

/** A paddle stays in its own half. */
export function keepInHalf({ x, y }, player) {
  const within = (value, least, most) => Math.max(least, Math.min(most, value));
  const [top, bottom] = player === 0 ? [middle, rink.height] : [0, middle];
  return {
    x: within(x, rink.paddle, rink.width - rink.paddle),
    y: within(y, top + (player === 0 ? 0 : rink.paddle), bottom - (player === 0 ? rink.paddle : 0)),
  };
}

/**
 * @param {Puck} puck
 * @param {readonly Paddle[]} paddles those that can touch it, as they are at the end of that time
 * @param {number} ms
 * @returns {{ puck: Puck, hits: number, goal: 0 | 1 | undefined }} `goal`: whose goal it went into
 */
export function move(puck, paddles, ms) {
  let { x, y, vx, vy } = puck;
  let hits = 0;
  for (let left = ms; left > 0; left -= stepMs) {
    const seconds = Math.min(left, stepMs) / 1000;
    const slow = Math.exp(-friction * seconds);
    vx *= slow;
    vy *= slow;
    x += vx * seconds;
    y += vy * seconds;
    for (const { x: endX, y: endY, ...speed } of paddles) {
      // Paddles move along with it: they are where they are said to be only at the end.
      const rest = Math.max(0, left - stepMs) / 1000;
      const paddle = { x: endX - speed.vx * rest, y: endY - speed.vy * rest, ...speed };
      const away = { x: x - paddle.x, y: y - paddle.y };
      const distance = Math.hypot(away.x, away.y) || 1;
      const reach = rink.puck + rink.paddle;
      if (distance >= reach) continue;
      const normal =
        distance === 1 && away.x === 0 && away.y === 0
          ? { x: 0, y: 1 }
          : { x: away.x / distance, y: away.y / distance };
      x = paddle.x + normal.x * reach;
      y = paddle.y + normal.y * reach;
      // Speed towards each other is turned round; the paddle is so heavy that it feels nothing.
      const towards = (vx - paddle.vx) * normal.x + (vy - paddle.vy) * normal.y;
      if (towards >= 0) continue;
      vx -= 1.9 * towards * normal.x;
      vy -= 1.9 * towards * normal.y;
      hits += 1;
    }
    const speed = Math.hypot(vx, vy);
    if (speed > fastest) {
      vx *= fastest / speed;
      vy *= fastest / speed;
    }
    if (x < rink.puck || x > rink.width - rink.puck) {
      x = x < rink.puck ? 2 * rink.puck - x : 2 * (rink.width - rink.puck) - x;
      x = Math.max(rink.puck, Math.min(rink.width - rink.puck, x));
      vx *= -bounce;
    }
    const isOut = y < rink.puck || y > rink.height - rink.puck;
    if (isOut && isAtGoal({ x })) {
      if (y < -rink.puck || y > rink.height + rink.puck)
        return { puck: { x, y, vx, vy }, hits, goal: y < middle ? 1 : 0 };
    } else if (isOut) {
      y = Math.max(rink.puck, Math.min(rink.height - rink.puck, y));
      vy = y < middle ? Math.abs(vy) * bounce : -Math.abs(vy) * bounce;
    }
  }
  return { puck: { x, y, vx, vy }, hits, goal: undefined };
}
