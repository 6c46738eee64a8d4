import * as elections from "@parlour/client/election";
import { type Random, seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { createGame } from "./page/game.js";
import { rink } from "./page/rink.js";

const frameMs = 16;

interface Player {
  readonly id: string;
  readonly game: ReturnType<typeof createGame>;
  readonly emit: (event: string, ...args: unknown[]) => void;
  readonly receive: (message: unknown, from: string) => void;
  readonly peers: Map<string, { readonly id: string; presence: string }>;
}

/** Pages that play by themselves over a bad network, on a clock of the test's own. */
function world(random: Random, { loss, delayMs }: { loss: number; delayMs: number }) {
  let now = 0;
  const players: Player[] = [];
  let underWay: { readonly at: number; readonly run: () => void }[] = [];
  const later = (ms: number, run: () => void): void => {
    underWay.push({ at: now + ms, run });
  };

  function come(id: string): void {
    const peers: Player["peers"] = new Map(players.map((one) => [one.id, { id: one.id, presence: "here" }]));
    const listeners = new Map<string, (...args: unknown[]) => void>();
    let receive: Player["receive"] = () => {};
    const room = {
      self: { id },
      peers,
      on: (event: string, listener: (...args: unknown[]) => void) => listeners.set(event, listener),
      channel: () => ({
        on: (_: string, listener: (message: unknown, peer: object) => void) => {
          receive = (message, from) => listener(message, { id: from });
        },
        send: async (message: unknown) => {
          const text = JSON.stringify(message);
          for (const other of players) {
            if (other.id === id || random.chance(loss)) continue;
            later(delayMs + random.int(0, 20), () => {
              if (players.includes(other)) other.receive(JSON.parse(text), id);
            });
          }
        },
      }),
    };
    const game = createGame(room as never, () => now, elections);
    const before = [...players];
    players.push({
      id,
      game,
      peers,
      emit: (event, ...args) => listeners.get(event)?.(...args),
      receive: (message, from) => receive(message, from),
    });
    for (const other of before) {
      const peer = { id, presence: "here" };
      other.peers.set(id, peer);
      other.emit("peer", peer);
    }
  }

  /** Goes for the puck when it is in its own half, not always straight. */
  function aim({ game }: Player): void {
    const { me, shown } = game.look;
    const puck = shown.puck as { x: number; y: number } | undefined;
    if (me < 0 || puck === undefined) return;
    const turned = (at: { x: number; y: number }) =>
      me === 1 ? { x: rink.width - at.x, y: rink.height - at.y } : at;
    const { x, y } = turned(puck);
    const beside = Math.sin(now / 700) * 5;
    game.aim(turned(y > 78 ? { x: x + beside, y: y < 125 ? y + 2 : 150 } : { x: 50 + beside, y: 138 }));
  }

  return {
    players,
    come,
    go(id: string): void {
      const index = players.findIndex((one) => one.id === id);
      players.splice(index, 1);
      for (const other of players) {
        const peer = other.peers.get(id);
        other.peers.delete(id);
        other.emit("peer-left", peer, "left");
      }
    },
    pass(ms: number): void {
      for (const end = now + ms; now < end; now += frameMs) {
        const due = underWay.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
        underWay = underWay.filter(({ at }) => at > now);
        for (const { run } of due) run();
        for (const player of players) {
          aim(player);
          player.game.pass(frameMs);
        }
      }
    },
    get looks() {
      return players.map(({ game }) => game.look);
    },
  };
}

const bad = { loss: 0.05, delayMs: 150 };

describe("air hockey on pages that play by themselves", () => {
  it("[E18] with one message in twenty lost and 150 ms of delay the puck goes to and fro, and both see the same score", () => {
    for (const seed of [1, 2, 3]) {
      const rinkSide = world(seededRandom(seed), bad);
      rinkSide.come("ada");
      rinkSide.pass(500);
      rinkSide.come("bo");
      rinkSide.pass(60_000);
      expect(rinkSide.looks.map(({ me, holder }) => [me, holder])).toEqual([
        [0, "ada"],
        [1, "ada"],
      ]);
      for (const { numbers } of rinkSide.looks) {
        expect(numbers.hits).toBeGreaterThan(10);
        expect(numbers.handOvers).toBeGreaterThan(20);
        // A paddle that pins the puck to a wall pushes it out at its side: that is no jump, and as wide as the puck.
        expect(numbers.widestJump).toBeLessThan(16);
      }
      // Whatever is said takes its time: the score is compared when nothing has happened meanwhile.
      const scores = (): string[] => rinkSide.looks.map(({ match }) => match.score.join());
      for (let n = 0; n < 100 && new Set(scores()).size > 1; n += 1) rinkSide.pass(50);
      expect(new Set(scores()).size).toBe(1);
      expect(scores()[0]).not.toBe("0,0");
    }
  });

  it("[E19] when the referee leaves the others elect another, who watched plays, and the game goes on", () => {
    const rinkSide = world(seededRandom(4), bad);
    for (const id of ["ada", "bo", "cy"]) {
      rinkSide.come(id);
      rinkSide.pass(3_000);
    }
    expect(rinkSide.looks.map(({ me, holder }) => [me, holder])).toEqual([
      [0, "ada"],
      [1, "ada"],
      [-1, "ada"],
    ]);
    rinkSide.go("ada");
    rinkSide.pass(1_000);
    expect(rinkSide.looks.map(({ me, holder, term }) => [me, holder, term])).toEqual([
      [1, "bo", 2],
      [0, "bo", 2],
    ]);
    const before = rinkSide.looks.map(({ numbers }) => numbers.hits);
    rinkSide.pass(20_000);
    for (const [i, { numbers }] of rinkSide.looks.entries())
      expect(numbers.hits).toBeGreaterThan((before[i] ?? 0) + 2);
    // Alone there is no game; whoever comes next plays.
    rinkSide.go("cy");
    rinkSide.pass(1_000);
    rinkSide.come("di");
    rinkSide.pass(4_000);
    expect(rinkSide.looks.map(({ match }) => match.places.join())).toEqual(["di,bo", "di,bo"]);
  });
});
