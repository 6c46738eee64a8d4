import { WebSocket } from "ws";
import { type Contender, startOther, startParlour } from "./harness/contender.ts";
import { main, median, type Report, report, table } from "./harness/report.ts";
import {
  bareWsPair,
  type ConnectPair,
  connectParlour,
  type Pair,
  parlourPair,
  peerServerPair,
  socketIoPair,
} from "./harness/signaling-clients.ts";

/*
 * What a relayed signal costs the server, in processor time of its process, user and system together. Servers run one at a
 * time in processes of their own; rounds are interleaved, so that a change of the machine's mood meets all of them.
 */

const pairs = 50;
const rounds = 7;
/** Under the burst that Parlour's own limit allows a connection, so that it relays with its limits on. */
const framesPerConnection = 360;
/** Signals each connection has under way. */
const window = 2;
const idleConnections = Number(process.env["PARLOUR_BENCH_IDLE"] ?? 10_000);

interface Entrant {
  readonly name: string;
  readonly start: () => Promise<Contender>;
  readonly connect: ConnectPair;
}
const entrants: readonly Entrant[] = [
  { name: "Parlour", start: () => startParlour(), connect: parlourPair },
  { name: "bare ws, JSON", start: () => startOther("bare-ws"), connect: bareWsPair },
  { name: "PeerServer 1.0.2", start: () => startOther("peerserver"), connect: peerServerPair },
  { name: "socket.io 4.8.4", start: () => startOther("socket-io"), connect: socketIoPair },
];

/** Loopback addresses in turn, so that no entrant meets another's caps per address. */
const address = (index: number): string => `127.0.${1 + (index >> 7)}.${1 + (index & 127)}`;
let joined = 0;

async function round(
  entrant: Entrant,
  contender: Contender,
  label: string,
): Promise<{ microseconds: number; perSecond: number }> {
  const all: Pair[] = [];
  for (let i = 0; i < pairs; i++) {
    all.push(await entrant.connect(contender, `${label}-${i}`, address(joined++ >> 2)));
  }
  const before = await contender.usage();
  const begun = performance.now();
  let relayed = 0;
  await new Promise<void>((resolve, reject) => {
    const total = pairs * 2 * framesPerConnection;
    const late = setTimeout(
      () => reject(new Error(`${entrant.name}: ${relayed} of ${total} signals came through`)),
      60_000,
    );
    for (const pair of all) {
      for (const [mine, other] of [pair, [pair[1], pair[0]] as const]) {
        let sent = 0;
        const next = (): void => {
          if (sent >= framesPerConnection) return;
          sent++;
          mine.send();
        };
        other.onsignal = () => {
          relayed++;
          next();
          if (relayed === total) {
            clearTimeout(late);
            resolve();
          }
        };
        for (let i = 0; i < window; i++) next();
      }
    }
  });
  const seconds = (performance.now() - begun) / 1000;
  const after = await contender.usage();
  for (const client of all.flat()) client.close();
  return { microseconds: ((after.cpuMs - before.cpuMs) * 1000) / relayed, perSecond: relayed / seconds };
}

async function relaying() {
  const contenders = new Map<Entrant, Contender>();
  const costs = new Map<Entrant, number[]>(entrants.map((entrant) => [entrant, []]));
  const speeds = new Map<Entrant, number[]>(entrants.map((entrant) => [entrant, []]));
  try {
    for (const entrant of entrants) {
      const contender = await entrant.start();
      contenders.set(entrant, contender);
      // Compilers warm up on a round that does not count.
      await round(entrant, contender, "warm");
    }
    for (let turn = 0; turn < rounds; turn++) {
      for (const [entrant, contender] of contenders) {
        const { microseconds, perSecond } = await round(entrant, contender, `r${turn}`);
        costs.get(entrant)?.push(microseconds);
        speeds.get(entrant)?.push(perSecond);
      }
    }
  } finally {
    for (const contender of contenders.values()) await contender.close();
  }
  const base = costs.get(entrants[1] as Entrant) ?? [];
  return entrants.map((entrant) => {
    const cost = costs.get(entrant) ?? [];
    return {
      name: entrant.name,
      microsecondsPerFrame: median(cost),
      framesPerCpuSecond: 1e6 / median(cost),
      // Of rounds next to each other, so that both met the same machine.
      ratioToBareWs: median(cost.map((value, turn) => (base[turn] ?? Number.NaN) / value)),
      spread: [Math.min(...cost), Math.max(...cost)],
    };
  });
}

/** Digits could be read as letters by the check for profanity in names; consonants spell nothing. */
const inLetters = (value: number): string =>
  String(value).replace(/\d/g, (digit) => "bdghjlmprv"[Number(digit)] ?? "");

/** Memory that stays when `idleConnections` people sit in rooms of four and say nothing. */
async function idling() {
  const results: {
    name: string;
    rssPerConnection: number;
    heapPerConnection: number;
  }[] = [];
  const entrant = {
    Parlour: async (contender: Contender, index: number): Promise<WebSocket> =>
      (
        await connectParlour(
          contender.url,
          { room: `idle-${inLetters(index >> 2)}`, name: `Person ${index & 3}` },
          address(index % 400),
        )
      ).socket,
    "bare ws": (contender: Contender, index: number): Promise<WebSocket> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${contender.url.replace("http", "ws")}/?id=${index}`, {
          localAddress: address(index % 400),
          perMessageDeflate: false,
        });
        socket.once("open", () => resolve(socket));
        socket.once("error", reject);
      }),
  };
  // What an allocator keeps differs from run to run: three of each, in turn.
  for (const [name, connect] of Array.from({ length: 3 }, () => Object.entries(entrant)).flat()) {
    const contender = name === "Parlour" ? await startParlour() : await startOther("bare-ws");
    const sockets: WebSocket[] = [];
    try {
      // What the first connections make the process load is not theirs.
      for (let i = 0; i < 40; i++) sockets.push(await connect(contender, 1_000_000 + i));
      for (const socket of sockets.splice(0)) socket.terminate();
      const before = await settledUsage(contender);
      for (let i = 0; i < idleConnections; i += 20) {
        sockets.push(...(await Promise.all(Array.from({ length: 20 }, (_, k) => connect(contender, i + k)))));
      }
      const after = await settledUsage(contender);
      const open = sockets.filter((socket) => socket.readyState === WebSocket.OPEN).length;
      if (open < idleConnections)
        throw new Error(`${name}: only ${open} of ${idleConnections} are still connected`);
      results.push({
        name,
        rssPerConnection: (after.rssBytes - before.rssBytes) / open,
        heapPerConnection: (after.heapBytes - before.heapBytes) / open,
      });
    } finally {
      for (const socket of sockets) socket.terminate();
      await contender.close();
    }
  }
  return Object.keys(entrant).map((name) => {
    const mine = results.filter((one) => one.name === name);
    return {
      name,
      connections: idleConnections,
      rssPerConnection: median(mine.map((one) => one.rssPerConnection)),
      rssSpread: [
        Math.min(...mine.map((one) => one.rssPerConnection)),
        Math.max(...mine.map((one) => one.rssPerConnection)),
      ],
      heapPerConnection: median(mine.map((one) => one.heapPerConnection)),
    };
  });
}

/** After collecting garbage, and again, until two readings agree. */
async function settledUsage(contender: Contender) {
  let last = await contender.usage("memory");
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = await contender.usage("memory");
    if (Math.abs(now.rssBytes - last.rssBytes) < 256 * 1024) return now;
    last = now;
  }
  return last;
}

export async function run(): Promise<Report> {
  const relayed = await relaying();
  console.log(
    `\nA 1.5 kB signal through the server, ${pairs * 2} connections in pairs, ${rounds} interleaved rounds, medians:\n`,
  );
  console.log(
    table(
      ["server", "processor µs per frame", "lowest–highest", "frames per CPU-second", "of bare ws"],
      relayed.map((one) => [
        one.name,
        one.microsecondsPerFrame.toFixed(1),
        one.spread.map((value) => value.toFixed(1)).join("–"),
        Math.round(one.framesPerCpuSecond),
        one.ratioToBareWs.toFixed(2),
      ]),
    ),
  );
  const idle = await idling();
  const base = idle.find((one) => one.name === "bare ws")?.rssPerConnection ?? Number.NaN;
  console.log(`\nMemory of an idle connection, ${idleConnections} of them, after collecting garbage:\n`);
  console.log(
    table(
      ["server", "resident bytes each", "lowest–highest", "heap bytes each", "more than bare ws"],
      idle.map((one) => [
        one.name,
        Math.round(one.rssPerConnection),
        one.rssSpread.map(Math.round).join("–"),
        Math.round(one.heapPerConnection),
        Math.round(one.rssPerConnection - base),
      ]),
    ),
  );
  return report("signaling", { relayed, idle });
}

await main(import.meta.url, run);
