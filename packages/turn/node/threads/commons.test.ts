import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type Commons,
  defaultLimits,
  ownCommons,
  parseBytes,
  place,
  type TurnLimits,
} from "../../core/index.ts";
import { SharedBudget } from "./budget.ts";
import { commonsMemory, SharedCommons } from "./commons.ts";

const now = 1_800_000_000_000;
const at = (host: string, port: number) => {
  const bytes = parseBytes(host) ?? new Uint8Array(4);
  return place({ family: bytes.length === 4 ? 4 : 6, bytes, port });
};

function sharedBy(threads: number, limits: TurnLimits): SharedCommons[] {
  const memory = commonsMemory(threads, randomBytes(32), limits, now);
  return Array.from({ length: threads }, (_, thread) => new SharedCommons(memory, thread, threads, limits));
}

const kinds: readonly (readonly [string, (limits: TurnLimits) => Commons])[] = [
  ["of a relay alone", (limits) => ownCommons(limits, now)],
  ["shared by threads", (limits) => sharedBy(2, limits)[1] ?? ownCommons(limits, now)],
];

describe.each(kinds)("commons %s", (_kind, make) => {
  it("[T25] admit as many as the limits allow, and again what was dismissed", () => {
    const commons = make({
      ...defaultLimits,
      allocationsPerUser: 2,
      allocationsPerAddress: 3,
      allocations: 5,
    });
    expect([1, 2, 3].map(() => commons.admit("ada", 1))).toEqual([undefined, undefined, "user"]);
    expect([1, 2].map(() => commons.admit("bo", 1))).toEqual([undefined, "address"]);
    commons.dismiss("ada", 1);
    expect([commons.admit("cy", 1), commons.admit("ada", "a /64"), commons.admit("di", "other")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(commons.admit("eve", "elsewhere")).toBe("all");
    commons.dismiss("cy", 1);
    expect(commons.admit("eve", "elsewhere")).toBeUndefined();
  });

  it("[T20] give each relayed address once, IPv4 and IPv6 apart", () => {
    const commons = make(defaultLimits);
    const places = [at("192.0.2.1", 5000), at("2001:db8::1", 5000), at("192.0.2.1", 5001)];
    for (const each of places) expect([commons.claim(each), commons.claim(each)]).toEqual([true, false]);
    for (const each of places) expect(commons.isElsewhere(each)).toBe(false);
    commons.unclaim(at("192.0.2.1", 5000));
    expect([commons.claim(at("2001:db8::1", 5000)), commons.claim(at("192.0.2.1", 5000))]).toEqual([
      false,
      true,
    ]);
  });

  it("[T45] let bytes through at a rate", () => {
    const commons = make({ ...defaultLimits, totalBytes: { perSecond: 1000, burst: 500 } });
    expect([commons.takeBytes(300, now), commons.takeBytes(300, now), commons.takeBytes(200, now)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([commons.takeBytes(101, now + 100), commons.takeBytes(100, now + 100)]).toEqual([false, true]);
    // It holds no more than a burst.
    expect([commons.takeBytes(501, now + 60_000), commons.takeBytes(500, now + 60_000)]).toEqual([
      false,
      true,
    ]);
    // A clock that was set back refills nothing.
    expect(commons.takeBytes(1, now)).toBe(false);
  });
});

describe("commons of several threads", () => {
  it("[T57] count what the others admitted, and know what they have", () => {
    const [one, other] = sharedBy(2, { ...defaultLimits, allocationsPerUser: 2 });
    expect([one?.admit("ada", 1), other?.admit("ada", 1)]).toEqual([undefined, undefined]);
    expect([one?.admit("ada", 1), other?.admit("ada", 1)]).toEqual(["user", "user"]);
    const there = at("192.0.2.1", 4000);
    expect([one?.claim(there), other?.claim(there)]).toEqual([true, false]);
    expect([one?.isElsewhere(there), other?.isElsewhere(there), other?.ownerOf(there)]).toEqual([
      false,
      true,
      0,
    ]);
    one?.dismiss("ada", 1);
    expect(other?.admit("ada", 1)).toBeUndefined();
  });

  it("[T58] forget what a thread had that is no more", () => {
    const [one, other] = sharedBy(2, { ...defaultLimits, allocations: 1 });
    other?.admit("ada", 1);
    other?.claim(at("192.0.2.1", 4000));
    expect([one?.admit("bo", 2), one?.claim(at("192.0.2.1", 4000))]).toEqual(["all", false]);
    one?.forget(1);
    expect([one?.admit("bo", 2), one?.claim(at("192.0.2.1", 4000))]).toEqual([undefined, true]);
  });

  it("[T57] estimate no count too low, and hardly any too high", () => {
    const [one, other] = sharedBy(2, { ...defaultLimits, allocationsPerUser: 3 });
    let early = 0;
    for (let user = 0; user < 3000; user++) {
      const answers = [one, other, one, other].map((each) => each?.admit(`room/${user}/`, user));
      expect(answers.at(-1)).toBe("user");
      if (answers.slice(0, 3).some((answer) => answer !== undefined)) early++;
    }
    expect(early).toBeLessThan(10);
  });

  it("[T45] draw on one budget", () => {
    const rate = { perSecond: 100, burst: 100 };
    const memory = SharedBudget.memory(rate, now);
    const [one, other] = [new SharedBudget(memory, rate), new SharedBudget(memory, rate)];
    expect([one.take(60, now), other.take(60, now), other.take(40, now)]).toEqual([true, false, true]);
    // Each of many small steps adds nothing by itself, and still they add up.
    for (let ms = 1; ms <= 500; ms++) one.take(1000, now + ms);
    expect([one.take(51, now + 500), other.take(50, now + 500)]).toEqual([false, true]);
    const free = new SharedBudget(memory, { perSecond: Number.POSITIVE_INFINITY, burst: 1 });
    expect(free.take(1e9, now)).toBe(true);
  });
});
