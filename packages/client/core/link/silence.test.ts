import { describe, expect, it } from "vitest";
import { anew, type Ear, hear, silenceTimes } from "./silence.ts";

/** A connection that is listened to, and what may come over it. */
function connection({
  roundTripMs = 40,
  listened = 1,
}: {
  readonly roundTripMs?: number;
  readonly listened?: number;
} = {}) {
  let ear: Ear | undefined;
  let now = 1_000;
  let next = now;
  let count = 7;
  /** When something comes next, by itself: every so many milliseconds. */
  let everyMs = 0;
  let answersAt: number[] = [];
  let isAnswered = true;
  /** Whether checks of ICE are answered, and a restart was. */
  let checksMs = 0;
  let checks = 0;
  let isMet = false;
  const acts: { readonly act: string; readonly at: number }[] = [];
  let looks = 0;
  const advance = (to: number): void => {
    if (everyMs > 0) count += Math.floor(to / everyMs) - Math.floor(now / everyMs);
    if (checksMs > 0) checks += Math.floor(to / checksMs) - Math.floor(now / checksMs);
    now = to;
  };
  const run = {
    acts,
    get now() {
      return now;
    },
    /** `mediaMs`: something comes that often. `answers`: whether the other side's transport is reached. */
    is(how: { readonly mediaMs?: number; readonly answers?: boolean; readonly checksMs?: number }) {
      everyMs = how.mediaMs ?? 0;
      isAnswered = how.answers ?? true;
      checksMs = how.checksMs ?? 0;
      answersAt = isAnswered ? answersAt : [];
      return run;
    },
    /** The last restart is answered. */
    meets() {
      isMet = true;
      return run;
    },
    /** Another one takes its place. */
    another() {
      isMet = false;
      ear = anew(ear, now);
      next = now;
      return run;
    },
    /** Time passes; `lateMs`: each look comes that late. */
    pass(ms: number, lateMs = 0) {
      const until = now + ms;
      while (next + lateMs <= until) {
        advance(Math.max(now, next + lateMs));
        const came = answersAt.filter((at) => at <= now);
        count += came.length;
        answersAt = answersAt.filter((at) => at > now);
        const heard = hear(ear, { count, checks, isMet, roundTripMs, listened }, now);
        looks++;
        ear = heard.ear;
        next = now + heard.inMs;
        if (heard.act === undefined) continue;
        acts.push({ act: heard.act, at: now });
        if (heard.act === "restart") isMet = false;
        else if (isAnswered) answersAt.push(now + roundTripMs);
      }
      advance(until);
      return run;
    },
    when: (wanted: string) => acts.filter(({ act }) => act === wanted).map(({ at }) => at),
    restarts: () => run.when("restart"),
    looks: () => looks,
  };
  return run;
}

describe("silence on a connection", () => {
  it("[L53] is noticed within a second and a half where pictures came, and the server is asked before that", () => {
    for (let offset = 0; offset < silenceTimes.everyMs; offset += 20) {
      const call = connection()
        .is({ mediaMs: 20 })
        .pass(5_000 + offset);
      const from = call.now;
      call.is({ answers: false }).pass(3_000);
      const [restart = 0] = call.restarts();
      expect(restart - from).toBeGreaterThan(700);
      expect(restart - from).toBeLessThanOrEqual(1_400);
      const doubt = call.acts.find(({ act }) => act === "doubt");
      expect(restart - (doubt?.at ?? restart)).toBeGreaterThanOrEqual(250);
    }
  });

  it("[L53] is noticed within three seconds where nobody said anything", () => {
    const call = connection().pass(10_000);
    expect(call.restarts()).toEqual([]);
    const from = call.now;
    call.is({ answers: false }).pass(5_000);
    expect((call.restarts()[0] ?? Infinity) - from).toBeLessThanOrEqual(3_000);
  });

  it("[L146] is listened for half as often on each of sixteen connections as on each of eight, and noticed no later than that costs", () => {
    const of = (listened: number, mediaMs: number) => {
      const call = connection({ listened }).is({ mediaMs }).pass(60_000);
      const looks = call.looks();
      expect(call.restarts()).toEqual([]);
      const from = call.now;
      call.is({ answers: false }).pass(10_000);
      return { looks, noticedMs: (call.restarts()[0] ?? Infinity) - from };
    };
    for (const [mediaMs, everyMs] of [
      [20, silenceTimes.everyMs],
      [0, silenceTimes.sparseMs],
    ] as const) {
      const [one, eight, sixteen] = [of(1, mediaMs), of(8, mediaMs), of(16, mediaMs)];
      expect(eight).toEqual(one);
      expect(sixteen.looks).toBeLessThan(0.6 * eight.looks);
      // At most one of the longer pauses more than where each is looked at as often as ever.
      expect(sixteen.noticedMs).toBeLessThanOrEqual((mediaMs ? 1_400 : 3_000) + everyMs);
    }
  });

  it("[L55] is none where everyone is muted: what is asked is answered, and that is little", () => {
    const call = connection().pass(60_000);
    expect(call.acts.every(({ act }) => act === "ask")).toBe(true);
    expect(call.acts.length).toBeLessThanOrEqual(50);
  });

  it("[L55] is none on a network with long round trips", () => {
    const call = connection({ roundTripMs: 1_500 }).pass(60_000);
    expect(call.restarts()).toEqual([]);
  });

  it("[L55] is none when pictures stop and the other side is still there", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000).is({}).pass(60_000);
    expect(call.restarts()).toEqual([]);
  });

  it("[L55] is none where something comes every two seconds and answers are lost now and then", () => {
    const call = connection();
    for (let i = 0; i < 30; i++) call.is({ answers: false }).pass(1_000).is({}).pass(1_000);
    expect(call.restarts()).toEqual([]);
  });

  it("[L55] is not concluded from looks that come late, and from many of them all the same", () => {
    const hidden = connection().is({ mediaMs: 20 }).pass(5_000, 600);
    const from = hidden.now;
    hidden.pass(20_000, 600);
    expect(hidden.restarts()).toEqual([]);
    hidden.is({ answers: false }).pass(10_000, 600);
    expect(hidden.restarts()).toHaveLength(1);
    expect((hidden.restarts()[0] ?? 0) - from - 20_000).toBeGreaterThan(3_000);
    // A page that stood still for a minute asks again before it concludes anything.
    const stopped = connection().is({ mediaMs: 20 }).pass(5_000).is({}).pass(60_000, 59_000);
    expect(stopped.restarts()).toEqual([]);
  });

  it("[L54] leads to one restart, however long it lasts", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000).is({ answers: false }).pass(3_600_000);
    expect(call.restarts()).toHaveLength(1);
  });

  it("[L54] that comes again and again leads to ever fewer restarts", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000);
    for (let i = 0; i < 150; i++) call.is({ answers: false }).pass(4_000).is({ mediaMs: 20 }).pass(4_000);
    const times = call.restarts();
    const between = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(between.slice(0, 4).map((ms, i) => ms >= 10_000 * 2 ** i)).toEqual([true, true, true, true]);
    // Twenty minutes of it.
    expect(times.length).toBeLessThanOrEqual(12);
    // And from the start again after a good while.
    call.is({ mediaMs: 20 }).pass(silenceTimes.forgetMs + silenceTimes.mostHoldMs);
    const before = call.restarts().length;
    call.is({ answers: false }).pass(2_000);
    expect(call.restarts()).toHaveLength(before + 1);
  });

  it("[L54] that begins while there may be no restart gets it when there may be", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000).is({ answers: false }).pass(2_000);
    call.is({ mediaMs: 20 }).pass(2_000).is({ answers: false }).pass(20_000);
    const [first = 0, second = 0] = call.restarts();
    expect(second - first).toBeGreaterThanOrEqual(silenceTimes.holdMs);
    expect(second - first).toBeLessThanOrEqual(silenceTimes.holdMs + silenceTimes.everyMs);
  });

  it("[L91] while there may be no restart it is twice a reason to ask the server, far enough apart for an answer, and then none any more", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000).is({ answers: false }).pass(2_000);
    call.is({ mediaMs: 20 }).pass(5_000);
    const from = call.now;
    call.is({ answers: false }).pass(3_000);
    const [first, second, ...more] = call.acts.flatMap(({ act, at }) =>
      act === "doubt" && at > from ? [at - from] : [],
    );
    expect(second).toBeLessThanOrEqual(1_400);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(250);
    expect(more).toEqual([]);
    expect(call.restarts().filter((at) => at > from)).toEqual([]);
  });

  /** Deaf: checks go on, nothing else comes. */
  const deaf = { answers: false, checksMs: 2_500 } as const;

  it("[L132] is heard by what the connection itself carries, not by checks of ICE", () => {
    const call = connection().is({ mediaMs: 20, checksMs: 480 }).pass(5_000);
    const from = call.now;
    call.is({ answers: false, checksMs: 200 }).pass(2_000);
    expect((call.restarts()[0] ?? Infinity) - from).toBeLessThanOrEqual(1_400);
  });

  it("[L133] is told when it lasts, and when it is over", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000);
    const from = call.now;
    call.is({ answers: false }).pass(3_000);
    expect(call.when("lost")).toEqual([]);
    call.pass(3_000);
    expect(call.when("lost")).toHaveLength(1);
    expect((call.when("lost")[0] ?? 0) - from).toBeLessThanOrEqual(4_500);
    expect(call.when("heard")).toEqual([]);
    const back = call.now;
    call.is({ mediaMs: 20 }).pass(2_000);
    expect((call.when("heard")[0] ?? Infinity) - back).toBeLessThanOrEqual(silenceTimes.everyMs);
    // A short one is nothing to tell of.
    call.pass(60_000).is({ answers: false }).pass(2_500).is({ mediaMs: 20 }).pass(5_000);
    expect([call.when("lost").length, call.when("heard").length]).toEqual([1, 1]);
  });

  it("[L133] is over also where nobody says anything by themselves: it goes on asking", () => {
    const call = connection().pass(10_000).is({ answers: false }).pass(10_000).is({}).pass(1_000);
    expect([call.when("lost").length, call.when("heard").length]).toEqual([1, 1]);
  });

  it("[L134] that an answered restart did not end, while checks are answered, leads to another connection, once", () => {
    for (let offset = 0; offset < 2_500; offset += 100) {
      const call = connection()
        .is({ mediaMs: 20 })
        .pass(5_000 + offset)
        .is(deaf)
        .pass(3_000);
      expect(call.restarts()).toHaveLength(1);
      const met = call.meets().now;
      call.pass(20_000);
      const [rebuild = 0, ...more] = call.when("rebuild");
      expect(rebuild - met).toBeGreaterThanOrEqual(silenceTimes.deafMs);
      // The check that shows that they are answered comes a while later.
      expect(rebuild - met).toBeLessThanOrEqual(silenceTimes.deafMs + 2_500 + 2 * silenceTimes.everyMs);
      expect(more).toEqual([]);
    }
  });

  it("[L134] leads to none while the restart is not answered, or checks are not either", () => {
    const unanswered = connection().is({ mediaMs: 20 }).pass(5_000).is(deaf).pass(600_000);
    const gone = connection()
      .is({ mediaMs: 20 })
      .pass(5_000)
      .is({ answers: false })
      .pass(3_000)
      .meets()
      .pass(600_000);
    expect([unanswered.when("rebuild"), gone.when("rebuild")]).toEqual([[], []]);
  });

  it("[L134] leads to none where something comes within five seconds, as slow as it may be", () => {
    const call = connection().is({ mediaMs: 20 }).pass(5_000).is(deaf).pass(30_000).meets().pass(4_500);
    call.is({ checksMs: 2_500 }).pass(60_000);
    expect([call.when("rebuild"), call.when("heard").length]).toEqual([[], 1]);
  });

  it("[L55] leads to no other connection when this page stood still, and to one when it is merely hidden", () => {
    const stopped = connection().is({ mediaMs: 20 }).pass(5_000).is(deaf).pass(3_000).meets().pass(2_000);
    stopped.pass(60_000, 59_000).pass(3_000);
    expect(stopped.when("rebuild")).toEqual([]);
    stopped.is({ mediaMs: 20 }).pass(60_000);
    expect(stopped.when("rebuild")).toEqual([]);
    const hidden = connection().is({ mediaMs: 20 }).pass(5_000, 600).is(deaf).pass(10_000, 600).meets();
    hidden.pass(20_000, 600);
    expect(hidden.when("rebuild")).toHaveLength(1);
  });

  it("[L135] that comes with each new connection leads to ever fewer of them", () => {
    const call = connection().is({ mediaMs: 20 });
    for (let i = 0; i < 8; i++) {
      call.is({ mediaMs: 20 }).pass(2_000).is(deaf).pass(4_000).meets();
      for (let waited = 0; waited < 60 && call.when("rebuild").length === i; waited++)
        call.pass(10_000).meets();
      call.another();
    }
    const times = call.when("rebuild");
    const between = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    const least = [30, 60, 120, 240, 480, 480, 480].map((seconds) => seconds * 1_000);
    expect(between.map((ms, i) => ms >= (least[i] ?? 0))).toEqual(least.map(() => true));
    // And soon again after a good while.
    call.is({ mediaMs: 20 }).pass(silenceTimes.mostRebuildHoldMs + silenceTimes.forgetMs);
    const from = call.is(deaf).now;
    call.pass(3_000).meets().pass(10_000);
    expect((call.when("rebuild").at(-1) ?? 0) - from).toBeGreaterThan(0);
  });
});
