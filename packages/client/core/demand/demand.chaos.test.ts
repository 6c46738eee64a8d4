import { fakeClock, type Path, type Random, runSeeds, seedsTimeout, simulatedPath } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import {
  type Demand,
  type DemandInput,
  type DemandWord,
  demand,
  demandLimits,
  isPending,
  noDemand,
} from "./demand.ts";

/** A link as one page has it. */
interface Side {
  readonly number: number;
  isUp: boolean;
  isPaused: boolean;
}
/** One page: its machine, its links, and messages that it has to say and got, in order. */
interface Page {
  readonly id: string;
  state: Demand;
  readonly links: Map<string, Side>;
  readonly waiting: Map<string, number[]>;
  readonly said: Map<string, number>;
  readonly got: Map<string, number[]>;
  most: number;
}
type Signal = { readonly number: number };

/** Pages whose post arrives once and in order, as late as it likes, and whose links' signals get lost. */
function stage(random: Random, count: number, isSparing: boolean) {
  const clock = fakeClock();
  const ids = Array.from({ length: count }, (_, i) => `p${i}`);
  const pages = new Map<string, Page>(
    ids.map((id) => [
      id,
      {
        id,
        state: { ...noDemand, isSparing },
        links: new Map(),
        waiting: new Map(),
        said: new Map(),
        got: new Map(),
        most: 0,
      },
    ]),
  );
  const page = (id: string): Page => pages.get(id) as Page;
  const delay = [random.int(0, 5), random.int(5, 300)] as const;
  const wire = <Packet>(loss: number, arrive: (packet: Packet) => void): Path<Packet> =>
    simulatedPath<Packet>(clock, random.fork(), { delayMs: delay, loss, inOrder: true }, arrive);
  const posts = new Map<string, Path<DemandWord>>();
  const signals = new Map<string, Path<Signal>>();
  const data = new Map<string, Path<{ readonly number: number; readonly message: number }>>();
  const loss = random.chance(0.4) ? 0.3 : 0;
  for (const from of ids)
    for (const to of ids) {
      if (from === to) continue;
      const way = `${from}>${to}`;
      posts.set(
        way,
        wire(0, (word) => feed(page(to), { type: "said", peer: from, word })),
      );
      signals.set(
        way,
        wire(loss, ({ number }) => {
          feed(page(to), { type: "packet", peer: from, number });
          connect(from, to, number);
        }),
      );
      data.set(
        way,
        wire(0, ({ number, message }) => {
          if (page(to).links.get(from)?.number !== number) throw new Error(`${way}: ${message} was lost`);
          const got = page(to).got.get(from) ?? [];
          page(to).got.set(from, [...got, message]);
          feed(page(to), { type: "use", peer: from });
        }),
      );
    }

  /** Both have the same link: after a while it is up. */
  const connect = (a: string, b: string, number: number): void => {
    const sides = () => [page(a).links.get(b), page(b).links.get(a)] as const;
    if (sides().some((side) => side?.number !== number)) return;
    clock.after(random.int(5, 400), () => {
      const [one, other] = sides();
      if (one?.number !== number || other?.number !== number || one.isUp) return;
      one.isUp = other.isUp = true;
      feed(page(a), { type: "up", peer: b });
      feed(page(b), { type: "up", peer: a });
      pump(page(a), b);
      pump(page(b), a);
    });
  };
  const pump = (from: Page, to: string): void => {
    const link = from.links.get(to);
    if (!link?.isUp || link.isPaused) return;
    for (const message of from.waiting.get(to)?.splice(0) ?? [])
      data.get(`${from.id}>${to}`)?.send({ number: link.number, message });
    feed(from, { type: "hold", peer: to, is: false });
  };
  const feed = (of: Page, input: DemandInput): void => {
    const step = demand(of.state, input, clock.now());
    of.state = step.demand;
    for (const effect of step.effects) {
      const { peer } = effect;
      const way = `${of.id}>${peer}`;
      if (effect.type === "say") posts.get(way)?.send(effect.word);
      else if (effect.type === "close") {
        expect(of.links.get(peer)?.number).toBe(effect.number);
        of.links.delete(peer);
      } else if (effect.type === "pause") {
        const link = of.links.get(peer) as Side;
        link.isPaused = effect.is;
        pump(of, peer);
      } else {
        const { number } = effect;
        expect(of.links.has(peer)).toBe(false);
        of.links.set(peer, { number, isUp: false, isPaused: false });
        of.most = Math.max(of.most, of.state.isSparing ? of.links.size : 0);
        const again = (): void => {
          const link = of.links.get(peer);
          if (link?.number !== number || link.isUp) return;
          signals.get(way)?.send({ number });
          clock.after(3_000, again);
        };
        if (of.state.pairs.get(peer)?.leads) again();
      }
    }
  };
  for (const of of pages.values())
    for (const other of ids)
      if (other !== of.id) feed(of, { type: "join", peer: other, leads: of.id > other, link: "none" });
  return {
    clock,
    pages,
    ids,
    feed,
    say(from: string, to: string): void {
      const of = page(from);
      const message = (of.said.get(to) ?? 0) + 1;
      of.said.set(to, message);
      of.waiting.set(to, [...(of.waiting.get(to) ?? []), message]);
      feed(of, { type: "use", peer: to });
      feed(of, { type: "hold", peer: to, is: true });
      pump(of, to);
    },
    /** Time passes, and each page looks what is due as often as it does. */
    pass(ms: number): void {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        clock.advance(Math.min(1_000, end - clock.now()));
        for (const of of pages.values()) if (isPending(of.state)) feed(of, { type: "time" });
      }
    },
  };
}

describe("links on demand under chaos", () => {
  it("[X152][X153][X154] both pages agree on each link, nothing that was sent is lost, and all come to rest", {
    timeout: seedsTimeout(60_000, process.env),
  }, () => {
    let opened = 0;
    runSeeds({ seeds: 400, env: process.env }, (random) => {
      const { clock, pages, ids, feed, say, pass } = stage(random, random.int(2, 6), random.chance(0.5));
      for (let step = 0; step < 40; step++) {
        const of = pages.get(random.pick(ids)) as Page;
        const to = random.pick(ids.filter((id) => id !== of.id));
        if (random.chance(0.6)) say(of.id, to);
        // Not everyone hears at once that the room is another.
        if (random.chance(0.1)) feed(of, { type: "sparing", is: !of.state.isSparing });
        if (random.chance(0.1)) feed(of, { type: "heard", is: random.chance(0.7) });
        pass(random.pick([0, 1, 50, 500, 5_000, 28_000, 31_000, 40_000]));
      }
      for (const of of pages.values()) {
        feed(of, { type: "heard", is: true });
        feed(of, { type: "sparing", is: true });
      }
      pass(200_000);
      for (const of of pages.values()) {
        expect([...of.links.keys()]).toEqual([]);
        for (const [to, count] of of.said)
          expect(pages.get(to)?.got.get(of.id)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        opened += [...of.state.pairs.values()].reduce((sum, pair) => sum + pair.count, 0);
      }
      // And back: everyone has a link to everyone, with the same number.
      for (const of of pages.values()) feed(of, { type: "sparing", is: false });
      pass(60_000);
      for (const of of pages.values())
        for (const to of ids.filter((id) => id !== of.id)) {
          expect(of.links.get(to)?.isUp).toBe(true);
          expect(of.links.get(to)?.number).toBe(pages.get(to)?.links.get(of.id)?.number);
        }
      expect(clock.now()).toBeGreaterThan(0);
    });
    expect(opened).toBeGreaterThan(1_000);
  });

  it("[X155] whoever has something for everyone has few links at a time, and everyone gets it", {
    timeout: seedsTimeout(60_000, process.env),
  }, () => {
    runSeeds({ seeds: 12, env: process.env }, (random) => {
      const { pages, ids, say, pass } = stage(random, 40, true);
      for (const from of ["p0", "p20", "p39"]) for (const to of ids) if (to !== from) say(from, to);
      pass(300_000);
      for (const from of ["p0", "p20", "p39"])
        for (const to of ids) if (to !== from) expect(pages.get(to)?.got.get(from)).toEqual([1]);
      for (const { most, links } of pages.values()) {
        expect(most).toBeLessThanOrEqual(demandLimits.links);
        expect(links.size).toBe(0);
      }
    });
  });
});
