import { fakeClock, fakeWorld, runSeedsAsync, runUntil, seedsTimeout, simulatedPath } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { restAtSomeTime } from "../rest.fixture.ts";
import type { LinkDriver } from "../seams.ts";
import { createTimedLink } from "./link.ts";
import { flush, setup } from "./two-pages.fixture.ts";

/**
 * Seeds that failed once:
 * 1620: the offering side gave up two connections before either's offer was made, so that generation 3 followed on 1.
 */
const kept = [1620];

/** Why the two are not done yet, or undefined when they are. */
function unsettled(one: LinkDriver, other: LinkDriver): string | undefined {
  const [a, b] = [one.connection, other.connection];
  if (one.state !== "connected" || other.state !== "connected") return `${one.state} ${other.state}`;
  if (a === undefined || b === undefined) return "no connection";
  if (a.signalingState !== "stable" || b.signalingState !== "stable")
    return `${a.signalingState} ${b.signalingState}`;
  if (a.localDescription?.sdp !== b.remoteDescription?.sdp) return "descriptions differ";
  if (a.remoteDescription?.sdp !== b.localDescription?.sdp) return "descriptions differ";
  const open = [...a.getTransceivers(), ...b.getTransceivers()].filter(
    ({ mid, currentDirection }) => mid === null || currentDirection === null,
  );
  if (open.length > 0) return `${open.length} transceivers are not negotiated`;
  const mids = (connection: RTCPeerConnection) =>
    connection
      .getTransceivers()
      .map(({ mid }) => mid)
      .sort()
      .join();
  return mids(a) === mids(b) ? undefined : "media lines differ";
}

describe("links under chaos", () => {
  it("[L38][L21][L39][L130] two pages end in agreement, whatever happens to their signals", {
    timeout: seedsTimeout(60_000, process.env),
  }, async () => {
    let ignored = 0;
    let asks = 0;
    let givenUp = 0;
    const ran = await runSeedsAsync({ seeds: 2_000, kept, env: process.env }, async (random) => {
      const clock = fakeClock();
      const world = fakeWorld({ clock, random: random.fork() });
      const links: LinkDriver[] = [];
      const wrong: string[] = [];
      const recorded: { readonly to: number; readonly payload: Uint8Array }[] = [];
      const conditions = {
        delayMs: [random.int(0, 5), random.int(5, 120)] as const,
        duplicate: random.chance(0.5) ? 0.1 : 0,
        inOrder: true,
      };
      const paths = [0, 1].map((to) =>
        simulatedPath<Uint8Array>(clock, random.fork(), conditions, (payload) => links[to]?.receive(payload)),
      );
      const away = () => paths.some((path) => path.isCut);
      const send = (to: number) => (payload: Uint8Array) => {
        recorded.push({ to, payload: payload.slice() });
        if (new TextDecoder().decode(payload).includes('"type":"ask"')) asks++;
        paths[to]?.send(payload);
        return !away();
      };
      links.push(createTimedLink(setup(0, world, send(1)), clock, restAtSomeTime(clock, random.fork())));
      clock.advance(random.int(0, 50));
      links.push(createTimedLink(setup(1, world, send(0)), clock, restAtSomeTime(clock, random.fork())));
      const [a, b] = links as [LinkDriver, LinkDriver];
      for (const link of links)
        link.on("log", (event, detail) => {
          if (event === "offer-ignored") ignored++;
          // Honest pages give each other no reason for any of these, however their signals fare.
          const isWrong = event === "rebuild" && String(detail).startsWith("negotiation");
          if (isWrong || /^(bad-signal|part-failed|candidate-refused)$/.test(event))
            wrong.push(`${event}: ${String(detail)}`);
        });
      const add = (link: LinkDriver) =>
        void link.connection?.addTransceiver(random.pick(["audio", "video"]), { direction: "sendrecv" });
      const mend = () => {
        for (const path of paths) path.mend();
        for (const link of links) link.resync();
      };
      const actions: (() => void | Promise<void>)[] = [
        () => add(a),
        () => add(b),
        () => {
          add(a);
          add(b);
        },
        () => {
          for (const path of paths) path.cut();
        },
        mend,
        () => {
          const old = recorded.length === 0 ? undefined : random.pick(recorded);
          if (old !== undefined) links[old.to]?.receive(old.payload);
        },
        () => random.pick(links).restart("test"),
        () => {
          if (random.chance(0.4)) random.pick(links).rebuild("test");
        },
        // Both pages are on another network, and one of them may hear of it later.
        () => {
          for (const link of links) clock.after(random.int(0, 40), () => link.restart("network"));
        },
        // So long that both give up.
        async () => {
          if (random.chance(0.7)) return;
          world.block();
          await runUntil(clock, flush, () => a.state === "closed" && b.state === "closed", 90_000);
          if (a.state === "closed") givenUp++;
          world.unblock();
        },
        () => {
          world.block();
          clock.after(random.int(0, 9_000), () => world.unblock());
        },
      ];
      for (let i = 0; i < 12; i++) {
        await random.pick(actions)();
        await runUntil(clock, flush, () => false, random.int(0, 60));
      }
      world.unblock();
      mend();
      const isDone = await runUntil(clock, flush, () => unsettled(a, b) === undefined, 300_000);
      expect(isDone ? "settled" : unsettled(a, b)).toBe("settled");
      expect(wrong).toEqual([]);
      for (const link of links) link.close("left");
      expect(world.connections.every((connection) => connection.signalingState === "closed")).toBe(true);
    });
    // Both did want to offer, and never did their offers cross.
    expect(asks).toBeGreaterThan(ran / 10);
    expect(givenUp).toBeGreaterThan(ran / 20);
    expect(ignored).toBe(0);
  });
});
