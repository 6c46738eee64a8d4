import { describe, expect, it } from "vitest";
import {
  type Demand,
  type DemandEffect,
  type DemandInput,
  demand,
  demandLimits,
  isPending,
  isSparing,
  noDemand,
  placesIn,
} from "./demand.ts";

/** One page that leads towards so many others, or follows. */
function page(count: number, leads: boolean) {
  let state: Demand = { ...noDemand, isSparing: true };
  let now = 0;
  const ids = Array.from({ length: count }, (_, i) => `p${i}`);
  const take = (input: DemandInput): string[] => {
    const step = demand(state, input, now);
    state = step.demand;
    return step.effects.map(told);
  };
  for (const peer of ids) take({ type: "join", peer, leads, link: "none" });
  return {
    ids,
    take,
    pass(ms: number): string[] {
      now += ms;
      return take({ type: "time" });
    },
    get state() {
      return state;
    },
    up(peer: string): void {
      take({ type: "up", peer });
      if (leads) take({ type: "said", peer, word: { verb: "here", number: 1 } });
    },
  };
}
function told(effect: DemandEffect): string {
  const { type, peer } = effect;
  if (type === "say") return `${peer} ${effect.word.verb} ${effect.word.number}`;
  return `${peer} ${type}${type === "pause" ? ` ${effect.is}` : ""}`;
}

describe("whether links rest", () => {
  it("[X150] they do in a room of more than eight, until there are fewer than seven", () => {
    expect([8, 9].map((people) => isSparing(false, people))).toEqual([false, true]);
    expect([8, 7, 6].map((people) => isSparing(true, people))).toEqual([true, true, false]);
  });
});

describe("a page that leads", () => {
  it("[X154] ends what nothing went over for 30 s, unless something holds it or there is no server", () => {
    const { take, pass, up } = page(1, true);
    expect(take({ type: "use", peer: "p0" })).toEqual(["p0 open"]);
    up("p0");
    expect(pass(demandLimits.idleMs - 1)).toEqual([]);
    take({ type: "use", peer: "p0" });
    expect(pass(demandLimits.idleMs - 1)).toEqual([]);
    take({ type: "hold", peer: "p0", is: true });
    expect(pass(100_000)).toEqual([]);
    take({ type: "hold", peer: "p0", is: false });
    take({ type: "heard", is: false });
    expect(pass(100_000)).toEqual([]);
    expect(take({ type: "heard", is: true })).toEqual(["p0 pause true", "p0 end 1"]);
    expect(take({ type: "said", peer: "p0", word: { verb: "keep", number: 1 } })).toEqual(["p0 pause false"]);
    expect(pass(demandLimits.idleMs)).toEqual(["p0 pause true", "p0 end 1"]);
    // Something to send meanwhile: the next link.
    take({ type: "use", peer: "p0" });
    expect(take({ type: "said", peer: "p0", word: { verb: "ended", number: 1 } })).toEqual([
      "p0 close",
      "p0 open",
    ]);
  });

  it("[X154] takes news of a link that is up for no use of it", () => {
    const { take, pass, up } = page(1, true);
    take({ type: "use", peer: "p0" });
    up("p0");
    expect(pass(demandLimits.idleMs - 1)).toEqual([]);
    // Its round trip is another.
    take({ type: "up", peer: "p0" });
    expect(pass(1)).toEqual(["p0 pause true", "p0 end 1"]);
  });

  it("[X154] proposes no end to a page that never said that it takes part", () => {
    const { take, pass } = page(1, true);
    take({ type: "use", peer: "p0" });
    take({ type: "up", peer: "p0" });
    expect(pass(100_000)).toEqual([]);
  });

  it("[X155] opens again what the other page had no place for, after 2 s, 4 s and so on", () => {
    const { take, pass } = page(1, true);
    take({ type: "hold", peer: "p0", is: true });
    for (const [number, wait] of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
      expect(take({ type: "said", peer: "p0", word: { verb: "busy", number: number + 1 } })).toEqual([
        "p0 close",
      ]);
      expect(pass(wait - 1)).toEqual([]);
      expect(pass(1)).toEqual(["p0 open"]);
    }
  });

  it("[X155] gives the place of one that does not come about to others who wait, and tries it again later", () => {
    const { ids, take, pass } = page(17, true);
    for (const peer of ids) take({ type: "hold", peer, is: true });
    pass(1_000);
    pass(1_000);
    for (const peer of ids.slice(0, 16)) take({ type: "said", peer, word: { verb: "here", number: 1 } });
    expect(pass(demandLimits.vainMs)).toEqual(
      ids.slice(0, 16).flatMap((peer) => [`${peer} pause true`, `${peer} end 1`]),
    );
    const said = ids
      .slice(0, 16)
      .flatMap((peer) => take({ type: "said", peer, word: { verb: "ended", number: 1 } }));
    expect(said.filter((what) => what.endsWith("open"))).toEqual(["p16 open"]);
    expect(pass(demandLimits.retryMs).filter((what) => what.endsWith("open"))).toHaveLength(
      demandLimits.begun,
    );
  });

  it("[X155][X160] begins six in a second, and no more than 16 while they rest otherwise, or 40 where pages pass media on", () => {
    const crowd = page(60, true);
    let opened: string[] = [];
    for (const peer of crowd.ids) opened = [...opened, ...crowd.take({ type: "hold", peer, is: true })];
    expect(opened).toHaveLength(demandLimits.begun);
    for (let second = 0; second < 10; second++) {
      const more = crowd.pass(1_000);
      expect(more.length).toBeLessThanOrEqual(demandLimits.begun);
      opened = [...opened, ...more];
    }
    expect(opened).toHaveLength(demandLimits.links);
    const places = placesIn("peer");
    opened = [...opened, ...crowd.take({ type: "sparing", is: true, places })];
    for (let second = 0; second < 10; second++) opened = [...opened, ...crowd.pass(1_000)];
    expect([placesIn("forwarder"), opened.length]).toEqual([demandLimits.links, places]);
    opened = [...opened, ...crowd.take({ type: "sparing", is: false })];
    for (let second = 0; second < 10; second++) opened = [...opened, ...crowd.pass(1_000)];
    expect(new Set(opened).size).toBe(60);
    expect(isPending(crowd.state)).toBe(false);
  });
});

describe("a page that follows", () => {
  it("[X152] asks for a link, and opens it with its first packet, asked for or not", () => {
    const { take, state } = page(2, false);
    expect(isPending(state)).toBe(false);
    expect(take({ type: "use", peer: "p0" })).toEqual(["p0 want 1"]);
    expect(take({ type: "packet", peer: "p0", number: 2 })).toEqual([]);
    expect(take({ type: "packet", peer: "p0", number: 1 })).toEqual(["p0 open", "p0 here 1"]);
    expect(take({ type: "packet", peer: "p1", number: 1 })).toEqual(["p1 open", "p1 here 1"]);
    expect(take({ type: "packet", peer: "p1", number: 1 })).toEqual([]);
  });

  it("[X152][X154] says again that it takes part in a link that nobody ends, since that may have come too early", () => {
    const { take, pass } = page(0, false);
    expect(take({ type: "join", peer: "up", leads: false, link: "up" })).toEqual(["up here 1"]);
    expect(take({ type: "join", peer: "begun", leads: false, link: "begun" })).toEqual([
      "begun want 1",
      "begun here 1",
    ]);
    expect(pass(demandLimits.idleMs - 1)).toEqual([]);
    expect(pass(1)).toEqual(["up here 1", "begun want 1", "begun here 1"]);
    expect(pass(demandLimits.idleMs - 1)).toEqual([]);
    take({ type: "use", peer: "up" });
    expect(pass(1)).toEqual(["begun want 1", "begun here 1"]);
    pass(demandLimits.quietMs);
    expect(take({ type: "said", peer: "up", word: { verb: "end", number: 1 } })).toContain("up ended 1");
    expect(pass(demandLimits.idleMs)).not.toContain("up here 1");
  });

  it("[X153] agrees to an end only when nothing was sent for 2 s, and says so again to who did not hear it", () => {
    const { take, pass, up } = page(1, false);
    const end: DemandInput = { type: "said", peer: "p0", word: { verb: "end", number: 1 } };
    take({ type: "packet", peer: "p0", number: 1 });
    up("p0");
    pass(60_000);
    take({ type: "use", peer: "p0" });
    pass(demandLimits.quietMs - 1);
    expect(take(end)).toEqual(["p0 keep 1"]);
    pass(1);
    expect(take(end)).toEqual(["p0 close", "p0 ended 1"]);
    expect(take(end)).toEqual(["p0 ended 1"]);
  });

  it("[X155] is not made to open one after the other in no time", () => {
    const { take, pass } = page(1, false);
    expect(take({ type: "packet", peer: "p0", number: 1 })).toEqual(["p0 open", "p0 here 1"]);
    take({ type: "said", peer: "p0", word: { verb: "end", number: 1 } });
    expect(take({ type: "packet", peer: "p0", number: 2 })).toEqual(["p0 busy 2"]);
    pass(1_000);
    expect(take({ type: "packet", peer: "p0", number: 3 })).toEqual(["p0 open", "p0 here 3"]);
  });

  it("[X155] has no place for a 17th that it did not ask for, and says when others wait", () => {
    const { ids, take, pass, up } = page(20, false);
    for (const peer of ids.slice(0, 16)) {
      take({ type: "packet", peer, number: 1 });
      up(peer);
    }
    expect(take({ type: "packet", peer: "p16", number: 1 })).toEqual(["p16 busy 1"]);
    take({ type: "hold", peer: "p17", is: true });
    expect(pass(demandLimits.hurriedMs)).toEqual(ids.slice(0, 16).map((peer) => `${peer} spare 1`));
    expect(pass(1_000)).toEqual([]);
  });
});
