import {
  type FakeClock,
  fakeClock,
  fakeWorld,
  runSeedsAsync,
  runUntil,
  seedsTimeout,
} from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { linkLimits } from "../../core/link/signal.ts";
import { decodeHeader, encodeHeader, packetHeaderBytes, streamTag } from "../../core/signals/packet.ts";
import { receiveSignal, type SignalStep, sendSignal, signalStream } from "../../core/signals/stream.ts";
import { createTimedLink } from "./link.ts";
import { epochs, flush, setup } from "./two-pages.fixture.ts";

describe("links and lies", () => {
  it("[L38][L15][L17] a page that lies harms nothing but its own link", {
    timeout: seedsTimeout(60_000, process.env),
  }, async () => {
    const ran = await runSeedsAsync({ seeds: 500, env: process.env }, async (random) => {
      const clock: FakeClock = fakeClock();
      const world = fakeWorld({ clock, random: random.fork() });
      let liar = signalStream({ out: streamTag(epochs[1], epochs[0]), in: streamTag(epochs[0], epochs[1]) });
      let sentBytes = 0;
      const heard: string[] = [];
      const side = random.pick([0, 1] as const);
      if (side === 1) liar = { ...liar, tags: { out: liar.tags.in, in: liar.tags.out } };
      const link = createTimedLink(
        setup(side, world, (payload) => {
          sentBytes += payload.length;
          const header = decodeHeader(payload);
          if (header === undefined) return true;
          const step = receiveSignal(liar, header, payload.subarray(packetHeaderBytes), clock.now());
          liar = step.stream;
          for (const effect of step.effects)
            if (effect.kind === "deliver") heard.push(new TextDecoder().decode(effect.body));
          return true;
        }),
        clock,
      );
      const pass = (step: SignalStep): void => {
        liar = step.stream;
        for (const effect of step.effects)
          if (effect.kind === "packet") link.receive(Buffer.concat([effect.header, effect.piece]));
      };
      const say = (value: unknown): void =>
        pass(sendSignal(liar, new TextEncoder().encode(JSON.stringify(value)), clock.now()));
      let generation = 1;
      const honest = (type: string): string => {
        const said = heard.find((text) => text.includes(`"type":"${type}"`));
        return said === undefined ? "v=0\r\n" : (JSON.parse(said) as { sdp: string }).sdp;
      };
      const lies: (() => void)[] = [
        () => link.receive(random.bytes(random.int(0, 100))),
        () => pass(sendSignal(liar, random.bytes(random.int(0, 300)), clock.now())),
        () => say(random.pick([null, 1, [], {}, { type: "offer" }, { type: "nothing", generation }])),
        () => say({ type: "answer", generation, sdp: honest("offer"), parts: {} }),
        () => say({ type: "offer", generation, sdp: honest("offer"), parts: { part: random.next() } }),
        () => say({ type: "offer", generation, sdp: "v=0", parts: { __proto__: 1, toString: 2 } }),
        () => say({ type: "offer", generation: generation + random.int(1, 3), sdp: "x" }),
        () => say({ type: "rebuild", generation: ++generation, reason: "again" }),
        () => say({ type: "offer", generation, sdp: "a".repeat(random.chance(0.1) ? 230_000 : 3_000) }),
        () => {
          const usernameFragment = random.pick(["u0", "u1", "wrong", null]);
          const candidates = Array.from({ length: random.int(0, 64) }, () => ({
            candidate: `candidate:${random.int(0, 9)}`,
            usernameFragment,
          }));
          say({ type: "candidates", generation, candidates });
        },
        () => {
          const header = {
            isContinued: random.chance(0.5),
            tag: liar.tags.out,
            number: liar.lastOut + random.int(0, 2),
            acknowledged: random.int(0, 500),
          };
          link.receive(Buffer.concat([encodeHeader(header), random.bytes(random.int(0, 50))]));
        },
      ];
      for (let i = 0; i < 60; i++) {
        random.pick(lies)();
        if (random.chance(0.3)) await runUntil(clock, flush, () => false, random.int(0, 500));
      }
      await runUntil(clock, flush, () => link.state === "closed", 120_000);
      expect(world.connections.length).toBeLessThanOrEqual(linkLimits.fruitlessRebuilds + 1);
      expect(sentBytes).toBeLessThan(2_000_000);
      link.close("left");
      expect(link.state).toBe("closed");
      expect(world.connections.every((connection) => connection.signalingState === "closed")).toBe(true);
    });
    expect(ran).toBeGreaterThan(0);
  });
});
