import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, linked, openSdkPage } from "../harness/sdk-page.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { until } from "../harness/waiting.ts";

// A network that is bad on purpose, between real browsers: what their own statistics say of it.

const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

/** Each way passes two allocations, and each of them adds its delay and loses its share. */
const delayMs = 60;
const loss = 0.05;

describe.skipIf(address === undefined)("a relay with --turn-lab", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(["--turn-lab", `delay=${delayMs},loss=${loss}`, "--allow-origin", "*"]);
  });
  afterAll(() => server.close());

  const measured = ({ page }: TestPage): Promise<{ rttMs: number; lost: number; received: number }> =>
    page.evaluate(async () => {
      const [peer] = window.room.peers.values();
      const all = [...((await peer?.link.connection?.getStats())?.values() ?? [])];
      const transport = all.find(({ type }) => type === "transport");
      const pair = all.find(({ id }) => id === transport?.selectedCandidatePairId);
      const video = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
      return {
        rttMs: (pair?.currentRoundTripTime ?? 0) * 1000,
        lost: video?.packetsLost ?? 0,
        received: video?.packetsReceived ?? 0,
      };
    });

  it("[H71] is slow and loses packets, as browsers see it, and calls go on", async () => {
    expect(server.log.join("\n")).toContain("bad on purpose (--turn-lab)");
    const link = privateLink({ url: `http://${address}:${server.port}` }, "lab");
    const browser = await sharedBrowser("chromium");
    const tabs: TestPage[] = [];
    try {
      for (const name of ["Ada", "Bo"]) {
        const tab = await openSdkPage(browser, `http://localhost:${server.port}`);
        tabs.push(tab);
        await joinWithSdk(tab, { link, name, publish: true, rtc: { iceTransportPolicy: "relay" } });
      }
      for (const [index, tab] of tabs.entries()) await linked(tab, index === 0 ? "Bo" : "Ada");
      for (const tab of tabs) {
        await until("a round trip and losses to be measured", async () => {
          const { rttMs, lost, received } = await measured(tab);
          return rttMs > 0 && lost > 0 && received > 200;
        });
        const { rttMs, lost, received } = await measured(tab);
        expect(rttMs).toBeGreaterThanOrEqual(4 * delayMs);
        // Of 200 packets and more, about a tenth; what was sent again counts as received.
        expect(lost / (lost + received)).toBeGreaterThan(0.01);
        expect(lost / (lost + received)).toBeLessThan(0.4);
      }
    } finally {
      for (const tab of tabs) await tab.close();
    }
  });
});
