// The game on one page: what it hears over the channel, what it says, and what there is to be seen.

import * as rules from "./match.js";
import { ahead, between, fade, follow } from "./prediction.js";
import { halfOf, keepInHalf, move, rink } from "./rink.js";

const reportMs = 33;
const matchMs = 100;
/** Others' paddles are shown as they were so long ago: between two reports, mostly. */
const behindMs = 80;
const fastestPaddle = 420;
const slowly = 0.3;

/** What a player's own paddle starts at. */
const home = (player) => ({ x: rink.width / 2, y: player === 0 ? rink.height - 20 : 20, vx: 0, vy: 0 });

/**
 * @param {import("@parlour/client").Room} room
 * @param {() => number} clock in ms
 * @param {typeof import("@parlour/client/election")} elections how the pages choose their referee
 */
export function createGame(room, clock, { election, nextTick, startElection }) {
  const self = room.self.id;
  // The newest counts and nothing is repeated: what is late is worth nothing here.
  const channel = room.channel("rink", { delivery: "lossy" });
  const send = (message, to) => channel.send(message, to === undefined ? {} : { to }).catch(() => {});

  /** Everyone's id in order of arrival, as this page saw it. */
  let present = [...room.peers.keys(), self];
  let referee = startElection(self, clock());
  let match = rules.noMatch();
  let rally = rules.startRally(match);
  /** When the puck was heard of, if somebody else has it; or when it was handed over, and its new owner is not heard yet. */
  let heardAt = clock();
  let isHandedOver = false;
  let difference = { x: 0, y: 0 };
  let paddle = home(0);
  let target = paddle;
  let wantsAgain = 0;
  let reportNumber = 0;
  /** Of the other players: the last report's number, and where their paddle was. */
  const others = new Map();
  const shown = { puck: undefined, paddles: [undefined, undefined] };
  const numbers = { handOvers: 0, hits: 0, widestJump: 0 };
  let reportedAt = 0;
  let toldMatchAt = 0;

  const me = () => rules.placeOf(match, self);
  const holder = () =>
    referee.phase === "holding" ? self : referee.phase === "following" ? referee.holder : undefined;
  const isReferee = () => referee.phase === "holding";

  function elect(input) {
    const { state, effects } = election(referee, input, clock());
    referee = state;
    for (const effect of effects) if (effect.type === "say") send({ kind: "claim", ...effect.claim });
    // Whoever it is now goes on with the match as it was last heard of.
    if (isReferee()) decide(rules.seat(match, present));
  }
  function peopleChanged() {
    const isHere = (id) => id === self || room.peers.get(id)?.presence === "here";
    elect({
      type: "candidates",
      candidates: present.filter(isHere).map((id) => ({ id, fitness: 0, seat: 0 })),
    });
  }

  /** The referee's decisions, and everyone's knowledge of them. */
  function decide(next) {
    if (next === match) return;
    const before = me();
    match = next;
    toldMatchAt = 0;
    if (rally.serve !== match.serve) take(rules.startRally(match));
    if (me() !== before && me() >= 0) {
      paddle = home(me());
      target = paddle;
    }
  }
  /** Where the puck is, as far as this page knows. */
  function known() {
    if (rally.owner === me()) return rally.puck;
    const age = clock() - heardAt;
    // Its new owner hears of it later than it happened here, and it goes on from there: meanwhile it is shown to go slowly.
    return ahead(rally.puck, isHandedOver ? age * slowly : age);
  }
  function take(next, isOwn = false) {
    const isSame = next.serve === rally.serve;
    if (next.turn > rally.turn && isSame) numbers.handOvers += 1;
    // What was heard is rarely where the puck is shown: the difference fades.
    const before = shown.puck;
    rally = next;
    heardAt = clock();
    isHandedOver = isOwn;
    if (!isOwn) {
      const at = known();
      difference =
        isSame && before !== undefined ? { x: before.x - at.x, y: before.y - at.y } : { x: 0, y: 0 };
    }
    if (isReferee() && rally.isGoal && rally.serve === match.serve) decide(rules.scored(match, rally.owner));
  }

  const heard = {
    claim: ({ term, holder: who }, from) => elect({ type: "heard", from, claim: { term, holder: who } }),
    match(message, from) {
      const next = rules.matchOf(message.match);
      // Only the referee's word counts, and only forwards: reports overtake each other.
      if (next === undefined || from !== holder()) return;
      if (message.term > matchTerm || next.serve >= match.serve) {
        matchTerm = message.term;
        decide(next);
      }
    },
    play(message, from) {
      const player = rules.placeOf(match, from);
      const at = rules.placeHeard(message.paddle);
      const theirs = rules.rallyOf(message.rally);
      if (player < 0 || at === undefined || theirs === undefined || !Number.isInteger(message.number)) return;
      const other = others.get(from) ?? { number: -1, trail: [] };
      if (message.number > other.number)
        others.set(from, { number: message.number, trail: follow(other.trail, at, clock()) });
      const next = rules.heardOf(rally, theirs, player);
      if (next !== rally) take(next);
      if (isReferee() && rules.isOver(match) && message.again === match.number) decide(rules.again(match));
    },
  };
  let matchTerm = 0;
  channel.on("message", (message, peer) => {
    const kind = message?.kind;
    if (Object.hasOwn(heard, kind)) heard[kind](message, peer.id);
  });

  room.on("peer", ({ id }) => {
    present = [...present.filter((one) => one !== id), id];
    peopleChanged();
  });
  room.on("peer-left", ({ id }) => {
    present = present.filter((one) => one !== id);
    others.delete(id);
    peopleChanged();
  });
  const away = new Set();
  room.on("peer-changed", ({ id, presence }) => {
    if (presence === "away") away.add(id);
    // A page that was loaded again has lost the puck, if it had it.
    else if (away.delete(id) && isReferee() && rules.placeOf(match, id) >= 0) {
      others.delete(id);
      decide(rules.serveAgain(match, rules.placeOf(match, id)));
    }
    peopleChanged();
  });
  peopleChanged();

  function movePaddle(ms) {
    const wanted = keepInHalf(target, me());
    const far = Math.hypot(wanted.x - paddle.x, wanted.y - paddle.y);
    const share = Math.min(1, (fastestPaddle * ms) / 1000 / (far || 1));
    const x = paddle.x + (wanted.x - paddle.x) * share;
    const y = paddle.y + (wanted.y - paddle.y) * share;
    paddle = { x, y, vx: ((x - paddle.x) / ms) * 1000, vy: ((y - paddle.y) / ms) * 1000 };
  }

  function show(ms) {
    const now = clock();
    const before = shown.puck;
    difference = fade(difference, ms);
    const at = known();
    shown.puck = { x: at.x + difference.x, y: at.y + difference.y };
    if (shown.serve === rally.serve && before !== undefined) {
      // Beyond what the fastest puck does in the time since it was shown last.
      const far = Math.hypot(shown.puck.x - before.x, shown.puck.y - before.y);
      const jump = far - (240 * (now - shown.at)) / 1000;
      numbers.widestJump = Math.max(numbers.widestJump, jump);
    }
    Object.assign(shown, { serve: rally.serve, at: now });
    for (const [i, who] of match.places.entries()) {
      shown.paddles[i] = who === self ? paddle : between(others.get(who)?.trail ?? [], now - behindMs);
    }
  }

  return {
    /** Where the own paddle should go. */
    aim(at) {
      target = at;
    },
    nudge(x, y) {
      target = keepInHalf({ x: paddle.x + x, y: paddle.y + y }, me());
    },
    again() {
      if (isReferee()) decide(rules.again(match));
      else wantsAgain = match.number;
    },
    /** Lets time pass. */
    pass(ms) {
      const now = clock();
      if (now >= nextTick(referee)) elect({ type: "tick" });
      if (me() >= 0) {
        movePaddle(ms);
        if (rules.isPlaying(match) && rally.owner === me() && !rally.isGoal) {
          const moved = move(rally.puck, [paddle], ms);
          numbers.hits += moved.hits;
          take(rules.rallied(rally, moved, halfOf(moved.puck)), true);
        }
        if (now - reportedAt >= reportMs) {
          reportedAt = now;
          reportNumber += 1;
          // A puck that has just been handed over goes on being reported as it left, until its new owner is heard.
          send({
            kind: "play",
            number: reportNumber,
            paddle: { x: paddle.x, y: paddle.y },
            rally,
            again: wantsAgain,
          });
        }
      }
      if (isReferee() && now - toldMatchAt >= matchMs) {
        toldMatchAt = now;
        send({ kind: "match", term: referee.term, match });
      }
      show(ms);
    },
    get look() {
      return { match, me: me(), holder: holder(), term: referee.term, owner: rally.owner, shown, numbers };
    },
  };
}
