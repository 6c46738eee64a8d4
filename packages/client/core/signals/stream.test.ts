import { fakeClock, type PathConditions, runSeeds, simulatedPath } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { decodeHeader } from "./packet.ts";
import {
  receiveSignal,
  resyncSignals,
  type SignalEffect,
  type SignalStep,
  type SignalStream,
  sendSignal,
  signalLimits,
  signalStream,
  signalsDueAt,
  tickSignals,
} from "./stream.ts";

const tags = { out: 1, in: 2 };
const bytes = (...values: number[]) => Uint8Array.from(values);
const packets = (effects: readonly SignalEffect[]) =>
  effects.flatMap((effect) => {
    if (effect.kind !== "packet") return [];
    const header = decodeHeader(effect.header);
    if (header === undefined) throw new Error("no header");
    return [{ ...header, piece: effect.piece }];
  });
const delivered = (effects: readonly SignalEffect[]) =>
  effects.flatMap((effect) => (effect.kind === "deliver" ? [[...effect.body]] : []));
const kindsOf = (step: SignalStep) => step.effects.map(({ kind }) => kind);
const header = (number: number, acknowledged = 0, isContinued = false, tag = 2) => ({
  isContinued,
  tag,
  number,
  acknowledged,
});
function sent(count: number, now = 0): SignalStream {
  let stream = signalStream(tags);
  for (let i = 1; i <= count; i++) stream = sendSignal(stream, bytes(i), now).stream;
  return stream;
}

describe("signal stream", () => {
  it("[L2] drops what comes too early, and acknowledges again what it has", () => {
    let stream = signalStream(tags);
    const early = receiveSignal(stream, header(2), bytes(2), 0);
    expect(early.effects).toEqual([]);
    expect(early.stream.acknowledgeAt).toBeUndefined();
    const first = receiveSignal(stream, header(1), bytes(1), 0);
    expect(delivered(first.effects)).toEqual([[1]]);
    stream = tickSignals(first.stream, 400).stream;
    const again = receiveSignal(stream, header(1), bytes(1), 1_000);
    expect(again.effects).toEqual([]);
    expect(again.stream.acknowledgeAt).toBe(1_400);
  });

  it("[L43] is told by a bare acknowledgement of what went to a carrier that is no more", () => {
    // All was taken and acknowledged before: on resync there is nothing to send but where it stands.
    const taken = tickSignals(receiveSignal(signalStream(tags), header(1), bytes(1), 0).stream, 400).stream;
    expect(packets(resyncSignals(taken, 50).effects)).toMatchObject([{ number: 0, acknowledged: 1 }]);
    const asked = receiveSignal(sent(2), header(0), bytes(), 50);
    expect(packets(asked.effects).map(({ number }) => number)).toEqual([1, 2]);
    expect(signalsDueAt(asked.stream)).toBe(50 + signalLimits.resendAfterMs);
    // Progress is no reason, nor is having nothing.
    expect(receiveSignal(sent(2), header(0, 1), bytes(), 50).effects).toEqual([]);
    expect(receiveSignal(sent(2), header(0, 2), bytes(), 50).effects).toEqual([]);
  });

  it("[L43] brings what went to a carrier that is no more, also when there is something to send again", () => {
    // Both have sent something that the other never got: an offer here, and there a question whose page has another carrier now.
    const [offering, asking] = [sent(1), sent(1)];
    const resync = packets(resyncSignals(asking, 50).effects);
    expect(resync).toMatchObject([
      { number: 1, acknowledged: 0 },
      { number: 0, acknowledged: 0 },
    ]);
    const question = receiveSignal(offering, header(1), bytes(1), 60);
    expect(kindsOf(question)).toEqual(["deliver"]);
    const told = receiveSignal(question.stream, header(0), bytes(), 60);
    expect(packets(told.effects)).toMatchObject([{ number: 1, acknowledged: 1 }]);
  });

  it("[L3] lets an acknowledgement ride on the next body", () => {
    const taken = receiveSignal(signalStream(tags), header(1), bytes(1), 0).stream;
    const step = sendSignal(taken, bytes(9), 100);
    expect(packets(step.effects)[0]).toMatchObject({ number: 1, acknowledged: 1 });
    expect(step.stream.acknowledgeAt).toBeUndefined();
  });

  it("[L3] sends an acknowledgement alone, 400 ms after the first of what it acknowledges", () => {
    let stream = receiveSignal(signalStream(tags), header(1), bytes(1), 0).stream;
    stream = receiveSignal(stream, header(2), bytes(2), 300).stream;
    expect(signalsDueAt(stream)).toBe(400);
    expect(kindsOf(tickSignals(stream, 399))).toEqual([]);
    const step = tickSignals(stream, 400);
    expect(packets(step.effects)).toMatchObject([{ number: 0, acknowledged: 2 }]);
    expect(signalsDueAt(step.stream)).toBe(Infinity);
  });

  it("[L4] sends again after 3, 6, 12, 24 and then every 30 s, until there is progress", () => {
    let stream = sent(2);
    const at: number[] = [];
    for (let now = 0; now <= 110_000; now += 500) {
      const step = tickSignals(stream, now);
      stream = step.stream;
      if (packets(step.effects).length === 2) at.push(now);
    }
    expect(at).toEqual([3_000, 9_000, 21_000, 45_000, 75_000, 105_000]);
    stream = receiveSignal(stream, header(0, 1), bytes(), 110_000).stream;
    expect(signalsDueAt(stream)).toBe(113_000);
    stream = receiveSignal(stream, header(0, 2), bytes(), 111_000).stream;
    expect(signalsDueAt(stream)).toBe(Infinity);
  });

  it("[L4] sends everything again on resync, and an acknowledgement that is owed", () => {
    const waiting = receiveSignal(sent(3), header(1, 1), bytes(1), 0).stream;
    const step = resyncSignals(waiting, 50);
    expect(packets(step.effects)).toMatchObject([
      { number: 2, acknowledged: 1 },
      { number: 3, acknowledged: 1 },
      { number: 0, acknowledged: 1 },
    ]);
    const owing = receiveSignal(signalStream(tags), header(1), bytes(1), 0).stream;
    expect(packets(resyncSignals(owing, 50).effects)).toMatchObject([{ number: 0, acknowledged: 1 }]);
    expect(resyncSignals(signalStream(tags), 50).effects).toEqual([]);
  });

  it("[L5] refuses the packet after 256, and the byte after 512 KiB", () => {
    const full = sent(signalLimits.packets);
    const refused = sendSignal(full, bytes(1), 0);
    expect(refused.effects).toEqual([{ kind: "refused", reason: "window-full" }]);
    expect(refused.stream).toEqual(full);
    let stream = signalStream(tags);
    for (let i = 0; i < 2; i++) stream = sendSignal(stream, new Uint8Array(256 * 1024), 0).stream;
    expect(sendSignal(stream, bytes(1), 0).effects).toEqual([{ kind: "refused", reason: "window-full" }]);
  });

  it("[L5] refuses a body beyond 256 KiB whole", () => {
    const step = sendSignal(signalStream(tags), new Uint8Array(256 * 1024 + 1), 0);
    expect(step.effects).toEqual([{ kind: "refused", reason: "too-large" }]);
    expect(step.stream.outstanding).toEqual([]);
  });

  it("[L1] carries a long body in pieces and an empty one in one", () => {
    for (const length of [0, 1, 60 * 1024, 60 * 1024 + 1, 256 * 1024]) {
      const body = Uint8Array.from({ length }, (_, i) => i % 251);
      const step = sendSignal(signalStream(tags), body, 0);
      const parts = packets(step.effects);
      expect(parts.length).toBe(Math.max(1, Math.ceil(length / (60 * 1024))));
      let other = signalStream({ out: 2, in: 1 });
      const bodies: Uint8Array[] = [];
      for (const part of parts) {
        const taken = receiveSignal(other, part, part.piece, 0);
        other = taken.stream;
        for (const effect of taken.effects) if (effect.kind === "deliver") bodies.push(effect.body);
      }
      expect(bodies.length).toBe(1);
      expect(Buffer.compare(bodies[0] ?? bytes(), body)).toBe(0);
      expect(other.partial.length).toBe(0);
    }
  });

  it("[L6] leaves packets with another tag alone", () => {
    const stream = sent(1);
    const step = receiveSignal(stream, header(1, 1, false, 3), bytes(1), 0);
    expect(step).toEqual({ stream, effects: [] });
  });

  it("[L7] takes nothing of a lie", () => {
    const stream = sent(1);
    const violation = (step: SignalStep) =>
      step.effects.map((effect) => (effect.kind === "violation" ? effect.reason : effect.kind));
    const unsent = receiveSignal(stream, header(1, 2), bytes(1), 0);
    expect(violation(unsent)).toEqual(["acknowledged-unsent"]);
    expect(unsent.stream).toEqual(stream);
    expect(violation(receiveSignal(stream, header(1, 0, true), bytes(1), 0))).toEqual(["bad-piece"]);
    let growing = stream;
    const seen: string[] = [];
    for (let number = 1; number <= 20; number++) {
      const step = receiveSignal(growing, header(number, 0, true), new Uint8Array(60 * 1024), 0);
      growing = step.stream;
      seen.push(...violation(step));
      expect(growing.partial.length).toBeLessThanOrEqual(signalLimits.bodyBytes);
    }
    expect(seen).toEqual(["bad-piece", "bad-piece", "bad-piece", "bad-piece"]);
  });

  it("[L1] keeps order and loses nothing over 2,000 seeds of loss, repetition, reordering and cuts", () => {
    const ran = runSeeds({ seeds: 2_000, env: process.env }, (random) => {
      const clock = fakeClock();
      const conditions: PathConditions = {
        delayMs: [0, random.int(1, 300)],
        loss: random.chance(0.5) ? 0 : 0.2,
        duplicate: random.chance(0.5) ? 0 : 0.2,
        inOrder: random.chance(0.5),
      };
      const streams = [signalStream({ out: 1, in: 2 }), signalStream({ out: 2, in: 1 })] as const;
      const got: number[][] = [[], []];
      const state: SignalStream[] = [...streams];
      const paths = [0, 1].map((to) =>
        simulatedPath<{ header: Uint8Array; piece: Uint8Array }>(clock, random, conditions, (packet) => {
          const parsed = decodeHeader(packet.header);
          if (parsed !== undefined)
            apply(to, receiveSignal(state[to] as SignalStream, parsed, packet.piece, clock.now()));
        }),
      );
      const timers: (() => void)[] = [() => {}, () => {}];
      const apply = (side: number, step: SignalStep): void => {
        state[side] = step.stream;
        for (const effect of step.effects) {
          if (effect.kind === "packet") paths[1 - side]?.send(effect);
          else if (effect.kind === "deliver") got[side]?.push(effect.body[0] ?? -1);
          else throw new Error(effect.kind);
        }
        timers[side]?.();
        const due = signalsDueAt(step.stream);
        if (due === undefined) return;
        timers[side] = clock.after(due - clock.now(), () =>
          apply(side, tickSignals(state[side] as SignalStream, clock.now())),
        );
      };
      const counts = [0, 0];
      for (let i = 0; i < 30; i++) {
        const side = random.int(0, 1);
        if (random.chance(0.7)) {
          counts[side] = (counts[side] ?? 0) + 1;
          apply(side, sendSignal(state[side] as SignalStream, bytes(counts[side] ?? 0), clock.now()));
        } else if (random.chance(0.5)) for (const path of paths) path.cut();
        else {
          for (const path of paths) path.mend();
          for (const each of [0, 1]) apply(each, resyncSignals(state[each] as SignalStream, clock.now()));
        }
        clock.advance(random.int(0, 200));
      }
      for (const path of paths) path.mend();
      clock.advance(3_600_000);
      for (const side of [0, 1]) {
        const expected = Array.from({ length: counts[1 - side] ?? 0 }, (_, i) => i + 1);
        expect(got[side]).toEqual(expected);
        expect(state[side]?.outstanding).toEqual([]);
        expect(signalsDueAt(state[side] as SignalStream)).toBe(Infinity);
      }
    });
    expect(ran).toBeGreaterThan(0);
  });
});
