import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { until } from "../harness/waiting.ts";
import { meet } from "../nat-lab/meeting.ts";
import { openWorld, type World } from "../nat-lab/world.ts";

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
