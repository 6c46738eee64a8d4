import { afterEach, describe, expect, it } from "vitest";
import { createUdpProxy, type UdpProxy } from "../../packages/testkit/node/index.ts";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { acceptOffer, digestOf, endOf, MiB, offerFiles, taken, takenUpTo } from "../harness/files.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, linked, loadSdk } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { throughProxy } from "../harness/through-proxy.ts";
import { until } from "../harness/waiting.ts";

// Files over a way that is not a wire between two browsers: far apart, or narrow and shared with a call.

describe("files over a distance", () => {
  const stage = useStage();
  let proxy: UdpProxy | undefined;
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  const come = async (
    engine: Engine,
    side: "a" | "b",
    arrival: { link: string; name: string; publish?: boolean },
  ): Promise<TestPage> => {
    const tab = await stage.page(engine);
    if (proxy) await throughProxy(tab.page, proxy, side);
    await loadSdk(tab, stage.server.url);
    await joinWithSdk(tab, { media: false, ...arrival, ...(arrival.publish && { media: true }) });
    return tab;
  };

  /** Connections that carry something, the one of the link among them. */
  const connections = (tab: TestPage): Promise<number> =>
    tab.page.evaluate(
      () => window.parlourTest.connections.filter((one) => one.connectionState === "connected").length,
    );

  /** What a page says of its link and of all its connections: for when there are too few. */
  const statesOf = (tab: TestPage) =>
    tab.page.evaluate(() => ({
      links: [...window.room.peers.values()].map(({ link }) => ({ state: link.state, rttMs: link.rttMs })),
      connections: window.parlourTest.connections.map((one) => [
        one.signalingState,
        one.iceConnectionState,
        one.connectionState,
      ]),
    }));

  it.each([
    ["chromium", "chromium"],
    ["firefox", "chromium"],
  ] as const)(
    "[F112][F113][F116] %s to %s, 40 ms apart: over four connections; what was on one that is lost comes again",
    async (giver, taker) => {
      proxy = await createUdpProxy({
        seed: 1,
        ports: 128,
        // It keeps a sixth of a second of what is too much, as lines at home do.
        conditions: { delayMs: 20, bytesPerSecond: 3 * MiB, queueBytes: MiB / 2 },
      });
      const link = privateLink(stage.server, stage.roomName("far"));
      // What arrives at one is what the other gathered.
      const ada = await come(giver, "b", { link, name: "Ada" });
      const bo = await come(taker, "a", { link, name: "Bo" });
      await linked(ada, "Bo");
      const size = 24 * MiB;
      await offerFiles(ada, [{ name: "far.bin", size }]);
      await acceptOffer(bo);
      await until("four connections", async () => (await connections(bo)) === 4).catch(
        async (cause: Error) => {
          const states = await Promise.all([ada, bo].map(statesOf));
          throw new Error(`${cause.message}; ${JSON.stringify([states, await taken(bo)])}`, { cause });
        },
      );
      // The last one that was made is none of the link's.
      await bo.page.evaluate(() => {
        const open = window.parlourTest.connections.filter((one) => one.connectionState === "connected");
        open.at(-1)?.close();
      });
      const { bytes } = await taken(bo);
      expect(bytes).toBeLessThan(size);
      await takenUpTo(bo, size);
      expect(await endOf(bo)).toBe("done");
      expect(await digestOf(bo, "taking")).toEqual(await digestOf(ada, "giving"));
    },
    120_000,
  );

  it("[F27][F113] a call goes on as before while a file goes over the same narrow line", async () => {
    // A line of eight megabits a second that keeps up to a second of what is too much.
    proxy = await createUdpProxy({
      seed: 1,
      ports: 64,
      conditions: { delayMs: 10, bytesPerSecond: MiB, queueBytes: MiB },
    });
    const link = privateLink(stage.server, stage.roomName("call"));
    const ada = await come("chromium", "b", { link, name: "Ada", publish: true });
    const bo = await come("chromium", "a", { link, name: "Bo", publish: true });
    await linked(ada, "Bo");
    await until("both pictures", async () => (await framesOf(bo)) > 10 && (await framesOf(ada)) > 10);

    const control = await watchCall(ada, bo);
    await offerFiles(ada, [{ name: "beside.bin", size: 256 * MiB }]);
    await acceptOffer(bo);
    await takenUpTo(bo, MiB);
    const before = (await taken(bo)).bytes;
    const beside = await watchCall(ada, bo);
    const moved = (await taken(bo)).bytes - before;
    process.stderr.write(
      `alone ${JSON.stringify(control)}; beside a file ${JSON.stringify(beside)}, ${(moved / MiB).toFixed(1)} MiB\n`,
    );
    expect(await connections(bo)).toBe(1);
    expect(moved).toBeGreaterThan(0);
    // As many frames on a machine that has time for both; on one that has none for either the browser draws fewer beside any work.
    expect(beside.frames).toBeGreaterThan(control.frames * 0.5);
    expect(beside.frozenMs).toBeLessThan(control.frozenMs + 2_000);
    // Unyielding, a file fills the line's second.
    expect(beside.rttMs).toBeLessThan(control.rttMs + 400);
    await bo.page.evaluate(() => (window.kept["taking"] as import("@parlour/client").Taking).cancel());
  }, 120_000);
});

interface CallState {
  readonly frames: number;
  readonly frozenMs: number;
}
const callState = (tab: TestPage): Promise<CallState> =>
  tab.page.evaluate(async () => {
    const sum = { frames: 0, frozenMs: 0 };
    for (const connection of window.parlourTest.connections)
      for (const report of (await connection.getStats()).values())
        if (report.type === "inbound-rtp" && report.kind === "video") {
          sum.frames += report.framesDecoded ?? 0;
          sum.frozenMs += (report.totalFreezesDuration ?? 0) * 1000;
        }
    return sum;
  });
const framesOf = async (tab: TestPage): Promise<number> => (await callState(tab)).frames;

/** Ten seconds of a call: frames and standstills at the receiver, and the median of the round trips that it reports. */
async function watchCall(from: TestPage, to: TestPage): Promise<CallState & { readonly rttMs: number }> {
  const before = await callState(to);
  const rtts = await from.page.evaluate(async () => {
    const seen = new Map<string, number>();
    const end = performance.now() + 10_000;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (const connection of window.parlourTest.connections)
        for (const report of (await connection.getStats()).values())
          if (report.type === "remote-inbound-rtp" && report.roundTripTime !== undefined)
            seen.set(`${report.id} ${report.timestamp}`, report.roundTripTime * 1000);
    }
    return [...seen.values()].sort((a, b) => a - b);
  });
  const after = await callState(to);
  return {
    frames: after.frames - before.frames,
    frozenMs: Math.round(after.frozenMs - before.frozenMs),
    rttMs: Math.round(rtts[rtts.length >> 1] ?? 0),
  };
}
