import { type Random, runSeeds } from "@parlour/testkit";
import { expect, it } from "vitest";
import {
  type Candidate,
  type Claim,
  type Election,
  type ElectionInput,
  election,
  holderOf,
  nextTick,
  patienceMs,
  startElection,
} from "./election.ts";

interface Page {
  readonly candidate: Candidate;
  state: Election;
}
/** Something that happens later. */
interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** A room whose messages are lost and late, and whose people come, go, and hear of that at different times. */
function room(random: Random) {
  let now = 0;
  let seats = 0;
  let loss = 0.3;
  const pages = new Map<string, Page>();
  let events: Event[] = [];
  const later = (ms: number, run: () => void): void => {
    events.push({ at: now + ms, run });
  };

  function put(page: Page, input: ElectionInput): void {
    if (pages.get(page.candidate.id) !== page) return;
    const { state, effects } = election(page.state, input, now);
    page.state = state;
    for (const effect of effects) if (effect.type === "say") spread(page, effect.claim);
  }
  function spread(page: Page, claim: Claim): void {
    for (const other of pages.values()) {
      if (other === page || random.chance(loss)) continue;
      later(random.int(5, 400), () => put(other, { type: "heard", from: page.candidate.id, claim }));
    }
  }
  const lookRound = (): void => {
    const candidates = () => [...pages.values()].map(({ candidate }) => candidate);
    for (const page of pages.values())
      later(random.int(0, 300), () => put(page, { type: "candidates", candidates: candidates() }));
  };

  return {
    pages,
    come(): void {
      seats += 1;
      const id = `p${random.int(0, 9)}${seats}`;
      pages.set(id, {
        candidate: { id, fitness: random.int(0, 2), seat: seats },
        state: startElection(id, now),
      });
      lookRound();
    },
    go(): void {
      const ids = [...pages.keys()];
      if (ids.length > 1) pages.delete(random.pick(ids));
      lookRound();
    },
    calm: () => {
      loss = 0.02;
      lookRound();
    },
    pass(ms: number): void {
      for (const end = now + ms; now < end; now += 10) {
        const due = events.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
        events = events.filter(({ at }) => at > now);
        for (const { run } of due) run();
        for (const page of [...pages.values()]) if (nextTick(page.state) <= now) put(page, { type: "tick" });
      }
    },
    get terms() {
      return Math.max(...[...pages.values()].map(({ state }) => state.term));
    },
  };
}

it("[E13] whatever is lost and whoever comes and goes, those who are left agree on one of them, and it stays", () => {
  let checked = 0;
  runSeeds({ seeds: 150, env: process.env }, (random) => {
    const world = room(random);
    world.come();
    for (let step = random.int(3, 12); step > 0; step -= 1) {
      if (random.chance(0.6) && world.pages.size < 7) world.come();
      else world.go();
      world.pass(random.int(10, 4_000));
    }
    world.calm();
    world.pass(6 * patienceMs);
    const holders = new Set([...world.pages.values()].map(({ state }) => holderOf(state)));
    expect([...holders]).toHaveLength(1);
    expect([...world.pages.keys()]).toContain([...holders][0]);
    const { terms } = world;
    world.pass(20 * patienceMs);
    expect(world.terms).toBe(terms);
    checked += 1;
  });
  expect(checked).toBeGreaterThan(0);
});
