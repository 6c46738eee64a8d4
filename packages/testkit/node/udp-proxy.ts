import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { seededRandom } from "@parlour/testkit";
import { addressOfCandidate, readdressCandidate } from "./udp-proxy-candidate.ts";
import {
  clearLine,
  createShaper,
  type Lost,
  type Shaper,
  type ShaperConditions,
} from "./udp-proxy-shaper.ts";

/** The two ends of a proxy: whoever's candidates are given as `a`'s, and the other. */
export type Side = "a" | "b";
/** What goes out of `a` towards `b`, or back. */
export type Direction = "a-to-b" | "b-to-a";

export interface UdpProxyOptions {
  /** Decides every chance. */
  readonly seed: number;
  /** Where the proxy's ports are, and where pages on this machine are reached whose candidates hide it (`….local`). Default 127.0.0.1. */
  readonly address?: string;
  /** Addresses that can be told apart: candidates, and sources nobody announced. Default 32. */
  readonly ports?: number;
  readonly conditions?: Partial<ShaperConditions>;
}

/**
 * A bad network between two real peers on this machine. Each candidate that crosses the signaling is replaced by one
 * of the proxy's ports, which stands for it: what the other side sends there is passed on to the original, from the
 * port that stands for the sender. So both sides see the addresses they expect, and connectivity checks pass.
 *
 * ```
 *   a (real) ◀──▶ port for b │ shaper │ port for a ◀──▶ b (real)
 * ```
 *
 * Only what goes through is shaped: leave a candidate as it is, and its pair bypasses the proxy.
 */
export interface UdpProxy {
  /**
   * The candidate to hand on in place of one that `of` gathered, the same each time; undefined when it must be left
   * out (TCP, IPv6), since it would bypass the proxy. Takes `candidate:…` as in `RTCIceCandidate.candidate`.
   */
  candidate(candidate: string, of?: Side): string | undefined;
  /** A whole session description, each `a=candidate` line replaced or left out. */
  description(sdp: string, of?: Side): string;
  /** Changes what is named, in one direction or both. */
  set(conditions: Partial<ShaperConditions>, direction?: Direction): void;
  /** Everything is lost, what is under way included, until `mend`. */
  cut(direction?: Direction): void;
  mend(direction?: Direction): void;
  readonly statistics: Readonly<Record<Direction, ProxyStatistics>>;
  close(): Promise<void>;
}
export interface ProxyStatistics {
  readonly passed: number;
  readonly passedBytes: number;
  readonly lost: Readonly<Record<Lost | "cut", number>>;
}

/** One of the proxy's ports, and the real address it stands for. */
interface Stand {
  readonly socket: Socket;
  readonly port: number;
  of: Side;
  real: { readonly address: string; readonly port: number };
}
interface Line {
  readonly shaper: Shaper;
  readonly statistics: { passed: number; passedBytes: number; lost: Record<Lost | "cut", number> };
  isCut: boolean;
  /** Packets under way, the earliest first; one timer wakes for it, so that timers can't change the order. */
  underWay: { readonly at: number; readonly pass: () => void }[];
  timer: NodeJS.Timeout | undefined;
}

const directions = ["a-to-b", "b-to-a"] as const;

/** Opens the proxy's ports. Throws when the address is not this machine's. */
export async function createUdpProxy(options: UdpProxyOptions): Promise<UdpProxy> {
  const own = options.address ?? "127.0.0.1";
  const random = seededRandom(options.seed);
  const line = (): Line => ({
    shaper: createShaper(random.fork(), { ...clearLine, ...options.conditions }),
    statistics: { passed: 0, passedBytes: 0, lost: { loss: 0, burst: 0, queue: 0, cut: 0 } },
    isCut: false,
    underWay: [],
    timer: undefined,
  });
  const lines: Record<Direction, Line> = { "a-to-b": line(), "b-to-a": line() };
  const chosen = (direction: Direction | undefined): Line[] =>
    direction ? [lines[direction]] : directions.map((each) => lines[each]);

  const stands = new Map<Socket, Stand>();
  const byReal = new Map<string, Stand>();
  const sockets = await Promise.all(
    Array.from({ length: options.ports ?? 32 }, async () => {
      const socket = createSocket("udp4");
      // A packet to a port that its page has just closed comes back as an error: the same as lost.
      socket.on("error", () => {});
      const bound = once(socket, "listening");
      socket.bind(0, own);
      await bound;
      socket.on("message", (packet, from) => receive(socket, packet, from));
      return socket;
    }),
  );
  const free = [...sockets];

  const stand = (address: string, port: number, of: Side): Stand => {
    const key = `${address}:${port}`;
    const known = byReal.get(key);
    if (known) return known;
    const socket = free.shift();
    if (!socket) throw new Error("the proxy has no ports left; make it with more");
    const made: Stand = { socket, port: socket.address().port, of, real: { address, port } };
    byReal.set(key, made);
    stands.set(socket, made);
    return made;
  };

  function receive(socket: Socket, packet: Buffer, from: { address: string; port: number }): void {
    const to = stands.get(socket);
    if (!to) return;
    const fromSide: Side = to.of === "a" ? "b" : "a";
    let sender: Stand;
    try {
      sender = stand(from.address, from.port, fromSide);
    } catch {
      return;
    }
    const line = lines[fromSide === "a" ? "a-to-b" : "b-to-a"];
    const now = performance.now();
    const fate = line.isCut ? { lost: "cut" as const } : line.shaper.pass(packet.length, now);
    if ("lost" in fate) {
      line.statistics.lost[fate.lost]++;
      return;
    }
    const pass = (): void => {
      line.statistics.passed++;
      line.statistics.passedBytes += packet.length;
      sender.socket.send(packet, to.real.port, to.real.address, () => {});
    };
    const later = line.underWay.findLastIndex(({ at }) => at <= fate.at) + 1;
    line.underWay.splice(later, 0, { at: fate.at, pass });
    release(line);
  }

  function release(line: Line): void {
    clearTimeout(line.timer);
    for (let [next] = line.underWay; next; [next] = line.underWay) {
      const leftMs = next.at - performance.now();
      if (leftMs > 0) {
        line.timer = setTimeout(() => release(line), Math.ceil(leftMs));
        return;
      }
      line.underWay.shift();
      next.pass();
    }
  }

  const proxy: UdpProxy = {
    candidate(candidate, of = "a") {
      const real = addressOfCandidate(candidate);
      if (!real) return undefined;
      const address = real.address.endsWith(".local") ? own : real.address;
      return readdressCandidate(candidate, { address: own, port: stand(address, real.port, of).port });
    },
    description(sdp, of = "a") {
      return sdp
        .split("\r\n")
        .flatMap((text) => (text.startsWith("a=candidate:") ? (proxy.candidate(text, of) ?? []) : text))
        .join("\r\n");
    },
    set(conditions, direction) {
      for (const { shaper } of chosen(direction)) shaper.conditions = { ...shaper.conditions, ...conditions };
    },
    cut(direction) {
      for (const each of chosen(direction)) {
        each.isCut = true;
        each.statistics.lost.cut += each.underWay.splice(0).length;
      }
    },
    mend(direction) {
      for (const each of chosen(direction)) each.isCut = false;
    },
    statistics: { "a-to-b": lines["a-to-b"].statistics, "b-to-a": lines["b-to-a"].statistics },
    async close() {
      for (const each of chosen(undefined)) clearTimeout(each.timer);
      await Promise.all(
        sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
      );
    },
  };
  return proxy;
}
