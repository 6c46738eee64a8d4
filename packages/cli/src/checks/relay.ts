/** Asks STUN servers for our address, and has relays pass data between two allocations. */
import { randomBytes } from "node:crypto";
import type { RelayFacts, RelayStage, StunFacts } from "@parlour/cli/checks";
import type { IceServer } from "@parlour/protocol";
import { formatHost, TurnClient, type TurnClientOptions, type WireTransport } from "@parlour/turn/client";
import { codeOf, type Looking } from "./trust.ts";

/** The parts of a `stun:`, `turn:` or `turns:` URL (RFC 7064, RFC 7065). */
export interface IceUrl {
  readonly kind: "stun" | "relay";
  readonly transport: WireTransport;
  readonly host: string;
  readonly port: number;
}

/** Undefined for what is none, and for what no browser speaks. */
export function readIceUrl(url: string): IceUrl | undefined {
  const match =
    /^(stun|turns?):(\[[\da-fA-F:.]+\]|[^:?[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i.exec(url);
  if (match === null) return undefined;
  const [, scheme = "", host = "", port, wanted] = match;
  const isSecure = scheme.toLowerCase() === "turns";
  const transport = isSecure ? "tls" : wanted === "tcp" ? "tcp" : "udp";
  if (isSecure && wanted === "udp") return undefined;
  return {
    kind: scheme.toLowerCase() === "stun" ? "stun" : "relay",
    transport,
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined ? (isSecure ? 5349 : 3478) : Number(port),
  };
}

/** Tries every URL, all at the same time. */
export async function tryIce(
  servers: readonly IceServer[],
  looking: Looking,
): Promise<{ readonly stun: readonly StunFacts[]; readonly relays: readonly RelayFacts[] }> {
  const all = servers.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => {
      const read = readIceUrl(url);
      return read === undefined ? [] : [{ ...read, url, username, credential }];
    }),
  );
  const [stun, relays] = await Promise.all([
    Promise.all(all.filter(({ kind }) => kind === "stun").map((each) => tryStun(each, looking))),
    Promise.all(all.filter(({ kind }) => kind === "relay").map((each) => tryRelay(each, looking))),
  ]);
  return { stun, relays };
}

type Server = IceUrl & {
  readonly url: string;
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
};

function options(
  { transport, host, port, username, credential }: Server,
  looking: Looking,
): TurnClientOptions {
  return { transport, host, port, username, credential, ca: looking.ca, timeoutMs: looking.timeoutMs };
}

async function tryStun(server: Server, looking: Looking): Promise<StunFacts> {
  const { url, port } = server;
  const started = performance.now();
  let client: TurnClient | undefined;
  try {
    client = await TurnClient.connect(options(server, looking));
    const { bytes } = await client.binding();
    return { url, port, result: { ok: true, ms: performance.now() - started, address: formatHost(bytes) } };
  } catch (error) {
    return { url, port, result: { ok: false, code: codeOf(error) } };
  } finally {
    client?.close();
  }
}

/** Data is sent again this often until it comes: a relay passes it on or not, as networks do. */
const againMs = 250;

async function tryRelay(server: Server, looking: Looking): Promise<RelayFacts> {
  const { url, transport, port } = server;
  const started = performance.now();
  let stage: RelayStage = "connect";
  const clients: TurnClient[] = [];
  try {
    const open = async () => {
      const client = await TurnClient.connect(options(server, looking));
      clients.push(client);
      return client;
    };
    const [one, other] = await Promise.all([open(), open()]);
    // Over UDP nothing was sent so far.
    if (transport === "udp") await one.binding();
    stage = "allocate";
    const [atOne, atOther] = await Promise.all([one.allocate(), other.allocate()]);
    stage = "pass";
    await Promise.all([one.permit(atOther.relayed), other.permit(atOne.relayed)]);
    const words = randomBytes(16);
    const send = () => one.send(atOther.relayed, words);
    send();
    const repeat = setInterval(send, againMs);
    try {
      const { bytes } = await other.receive();
      if (!words.equals(bytes)) throw Object.assign(new Error("other data came"), { code: "other-data" });
    } finally {
      clearInterval(repeat);
    }
    return { url, transport, port, result: { ok: true, ms: performance.now() - started } };
  } catch (error) {
    return { url, transport, port, result: { ok: false, stage, code: codeOf(error) } };
  } finally {
    for (const client of clients) client.close();
  }
}
