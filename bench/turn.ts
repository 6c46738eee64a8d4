import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { coturn } from "../packages/turn/node/coturn.fixture.ts";
import { codeOf, endpoint, RealClient, secret } from "../packages/turn/node/real-client.fixture.ts";
import { main, median, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * Packets relayed per second of the server's processor time, user and system together, against coturn on one core. Clients send
 * ChannelData in turn, so that no two packets in a row are of one client. Rounds are interleaved: a change of the machine's mood
 * meets all of them.
 */

const clients = 20;
const rounds = 5;
const roundMs = 2000;
const packetsPerSecond = 15_000;
const sizes = [200, 1200] as const;
const ticksPerSecond = 100;
const coturnPort = 44_478;

interface Running {
  readonly name: string;
  readonly process: ChildProcess;
  readonly port: number;
}
/** Where the packets of a case go: to a socket outside, or to another client of the server. */
type Destination = "outside" | "client";

/** On a processor of its own, when there is a way to say so. */
function pinned(command: string, args: readonly string[]): ChildProcess {
  const taskset = "/usr/bin/taskset";
  const all = existsSync(taskset) ? [taskset, "-c", "1", command, ...args] : [command, ...args];
  const [program = command, ...rest] = all;
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}

async function startParlour(mode: "open" | "closed"): Promise<Running> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const register = file("../scripts/typescript/register.mjs");
  const child = pinned(process.execPath, ["--import", register, file("turn-server.ts"), mode, secret]);
  const [line] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return {
    name: `Parlour, ${mode}`,
    process: child,
    port: Number(/ready at (\d+)/.exec(line.toString())?.[1]),
  };
}

async function startCoturn(): Promise<Running> {
  const child = pinned(coturn("turnserver"), [
    ...["-n", "--no-tls", "--no-dtls", "--no-cli", "--no-tcp", "-m", "1"],
    ...["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", `--listening-port=${coturnPort}`],
    ...["--allow-loopback-peers", "--use-auth-secret", `--static-auth-secret=${secret}`, "--realm=bench"],
    ...["--min-port=45000", "--max-port=45999", "--no-stdout-log", "--log-file=/dev/null"],
    ...["--pidfile=/dev/null"],
  ]);
  child.stdout?.resume();
  for (let turn = 0; turn < 100; turn++) {
    const probe = await RealClient.connect("udp", coturnPort);
    const answer = await Promise.race([probe.binding(), wait(100)]).catch(() => undefined);
    probe.wire.close();
    if (answer !== undefined) return { name: "coturn", process: child, port: coturnPort };
  }
  throw new Error("coturn did not start.");
}

const wait = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, ms));

/** User and system time of a process, all of its threads, in seconds. */
function processorSeconds({ process: { pid } }: Running): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** One round; packets that arrived per second of processor time, and their share of those sent. */
async function round(server: Running, destination: Destination, size: number) {
  let arrived = 0;
  // One for each client: what a socket that many packets come to at once drops would count as lost on the way.
  const sinks = await Promise.all(
    Array.from({ length: clients }, async () => {
      const sink = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
      sink.on("message", () => arrived++);
      sink.bind(0, "127.0.0.1");
      await once(sink, "listening");
      return sink;
    }),
  );
  const all: RealClient[] = [];
  for (let i = 0; i < clients; i++) {
    const client = await RealClient.connect("udp", server.port, { id: `bench-${i}` });
    client.onChannelData = () => arrived++;
    const answer = await client.allocate();
    if (answer.class !== "success")
      throw new Error(`${server.name} refused an allocation: ${codeOf(answer)}`);
    all.push(client);
  }
  for (const [index, client] of all.entries()) {
    const outside = endpoint("127.0.0.1", sinks[index]?.address().port ?? 0);
    const peer = destination === "outside" ? outside : all[index ^ 1]?.relayed;
    const answer = await client.bind(0x4000 + index, peer ?? outside);
    if (answer.class !== "success") throw new Error(`${server.name} refused a channel: ${codeOf(answer)}`);
  }
  const payload = Buffer.alloc(size, 7);
  const before = processorSeconds(server);
  const begun = performance.now();
  let sent = 0;
  for (let passed = 0; passed < roundMs; passed = performance.now() - begun) {
    const due = Math.min(64, Math.floor((passed * packetsPerSecond) / 1000) - sent);
    for (let i = 0; i < due; i++, sent++) all[sent % clients]?.channel(0x4000 + (sent % clients), payload);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await wait(100);
  const seconds = processorSeconds(server) - before;
  for (const client of all) {
    await client.request(0x004, (writer) => writer.number(0x000d, 0));
    client.wire.close();
  }
  for (const sink of sinks) sink.close();
  return { perSecond: arrived / seconds, share: arrived / sent };
}

export async function run(): Promise<Report> {
  const [open, closed, other] = [
    await startParlour("open"),
    await startParlour("closed"),
    await startCoturn(),
  ];
  const cases = [
    { server: open, destination: "outside" },
    { server: other, destination: "outside" },
    { server: closed, destination: "client" },
    { server: other, destination: "client" },
  ] as const;
  const found = new Map<string, { perSecond: number; share: number }[]>();
  const key = ({ server, destination }: (typeof cases)[number], size: number): string =>
    `${server.name} ${destination} ${size}`;
  try {
    // Compilers warm up on a round that does not count.
    for (const { server, destination } of cases) await round(server, destination, 200);
    for (let turn = 0; turn < rounds; turn++)
      for (const size of sizes)
        for (const one of cases) {
          const results = found.get(key(one, size)) ?? [];
          found.set(key(one, size), [...results, await round(one.server, one.destination, size)]);
        }
  } finally {
    for (const { process: child } of [open, closed, other]) child.kill("SIGKILL");
  }
  const figures = sizes.flatMap((size) =>
    cases.map((one) => {
      const mine = found.get(key(one, size)) ?? [];
      const theirs = found.get(key({ server: other, destination: one.destination }, size)) ?? [];
      return {
        server: one.server.name,
        to: one.destination,
        bytes: size,
        packetsPerCpuSecond: Math.round(median(mine.map(({ perSecond }) => perSecond))),
        // Of rounds next to each other, so that both met the same machine.
        ofCoturn: median(
          mine.map(({ perSecond }, turn) => perSecond / (theirs[turn]?.perSecond ?? Number.NaN)),
        ),
        arrived: median(mine.map(({ share }) => share)),
      };
    }),
  );
  console.log(
    `\nRelayed packets per second of the server's processor time, ${clients} clients, ${packetsPerSecond} packets a second,`,
  );
  console.log(
    `${rounds} interleaved rounds of ${roundMs / 1000} s, medians. Between clients a packet is counted once, where it arrives:\n`,
  );
  console.log(
    table(
      ["server", "to", "bytes", "packets per CPU-second", "of coturn", "arrived"],
      figures.map((one) => [
        one.server,
        one.to === "outside" ? "a peer outside" : "another client",
        one.bytes,
        one.packetsPerCpuSecond,
        one.ofCoturn.toFixed(2),
        `${(one.arrived * 100).toFixed(1)} %`,
      ]),
    ),
  );
  return report("turn", { coturn: versionOf("turnserver"), rounds, relayed: figures });
}

await main(import.meta.url, run);
