import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { RTCPeerConnection } from "werift";
import { selfSigned } from "./certificate.fixture.ts";
import { makeCredentials, type TurnServer } from "./index.ts";
import type { FromLibdatachannel, ToLibdatachannel } from "./libdatachannel.fixture.ts";
import { secret } from "./real-client.fixture.ts";
import { closeLater, local, make, udpPaths } from "./running.fixture.ts";

/*
 * Whole WebRTC stacks that others wrote, with clients of their own for TURN: werift (UDP, TCP, TLS) and libdatachannel (UDP). They may use nothing
 * but the relay, and open a data channel to each other.
 */

interface Access {
  readonly url: string;
  readonly username: string;
  readonly credential: string;
}

/** One side: makes its description with all candidates, takes the other's, and says a word. */
interface Foreigner {
  offer(): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** What the other side said, once this side said its word. */
  readonly heard: Promise<string>;
}
const word = "hello from the other side";
type Stack = (access: Access) => Foreigner;

const werift: Stack = ({ url, username, credential }) => {
  const connection = new RTCPeerConnection({
    iceServers: [{ urls: url, username, credential }],
    iceTransportPolicy: "relay",
    turnTlsOptions: { rejectUnauthorized: false },
  });
  closeLater(() => connection.close());
  const channel = connection.createDataChannel("words", { negotiated: true, id: 1 });
  channel.onopen = () => channel.send(Buffer.from(word));
  const heard = new Promise<string>((resolve) => {
    channel.onmessage = ({ data }) => resolve(String(data));
  });
  const gathered = async (): Promise<string> => {
    while (connection.iceGatheringState !== "complete")
      await connection.iceGatheringStateChange.asPromise(30_000);
    return connection.localDescription?.sdp ?? "";
  };
  return {
    heard,
    async offer() {
      await connection.setLocalDescription(await connection.createOffer());
      return gathered();
    },
    async answer(sdp) {
      await connection.setRemoteDescription({ type: "offer", sdp });
      await connection.setLocalDescription(await connection.createAnswer());
      return gathered();
    },
    accept: (sdp) => connection.setRemoteDescription({ type: "answer", sdp }),
  };
};

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const hooks = new URL("../../../scripts/typescript/register.mjs", import.meta.url).href;

/*
 * libdatachannel is always the one that begins DTLS, never against itself: if it is the other and the first flight comes before its own check has
 * its answer, two of its threads wait for each other for ever (its pull request 1630, which node-datachannel 0.33.4 does not have yet).
 */
const libdatachannel: Stack = ({ url, username, credential: password }) => {
  const [, hostname = "", port] = /^turn:(.*):(\d+)/.exec(url) ?? [];
  const child = fork(at("libdatachannel.fixture.ts"), { execArgv: ["--import", hooks] });
  const tell = (message: ToLibdatachannel) => child.send(message);
  const said = (is: FromLibdatachannel["is"]) =>
    new Promise<string>((resolve, reject) => {
      child.on("message", (message: FromLibdatachannel) => {
        if (message.is === is) resolve(message.text);
        if (message.is === "failed") reject(new Error(`libdatachannel failed: ${message.text}`));
      });
      child.once("exit", (code) => code !== null && reject(new Error(`libdatachannel ended with ${code}`)));
    });
  closeLater(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  const described = said("described");
  const heard = said("heard");
  // It may fail before anybody waits for it.
  heard.catch(() => {});
  tell({ is: "start", hostname, port: Number(port), username, password, word });
  return {
    heard,
    async offer() {
      tell({ is: "offer" });
      return (await described).replaceAll("a=setup:actpass", "a=setup:active");
    },
    answer(sdp) {
      tell({ is: "answer", sdp });
      return described;
    },
    async accept(sdp) {
      tell({ is: "accept", sdp });
    },
  };
};

const candidatesOf = (sdp: string): string[] => sdp.match(/^a=candidate:.*$/gm) ?? [];
const accessTo = (url: string, id: string, lifetime = 300): Access => ({
  url,
  ...makeCredentials(secret, id, lifetime, Date.now()),
});

/** Both open a channel to each other, with relayed candidates alone. */
async function meet(one: Stack, other: Stack, url: string): Promise<void> {
  const [a, b] = [one(accessTo(url, "a/")), other(accessTo(url, "b/"))];
  const offer = await a.offer();
  const answer = await b.answer(offer);
  for (const candidates of [candidatesOf(offer), candidatesOf(answer)]) {
    expect(candidates.length).toBeGreaterThan(0);
    for (const candidate of candidates) expect(candidate).toContain("typ relay");
  }
  await a.accept(answer);
  expect(await Promise.all([a.heard, b.heard])).toEqual([word, word]);
}

const modes = [
  { mode: "closed" },
  {
    mode: "open",
    publicAddress: "127.0.0.1",
    relayHosts: { v4: "127.0.0.1" },
    relayPorts: { first: 44_000, last: 44_099 },
  },
] as const;

describe.each(udpPaths)("other people's clients, UDP by $by:", ({ how }) => {
  describe.each(modes)("$mode mode", (mode) => {
    const start = async (): Promise<{ server: TurnServer; port: number }> => {
      const server = make({ ...how, ...mode });
      return { server, port: (await server.listenUdp(local)).port };
    };

    it.each([
      { names: "werift twice", stacks: [werift, werift] },
      { names: "werift to libdatachannel", stacks: [werift, libdatachannel] },
      { names: "libdatachannel to werift", stacks: [libdatachannel, werift] },
    ] as const)("[T50] $names over UDP", async ({ stacks: [first, second] }) => {
      const { server, port } = await start();
      await meet(first, second, `turn:127.0.0.1:${port}?transport=udp`);
      expect(server.stats()).toMatchObject({ allocationsBy: { udp: 2, tcp: 0, tls: 0 } });
      expect(server.stats().relayedPackets).toBeGreaterThan(0);
    });

    it("[T50] werift over TCP and TLS, also with one that is over UDP", async () => {
      const { server, port } = await start();
      const tcp = await server.listenTcp(local);
      const tls = await server.listenTls({ ...local, ...selfSigned() });
      await meet(werift, werift, `turn:127.0.0.1:${tcp.port}?transport=tcp`);
      await meet(werift, werift, `turns:127.0.0.1:${tls.port}?transport=tcp`);
      expect(server.stats()).toMatchObject({ allocationsBy: { udp: 0, tcp: 2, tls: 2 } });
      const mixed: Stack = (access) =>
        werift({ ...access, url: `turns:127.0.0.1:${tls.port}?transport=tcp` });
      await meet(mixed, libdatachannel, `turn:127.0.0.1:${port}?transport=udp`);
    });
  });
});

describe("other people's clients with credentials that ended", () => {
  it.each([
    ["werift", werift],
    ["libdatachannel", libdatachannel],
  ] as const)(
    "[T15] %s gets no relayed address",
    async (_name, stack) => {
      const server = make();
      const { port } = await server.listenUdp(local);
      const url = `turn:127.0.0.1:${port}?transport=udp`;
      expect(candidatesOf(await stack(accessTo(url, "a/", -5)).offer())).toEqual([]);
      expect(server.stats().allocationsMade).toBe(0);
      expect(server.stats().refusals[401]).toBeGreaterThan(0);
    },
    60_000,
  );
});
