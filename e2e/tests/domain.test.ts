import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pebble, startPebble } from "../../packages/server/node/tls/acme/pebble.fixture.ts";
import { freePort } from "../../packages/testkit/node/index.ts";
import {
  type Engine,
  executable,
  launchBrowser,
  type TestBrowser,
  type TestPage,
} from "../harness/browsers.ts";
import { pictureMoves } from "../harness/measure.ts";
import { privateLink } from "../harness/people.ts";
import { freshFolder } from "../harness/scratch.ts";
import { joinWithSdk, linked, openSdkPage } from "../harness/sdk-page.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { until } from "../harness/waiting.ts";
import { profilesThatTrust } from "../nat-lab/trust.ts";

// A server with a domain as its host starts it, an authority that gives certificates which end soon, and browsers that trust nobody else.
// Both ports of the relay are taken, so that everything goes through the page's: page, sockets, relay and the authority's looks.

const domain = "meet.example.org";
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

/** Renewed with a third of it left. */
const validSeconds = 60;

describe.skipIf(address === undefined)("a server with a domain", () => {
  const taken = { udp: createSocket("udp4"), tcp: createServer() };
  let pebble: Pebble;
  let server: TestServer;
  let port: number;
  let root: string;
  const browsers = new Map<Engine, TestBrowser>();

  beforeAll(async () => {
    taken.tcp.listen(0, "0.0.0.0");
    await once(taken.tcp, "listening");
    const { port: turnPort } = taken.tcp.address() as { port: number };
    taken.udp.bind(turnPort, "0.0.0.0");
    await once(taken.udp, "listening");
    port = await freePort();
    pebble = await startPebble({ httpPort: await freePort(), tlsPort: port, validSeconds });
    root = await pebble.root();
    server = await startServer(
      [
        ...["--domain", domain, "--http-port", "off", "--turn-port", String(turnPort)],
        ...["--acme-directory", pebble.directory, "--acme-ca", pebble.caFile],
      ],
      { launcher: [], port },
    );
    const file = join(freshFolder("root"), "root.pem");
    writeFileSync(file, root);
    const profile = await profilesThatTrust(file);
    for (const engine of ["chromium", "firefox"] as const) {
      const home = profile(engine);
      const env = { ...process.env, HOME: home };
      const place = { executable: await executable(engine), profile: home, env };
      browsers.set(
        engine,
        await launchBrowser(engine, {
          // Firefox is driven over a port that it chooses itself.
          place: engine === "firefox" ? { ...place, port: await freePort() } : place,
          flags: [`--host-resolver-rules=MAP ${domain} ${address}`],
          preferences: { "network.dns.forceResolve": address },
        }),
      );
    }
  });
  afterAll(async () => {
    for (const browser of browsers.values()) await browser.close();
    await server?.close();
    await pebble?.stop();
    taken.udp.close();
    taken.tcp.close();
  });

  /** Someone who may be reached through the relay alone. */
  async function member(engine: Engine, link: string, name: string): Promise<TestPage> {
    const tab = await openSdkPage(browsers.get(engine) as TestBrowser, server.url);
    await joinWithSdk(tab, { link, name, publish: true, rtc: { iceTransportPolicy: "relay" } });
    return tab;
  }

  /** The certificate that a new visitor gets, if the visitor trusts it. */
  const certificate = () =>
    new Promise<string>((done, failed) => {
      const socket = connect({ host: "127.0.0.1", port, servername: domain, ca: root });
      socket.once("secureConnect", () => {
        done(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
        socket.destroy();
      });
      socket.once("error", failed);
    });

  it("[H30][H31][H32] real browsers trust page and relay on one port, and a call goes on while it is renewed", async () => {
    expect(server.url).toBe(`https://${domain}:${port}`);
    const first = await certificate();
    const link = privateLink(server, "tea");
    const ada = await member("chromium", link, "Ada");
    const bo = await member("firefox", link, "Bo");
    try {
      await linked(ada, "Bo");
      await linked(bo, "Ada");
      await pictureMoves(bo, { selector: 'video[data-peer="Ada"]' });
      const way = await ada.page.evaluate(async () => {
        const connection = window.parlourTest.connections.find((one) => one.connectionState === "connected");
        const report = [...((await connection?.getStats())?.values() ?? [])];
        return report.find((one) => one.type === "local-candidate" && one.relayProtocol)?.relayProtocol;
      });
      expect(way).toBe("tls");

      const connections = () =>
        ada.page.evaluate(() => window.parlourTest.connections.map(({ connectionState }) => connectionState));
      const before = await connections();
      await until("a certificate in place of the first", async () => (await certificate()) !== first, 90_000);
      // Nobody noticed: the same connections, and pictures that move.
      expect(await connections()).toEqual(before);
      await pictureMoves(bo, { selector: 'video[data-peer="Ada"]' });
      await pictureMoves(ada, { selector: 'video[data-peer="Bo"]' });
      const cy = await member("chromium", link, "Cy");
      try {
        await linked(cy, "Ada");
        await linked(cy, "Bo");
      } finally {
        await cy.close();
      }
      expect(server.log.join("\n")).not.toMatch(/acme-/);
    } finally {
      await ada.close();
      await bo.close();
    }
  }, 180_000);
});
