/**
 * Whether this browser, in this network, reaches a server and its relay: what a call would need, tried without one. Loaded by who asks.
 */
import { type IceServer, subprotocol } from "@parlour/protocol";
import type { ConnectionCheck, ConnectionCheckResult, ConnectionTestOptions } from "../api.ts";
import { parlourError } from "../error.ts";
import { randomText } from "../private/bytes.ts";

/** An answer that takes longer than this is none. Browsers give up on STUN after some ten seconds, too. */
const answerMs = 8_000;
/** Through a relay a connection takes several round trips more. */
const relayMs = 15_000;
/** STUN that works has answered by now; then an address that is nothing new was found, which browsers leave out. */
const stunMs = 3_000;

type Report = (check: ConnectionCheck, state: ConnectionCheckResult["state"], startedAt?: number) => void;

/**
 * Runs it: the server over HTTP, its WebSocket with a room of its own, then STUN and the relay over each way that the server offers.
 *
 * @param server where it is, as in `RoomLink`
 */
export async function runConnectionTest(
  server: string,
  { signal, onResult }: ConnectionTestOptions = {},
): Promise<readonly ConnectionCheckResult[]> {
  const results: ConnectionCheckResult[] = [];
  const report: Report = (check, state, startedAt) => {
    if (signal?.aborted) return;
    const result = { check, state, ...(startedAt && { ms: performance.now() - startedAt }) };
    results.push(result);
    onResult?.(result);
  };
  const startedAt = performance.now();
  const isThere = await fetch(`${server}/api/rooms`, {
    cache: "no-store",
    signal: within(answerMs, signal),
  }).then(
    ({ ok }) => ok,
    () => false,
  );
  report("server", isThere ? "works" : "fails", startedAt);
  const visit = await enter(server, report, signal);
  try {
    if (visit !== undefined) await tryServers(visit.iceServers, report, signal);
  } finally {
    visit?.leave();
  }
  if (signal?.aborted) throw parlourError("aborted");
  return results;
}

/** `AbortSignal.any` is younger than some browsers that can take part. */
function within(ms: number, signal: AbortSignal | undefined): AbortSignal {
  const both = new AbortController();
  const end = () => both.abort();
  const timer = setTimeout(end, ms);
  both.signal.addEventListener("abort", () => clearTimeout(timer));
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { signal: both.signal });
  return both.signal;
}

/** The STUN servers that a server names to visitors; none when it can't be reached. Its relay is for those who stay. */
export async function stunServersOf(server: string, signal: AbortSignal): Promise<readonly RTCIceServer[]> {
  const visit = await enter(server, () => {}, signal);
  visit?.leave();
  const all = visit?.iceServers.flatMap(({ urls }) => urls) ?? [];
  return all.filter((url) => isStun.test(url)).map((url) => ({ urls: url }));
}

interface TestVisit {
  readonly iceServers: readonly IceServer[];
  leave(): void;
}

/** Goes into a private room that nobody else has the name of; a server where opening a link makes none is asked for one. */
async function enter(
  server: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<TestVisit | undefined> {
  const startedAt = performance.now();
  const room = `test-${Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16)).join("")}`;
  const first = await hello(server, room, signal);
  const made =
    first === undefined &&
    (await fetch(`${server}/api/rooms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: room, visibility: "private", capacity: 1 }),
      signal: within(answerMs, signal),
    }).then(
      ({ ok }) => ok,
      () => false,
    ));
  const visit = made ? await hello(server, room, signal) : first;
  report("websocket", visit === undefined ? "fails" : "works", startedAt);
  return visit;
}

function hello(
  server: string,
  room: string,
  signal: AbortSignal | undefined,
): Promise<TestVisit | undefined> {
  return new Promise((done) => {
    const socket = new WebSocket(`${server.replace(/^http/, "ws")}/v1`, subprotocol);
    const stop = within(answerMs, signal);
    const fail = () => {
      done(undefined);
      socket.close();
    };
    stop.addEventListener("abort", fail);
    socket.onerror = fail;
    socket.onclose = fail;
    socket.onopen = () =>
      socket.send(
        JSON.stringify({
          type: "hello",
          room,
          epoch: randomText(12),
          id: randomText(16),
          key: randomText(16),
          card: randomText(48),
        }),
      );
    socket.onmessage = ({ data }) => {
      const frame = typeof data === "string" ? JSON.parse(data) : {};
      if (frame.type !== "welcome") return;
      stop.removeEventListener("abort", fail);
      done({
        iceServers: frame.iceServers,
        leave() {
          if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"leave"}');
          socket.close();
        },
      });
    };
  });
}

const isStun = /^stun:/i;
const ways = [
  ["relay-udp", /^turn:(?!.*transport=tcp)/i],
  ["relay-tcp", /^turn:.*transport=tcp/i],
  ["relay-tls", /^turns:/i],
] as const;

/** All ways at the same time; of several URLs for one way, one that works is enough. */
async function tryServers(
  servers: readonly IceServer[],
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const single = servers.flatMap(({ urls, ...login }) => urls.map((url) => ({ urls: url, ...login })));
  const startedAt = performance.now();
  const judge = async (
    check: ConnectionCheck,
    wanted: RegExp,
    run: (server: RTCIceServer, signal: AbortSignal | undefined) => Promise<boolean>,
  ) => {
    const found = single.filter(({ urls }) => wanted.test(urls));
    const works = await Promise.all(found.map((server) => run(server, signal).catch(() => false)));
    report(check, found.length === 0 ? "missing" : works.includes(true) ? "works" : "fails", startedAt);
  };
  await Promise.all([
    judge("stun", isStun, findsAddress),
    ...ways.map(([check, wanted]) => judge(check, wanted, passesData)),
  ]);
}

/** Whether a STUN server tells this page its address. */
async function findsAddress(server: RTCIceServer, signal: AbortSignal | undefined): Promise<boolean> {
  const connection = new RTCPeerConnection({ iceServers: [server] });
  const startedAt = performance.now();
  try {
    return await new Promise<boolean>((done, failed) => {
      within(answerMs, signal).addEventListener("abort", () => done(false));
      connection.onicecandidate = ({ candidate }) => {
        if (candidate?.type === "srflx") done(true);
      };
      // 701: no answer (W3C WebRTC, 5.5.2). Each network interface is tried, and one is enough.
      let isRefused = false;
      connection.onicecandidateerror = () => {
        isRefused = true;
      };
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === "complete")
          done(!isRefused && performance.now() - startedAt < stunMs);
      };
      connection.createDataChannel("");
      connection.setLocalDescription().catch(failed);
    });
  } finally {
    connection.close();
  }
}

/** Whether two connections of this page reach each other through a relay and nothing else. */
async function passesData(server: RTCIceServer, signal: AbortSignal | undefined): Promise<boolean> {
  const setup: RTCConfiguration = { iceServers: [server], iceTransportPolicy: "relay" };
  const [one, other] = [new RTCPeerConnection(setup), new RTCPeerConnection(setup)];
  try {
    return await new Promise<boolean>((done, failed) => {
      within(relayMs, signal).addEventListener("abort", () => done(false));
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        let isFound = false;
        from.onicecandidate = ({ candidate }) => {
          isFound ||= !!candidate?.candidate;
          void to.addIceCandidate(candidate ?? undefined).catch(() => {});
        };
        // Nothing found is the end of it; without a candidate no connection ever fails.
        from.onicegatheringstatechange = () => {
          if (from.iceGatheringState === "complete" && !isFound) done(false);
        };
        from.onconnectionstatechange = () => {
          if (from.connectionState === "failed") done(false);
        };
      }
      const channel = one.createDataChannel("");
      channel.onopen = () => channel.send("there");
      channel.onmessage = () => done(true);
      other.ondatachannel = ({ channel: end }) => {
        end.onmessage = ({ data }) => end.send(data);
      };
      const introduce = async () => {
        await one.setLocalDescription();
        await other.setRemoteDescription(one.localDescription as RTCSessionDescription);
        await other.setLocalDescription();
        await one.setRemoteDescription(other.localDescription as RTCSessionDescription);
      };
      introduce().catch(failed);
    });
  } finally {
    one.close();
    other.close();
  }
}
