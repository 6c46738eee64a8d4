import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { pictureMoves, toneHeard } from "../harness/measure.ts";
import { comes, fillRoom } from "../harness/media-drivers.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, openSdkPage } from "../harness/sdk-page.ts";
import { until } from "../harness/waiting.ts";
import { meet } from "../nat-lab/meeting.ts";
import { openWorld, type World } from "../nat-lab/world.ts";

/** By which of its own candidates that page sends to the forwarder. */
const waysToForwarder = ({ page }: TestPage): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const ways: string[] = [];
    const links = new Set([...window.room.peers.values()].map(({ link }) => link.connection));
    for (const connection of window.parlourTest.connections) {
      if (connection.connectionState !== "connected" || links.has(connection)) continue;
      const report = await connection.getStats();
      const transport = [...report.values()].find(({ type }) => type === "transport");
      const local = report.get(report.get(transport?.selectedCandidatePairId)?.localCandidateId);
      ways.push(`${local?.candidateType} by ${local?.relayProtocol}`);
    }
    return ways;
  });

// Networks that let out nothing but TCP to port 443. There the page's own port has to carry everything: the page, its WebSocket, and the
// relay inside TLS, by the server's name and with a certificate that the browsers trust.

const pairs: [Engine, Engine][] = [
  ["chromium", "chromium"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

// Namespaces of one's own need it here; the NAT lab's own runner can do without.
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)("one open port", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    for (const name of ["a", "b"]) await world.host(name).setNat("only-443");
  });
  afterAll(() => world?.close());

  const metrics = async (): Promise<string> =>
    world.server.namespace.run([
      process.execPath,
      "--no-warnings",
      "-e",
      'process.env.NODE_TLS_REJECT_UNAUTHORIZED="0";fetch("https://127.0.0.1/metrics").then((r)=>r.text()).then((t)=>process.stdout.write(t))',
    ]);

  it.each(pairs)("[H73] is enough for %s and %s: turns: on the page's own", async (...engines) => {
    const [ada, bo] = engines;
    const rtc = { iceTransportPolicy: "relay" } as const;
    const meeting = await meet(world, [
      { host: world.host("a"), engine: ada, rtc },
      { host: world.host("b"), engine: bo, rtc },
    ]);
    try {
      await meeting.talks(30_000);
      await until("both ways to be known", async () =>
        (await meeting.ends()).every((end) => end?.path === "relayed"),
      );
      // Firefox does not say by what it reaches the relay.
      for (const [index, end] of (await meeting.ends()).entries())
        if (engines[index] === "chromium") expect(end).toMatchObject({ candidate: "relay", relayBy: "tls" });
      const counted = await metrics();
      expect(Number(/^parlour_relay_allocations_tls (\d+)$/m.exec(counted)?.[1])).toBeGreaterThan(1);
      expect(counted).toMatch(/^parlour_relay_allocations_udp 0$/m);
      expect(counted).toMatch(/^parlour_relay_allocations_tcp 0$/m);
    } finally {
      await meeting.close();
    }
  });

  it("[X52] is enough for a room over the forwarder: both see and hear each other by it", async () => {
    const link = privateLink(world.server, "one-port-forwarded");
    const tabs: TestPage[] = [];
    const open = async (host: string, engine: Engine): Promise<TestPage> => {
      const tab = await openSdkPage(await world.host(host).browser(engine), world.server.url);
      tabs.push(tab);
      return tab;
    };
    try {
      await fillRoom(await open("a", "chromium"), link, 6);
      const ada = await open("a", "chromium");
      await joinWithSdk(ada, { link, name: "Ada", publish: true });
      const bo = await open("b", "firefox");
      await joinWithSdk(bo, { link, name: "Bo", publish: true });
      for (const [tab, other] of [
        [ada, "Bo"],
        [bo, "Ada"],
      ] as const) {
        const where = { selector: `video[data-peer="${other}"][data-source="camera"]` };
        await comes(
          tab,
          other,
          "a picture by the forwarder",
          ({ video }) => !video.isByLink && video.frames > 0,
        );
        await pictureMoves(tab, where);
        await toneHeard(tab, where);
      }
      // What it is seen as from there has no candidate of its own: it was learnt from the answer.
      expect(await waysToForwarder(ada)).toEqual([expect.stringMatching(/^(relay|prflx) by tls$/)]);
      expect(await metrics()).toMatch(/^parlour_relay_allocations_udp 0$/m);
    } finally {
      for (const tab of tabs) await tab.close();
    }
  });

  it("[H73] nothing else gets through there", async () => {
    const { host } = world.host("a").namespaces;
    const tried = (url: string): Promise<string> =>
      host
        .run(["timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${url} && echo open`])
        .then((text) => text.trim())
        .catch(() => "shut");
    expect(await Promise.all(["203.0.113.1/443", "203.0.113.1/3478"].map(tried))).toEqual(["open", "shut"]);
  });
});
