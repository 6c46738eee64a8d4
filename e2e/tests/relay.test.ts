import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coturn } from "../../packages/turn/node/coturn.fixture.ts";
import { type Engine, sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { pictureMoves } from "../harness/measure.ts";
import { privateLink } from "../harness/people.ts";
import { rawJoin } from "../harness/raw-client.ts";
import { goesOverUdpRelay } from "../harness/relay-only.ts";
import { forgetProcess, noteProcess } from "../harness/scratch.ts";
import { joinWithSdk, linked, loadSdk, openSdkPage } from "../harness/sdk-page.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { until } from "../harness/waiting.ts";

// Two pages that may use nothing but the relay. Chromium asks no TURN server on 127.0.0.1, so their rooms are at an address of the
// machine; over plain HTTP that is no secure context, so the pages themselves are from localhost, as those of another site would be.

const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

const pairs: [Engine, Engine][] = [
  ["chromium", "chromium"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

let rooms = 0;

/** Someone with camera and microphone who may only be reached through the relay. */
async function member(
  engine: Engine,
  server: TestServer,
  { link, name, byUdp = false }: { readonly link: string; readonly name: string; readonly byUdp?: boolean },
): Promise<TestPage> {
  const tab = await (await sharedBrowser(engine)).openPage();
  if (byUdp) await goesOverUdpRelay(tab);
  await loadSdk(tab, `http://localhost:${server.port}`);
  await joinWithSdk(tab, { link, name, publish: true, rtc: { iceTransportPolicy: "relay" } });
  await tab.page.evaluate(() => {
    const heard: string[] = [];
    window.kept["heard"] = heard;
    window.room.channel("words", { delivery: "ordered" }).on("message", (data) => heard.push(String(data)));
  });
  return tab;
}

/** The path of the one link, and by what this side reaches the relay. */
function wayOf({ page }: TestPage): Promise<{ path: string | undefined; protocol: string; url: string }> {
  return page.evaluate(async () => {
    const [peer] = [...window.room.peers.values()];
    const connection = window.parlourTest.connections.find((one) => one.connectionState === "connected");
    const report = [...((await connection?.getStats())?.values() ?? [])];
    // Chromium keeps pairs that it nominated before; the transport names the one in use.
    const inUse = report.find((one) => one.type === "transport")?.selectedCandidatePairId;
    const pair = report.find((one) =>
      inUse === undefined
        ? one.type === "candidate-pair" && one.nominated && one.state === "succeeded"
        : one.id === inUse,
    );
    const local = report.find((one) => one.id === pair?.localCandidateId);
    return { path: peer?.link.path, protocol: local?.relayProtocol ?? "?", url: local?.url ?? "" };
  });
}

type Member = readonly [TestPage, string];

/** Data and picture arrive at both. */
async function talks([from, name]: Member, [to]: Member, text: string): Promise<void> {
  await from.page.evaluate(
    (words) => window.room.channel("words", { delivery: "ordered" }).send(words),
    text,
  );
  await until(`"${text}" to arrive`, () =>
    to.page.evaluate((words) => (window.kept["heard"] as string[]).includes(words), text),
  );
  await pictureMoves(to, { selector: `video[data-peer="${name}"]` });
}

async function metrics(server: TestServer): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  return (name) =>
    Number(new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

async function pairThroughRelay(
  [first, second]: readonly [Engine, Engine],
  server: TestServer,
  check: (ada: TestPage, bo: TestPage) => Promise<void>,
  byUdp = false,
): Promise<void> {
  const link = privateLink({ url: `http://${address}:${server.port}` }, `relay-${++rooms}`);
  const tabs: TestPage[] = [];
  try {
    const ada = await member(first, server, { link, name: "Ada", byUdp });
    tabs.push(ada);
    const bo = await member(second, server, { link, name: "Bo", byUdp });
    tabs.push(bo);
    await linked(ada, "Bo");
    await linked(bo, "Ada");
    await until("both to know that they are relayed", async () => {
      const ways = [await wayOf(ada), await wayOf(bo)];
      return ways.every(({ path }) => path === "relayed");
    });
    await talks([ada, "Ada"], [bo, "Bo"], "to Bo");
    await talks([bo, "Bo"], [ada, "Ada"], "to Ada");
    await check(ada, bo);
  } finally {
    for (const tab of tabs) await tab.close();
  }
}

describe.skipIf(address === undefined)("the relay of the server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(["--turn-port", "0", "--allow-origin", "*"]);
  });
  afterAll(() => server.close());

  it.each(pairs)("[H23] %s and %s with nothing but the relay: over UDP", async (...pair) => {
    await pairThroughRelay(
      pair,
      server,
      async (ada, bo) => {
        const read = await metrics(server);
        expect(read("parlour_relay_allocations_udp")).toBeGreaterThan(1);
        expect(read("parlour_relay_packets_total")).toBeGreaterThan(10);
        // Firefox does not always say by what it reaches the relay.
        for (const tab of [ada, bo])
          if (tab.engine === "chromium")
            await until("a way over UDP", async () => (await wayOf(tab)).protocol === "udp");
      },
      true,
    );
  });

  it("[H23] a direct link goes to the relay on demand", async () => {
    const origin = `http://${address}:${server.port}`;
    const room = `relay-${++rooms}`;
    const browser = await sharedBrowser("chromium");
    const tabs = [await openSdkPage(browser, origin), await openSdkPage(browser, origin)] as const;
    try {
      for (const [index, tab] of tabs.entries())
        await tab.page.evaluate(
          async (link, name) => {
            window.room = await window.sdk.joinRoom(link, { name, media: false });
          },
          `${origin}/r/${room}`,
          index === 0 ? "Ada" : "Bo",
        );
      await linked(tabs[0], "Bo");
      await until("a direct path", async () => (await wayOf(tabs[0])).path === "direct");
      for (const { page } of tabs) await page.evaluate(() => window.room.simulate("relay-only"));
      for (const tab of tabs)
        await until("a relayed path", async () => (await wayOf(tab)).path === "relayed");
    } finally {
      for (const tab of tabs) await tab.close();
    }
  });

  it("[H26] when a seat goes, its relayed addresses end and its credentials make no more", async () => {
    const guest = await rawJoin(`http://${address}:${server.port}`, { room: `relay-${++rooms}`, name: "Cy" });
    const { iceServers } = guest.welcome;
    const tab = await openSdkPage(await sharedBrowser("chromium"), `http://${address}:${server.port}`);
    /** Relayed candidates of a connection that stays open. */
    const gathered = (): Promise<number> =>
      tab.page.evaluate(async (given) => {
        const connection = new RTCPeerConnection({
          iceServers: given as RTCIceServer[],
          iceTransportPolicy: "relay",
        });
        let relayed = 0;
        const done = new Promise<void>((resolve) => {
          connection.addEventListener("icecandidate", ({ candidate }) => {
            if (candidate === null) resolve();
            else if (candidate.type === "relay") relayed++;
          });
        });
        connection.createDataChannel("any");
        await connection.setLocalDescription();
        await done;
        return relayed;
      }, iceServers);
    try {
      expect(await gathered()).toBeGreaterThan(0);
      const ends = 'parlour_relay_ends_total{reason="dropped"}';
      const before = (await metrics(server))(ends);
      guest.send({ type: "leave" });
      await until("the relay to end them", async () => (await metrics(server))(ends) > before);
      expect(await gathered()).toBe(0);
    } finally {
      await tab.close();
    }
  });

  it("[H24] everyone gets credentials of their own, for the host by which they came", async () => {
    const { welcome } = await rawJoin(server.url, { room: `relay-${++rooms}`, name: "Cy" });
    const [stun, turn] = welcome.iceServers;
    expect(stun?.urls[0]).toMatch(/^stun:localhost:\d+$/);
    expect(turn?.urls).toContain(`turn:localhost:${server.port}?transport=tcp`);
    expect(turn?.username).toMatch(new RegExp(`^\\d+:relay-\\d+/${welcome.you.id}/$`));
  });
});

describe.skipIf(address === undefined)("the relay with other ways of reading UDP", () => {
  it.each([
    ["two threads", ["--turn-workers", "2"]],
    ["Node's sockets", ["--turn-fast-path", "off"]],
  ])("[H72] %s: Firefox and Chromium meet", async (_name, flags) => {
    const server = await startServer([...flags, "--allow-origin", "*"]);
    try {
      await pairThroughRelay(["firefox", "chromium"], server, async () => {
        expect((await metrics(server))("parlour_relay_packets_total")).toBeGreaterThan(10);
      });
    } finally {
      await server.close();
    }
  });
});

describe.skipIf(address === undefined)("the relay where its UDP port is blocked", () => {
  const taken = createSocket("udp4");
  let server: TestServer;
  beforeAll(async () => {
    taken.bind(0, "0.0.0.0");
    await once(taken, "listening");
    server = await startServer(["--turn-port", String(taken.address().port), "--allow-origin", "*"]);
  });
  afterAll(async () => {
    await server.close();
    taken.close();
  });

  it.each(pairs)("[H25] %s and %s go over TCP", async (...pair) => {
    expect(server.log.join("\n")).toMatch(/UDP port \d+ of the relay is taken by another program/);
    await pairThroughRelay(pair, server, async (ada, bo) => {
      expect((await metrics(server))("parlour_relay_allocations_tcp")).toBeGreaterThan(1);
      expect((await metrics(server))("parlour_relay_allocations_udp")).toBe(0);
      if (ada.engine === "chromium" && bo.engine === "chromium")
        for (const tab of [ada, bo])
          await until("a way over TCP", async () => (await wayOf(tab)).protocol === "tcp");
    });
  });
});

describe.skipIf(address === undefined)("a relay that somebody else runs", () => {
  const secret = "the same long random text";
  const port = 20_000 + (process.pid % 20_000);
  let other: ChildProcess;
  let server: TestServer;
  beforeAll(async () => {
    other = spawn(
      coturn("turnserver"),
      [
        ...["-n", "--no-tls", "--no-dtls", "--no-cli", "--realm=meet.example.org", "--pidfile=/dev/null"],
        ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`],
        ...["--use-auth-secret", `--static-auth-secret=${secret}`, "--min-port=42000", "--max-port=42099"],
        ...["--no-stdout-log", "--log-file=/dev/null"],
      ],
      { stdio: "ignore" },
    );
    if (other.pid !== undefined) noteProcess(other.pid);
    server = await startServer([
      ...["--turn", "external", "--turn-secret", secret, "--allow-origin", "*"],
      ...["--turn-url", `turn:${address}:${port}?transport=udp,turn:${address}:${port}?transport=tcp`],
    ]);
  });
  afterAll(async () => {
    await server?.close();
    other.kill("SIGKILL");
    if (other.pid !== undefined) forgetProcess(other.pid);
  });

  it("[H28] coturn takes the credentials, and both meet there", async () => {
    await pairThroughRelay(["chromium", "firefox"], server, async (ada) => {
      expect((await wayOf(ada)).url).toContain(`:${port}`);
    });
  });
});
