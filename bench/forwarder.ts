import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import type { FromForwarder, ToForwarder } from "../packages/protocol/src/forwarding.ts";
import { Janus, missingJanus } from "./contenders/janus.ts";
import { main, quantile, type Report, report, table } from "./harness/report.ts";
import { LoadConnection, LoadStream, packetsPerSecond, sendAll, type Tally } from "./harness/rtp-load.ts";

/*
 * Streams of 1 Mbit/s (115 packets a second) forwarded per second of the forwarder's processor time, beside Janus in the same run. The
 * load comes from libdatachannel in this process, on the same machine; latency has its part in it.
 */

const measuredMs = 8_000;
/**
 * When it is measured, from the first packet on: as a call begins, and as it goes on. In between an engine that is compiled as it runs
 * becomes another one.
 */
const periods = [
  { when: "first", warmUpMs: 3_000 },
  { when: "later", warmUpMs: 25_000 },
] as const;
type Period = (typeof periods)[number]["when"];
const joinsAtOnce = 20;

interface Case {
  readonly name: string;
  readonly publishers: number;
  readonly receivers: number;
  /** Publishers look at each other. */
  readonly isMesh: boolean;
}
const cases: readonly Case[] = [
  { name: "1 to 20", publishers: 1, receivers: 20, isMesh: false },
  { name: "1 to 100", publishers: 1, receivers: 100, isMesh: false },
  { name: "1 to 200", publishers: 1, receivers: 200, isMesh: false },
  { name: "8 to 7 each", publishers: 8, receivers: 8, isMesh: true },
];

/** A forwarder that pages can join. */
interface Contender {
  readonly processId: number;
  publish(index: number): Promise<LoadStream>;
  watch(index: number, tally: Tally): Promise<void>;
  stop(): Promise<void>;
}

/** Not loopback, of which libdatachannel gathers nothing. */
const host =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";

async function startParlour(one: Case): Promise<Contender> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const child: ChildProcess = fork(file("forwarder-engine.ts"), [host], {
    execArgv: ["--import", file("../scripts/typescript/register.mjs")],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  await once(child, "message");
  const listeners = new Map<string, (message: FromForwarder) => void>();
  child.on("message", ({ peer, text }: { peer: string; text: string }) =>
    listeners.get(peer)?.(JSON.parse(text) as FromForwarder),
  );
  const say = (peer: string, message: ToForwarder): void => {
    child.send({ peer, text: JSON.stringify(message) });
  };
  const join = async (
    peer: string,
    load: LoadConnection,
    sends: Record<string, { source: string; kind: "video" }>,
  ) => {
    child.send({ peer });
    await load.connect(
      (sdp) =>
        new Promise((resolve, reject) => {
          listeners.set(peer, (message) => {
            if (message.type === "answer") resolve(message.sdp as string);
            if (message.type === "failed") reject(new Error(`${message.code}: ${message.detail}`));
          });
          say(peer, { type: "offer", connection: 1, n: 1, sdp, sends });
        }),
    );
  };
  const open: { load: LoadConnection; timer: NodeJS.Timeout | undefined }[] = [];
  const publisherName = (index: number): string => `publisher-${index}`.padEnd(22, "_");
  return {
    processId: child.pid ?? 0,
    publish: async (index) => {
      const load = new LoadConnection(`p${index}`, host);
      const track = load.sends("0", 1_000 + index);
      await join(publisherName(index), load, { 0: { source: "camera", kind: "video" } });
      say(publisherName(index), {
        type: "sources",
        n: 1,
        sources: { camera: { audio: "none", video: "on" } },
      });
      open.push({ load, timer: undefined });
      return new LoadStream(track, 1_000 + index);
    },
    watch: async (index, tally) => {
      const peer = `receiver-${index}`.padEnd(22, "_");
      const load = new LoadConnection(`r${index}`, host);
      const others = Array.from({ length: one.publishers }, (_, publisher) => publisher).filter(
        (publisher) => !one.isMesh || publisher !== index,
      );
      const tracks = others.map((_, place) => load.receives(String(place), undefined, tally));
      await join(peer, load, {});
      const pictures = others.map((publisher) => ({
        peer: publisherName(publisher),
        source: "camera",
        height: 720,
      }));
      say(peer, { type: "wants", n: 1, pictures });
      const timer = setInterval(() => tracks[0]?.requestBitrate(50_000_000), 1_000);
      open.push({ load, timer });
    },
    stop: async () => {
      for (const { load, timer } of open) {
        clearInterval(timer);
        load.close();
      }
      const gone = once(child, "exit");
      child.disconnect();
      await gone;
    },
  };
}

async function startJanus(one: Case): Promise<Contender> {
  const janus = await Janus.start(host);
  const open: LoadConnection[] = [];
  return {
    processId: janus.process.pid ?? 0,
    publish: async (index) => {
      const load = new LoadConnection(`p${index}`, host);
      const track = load.sends("0", 1_000 + index);
      const handle = await janus.attach();
      await janus.message(handle, { request: "join", ptype: "publisher", room: 1, id: 10 + index });
      await load.connect(async (sdp) => {
        const { jsep } = await janus.message(
          handle,
          { request: "publish", video: true },
          { type: "offer", sdp },
        );
        return jsep?.sdp ?? "";
      });
      open.push(load);
      return new LoadStream(track, 1_000 + index);
    },
    watch: async (index, tally) => {
      const load = new LoadConnection(`r${index}`, host);
      load.connection.onTrack((track) => void load.taking(track, tally));
      const handle = await janus.attach();
      const streams = Array.from({ length: one.publishers }, (_, publisher) => publisher)
        .filter((publisher) => !one.isMesh || publisher !== index)
        .map((publisher) => ({ feed: 10 + publisher }));
      const { jsep, plugindata } = await janus.message(handle, {
        request: "join",
        ptype: "subscriber",
        room: 1,
        streams,
      });
      if (jsep === undefined) throw new Error(`Janus offers nothing: ${JSON.stringify(plugindata)}`);
      const connected = load.connected();
      const sdp = await load.answer(jsep.sdp);
      await janus.message(handle, { request: "start" }, { type: "answer", sdp });
      await connected;
      open.push(load);
    },
    stop: async () => {
      for (const load of open) load.close();
      await janus.stop();
    },
  };
}

/** User and system time of that process with all its threads, ms. */
function cpuMs(processId: number): number {
  const fields = readFileSync(`/proc/${processId}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  // Ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Figures {
  readonly flows: number;
  readonly streamsPerCpuSecond: number;
  readonly packetsPerCoreSecond: number;
  readonly latencyP50: number;
  readonly latencyP99: number;
  readonly gaps: number;
  readonly joinCpuMs: number;
}

async function measure(start: (one: Case) => Promise<Contender>, one: Case) {
  const contender = await start(one);
  const tally: Tally = { packets: 0, latencies: [], gaps: 0 };
  let stopSending = (): void => {};
  try {
    const streams: LoadStream[] = [];
    for (let index = 0; index < one.publishers; index++) streams.push(await contender.publish(index));
    // Janus has a publisher's stream a moment after both sides are connected.
    await pause(1_000);
    const beforeJoins = cpuMs(contender.processId);
    for (let first = 0; first < one.receivers; first += joinsAtOnce)
      await Promise.all(
        Array.from({ length: Math.min(joinsAtOnce, one.receivers - first) }, (_, more) =>
          contender.watch(first + more, tally),
        ),
      );
    const joinMs = cpuMs(contender.processId) - beforeJoins;
    stopSending = sendAll(streams);
    const begun = performance.now();
    const found = {} as Record<Period, Figures>;
    for (const { when, warmUpMs } of periods) {
      await pause(begun + warmUpMs - performance.now());
      Object.assign(tally, { packets: 0, latencies: [], gaps: 0 });
      const before = cpuMs(contender.processId);
      const from = performance.now();
      await pause(measuredMs);
      const elapsed = performance.now() - from;
      const cpu = cpuMs(contender.processId) - before;
      const flows = tally.packets / packetsPerSecond / (elapsed / 1_000);
      found[when] = {
        flows,
        streamsPerCpuSecond: flows / (cpu / elapsed),
        packetsPerCoreSecond: tally.packets / (cpu / 1_000),
        latencyP50: quantile(tally.latencies, 0.5),
        latencyP99: quantile(tally.latencies, 0.99),
        gaps: tally.gaps,
        joinCpuMs: joinMs / one.receivers,
      };
    }
    return found;
  } finally {
    stopSending();
    await contender.stop();
  }
}

export async function run(): Promise<Report> {
  const missing = missingJanus();
  if (missing !== undefined) console.log(missing);
  const contenders = [
    { name: "Parlour", start: startParlour },
    ...(missing === undefined ? [{ name: "Janus", start: startJanus }] : []),
  ];
  const only = process.argv
    .slice(2)
    .find((flag) => flag.startsWith("--only="))
    ?.slice(7);
  const figures: Record<string, Record<string, Awaited<ReturnType<typeof measure>>>> = {};
  for (const one of cases) {
    if (only !== undefined && one.name !== only) continue;
    const row: Record<string, Awaited<ReturnType<typeof measure>>> = {};
    for (const { name, start } of contenders) row[name] = await measure(start, one);
    figures[one.name] = row;
  }
  console.log(
    "\nStreams of 1 Mbit/s, 115 packets a second, over DTLS-SRTP; processor time of the forwarder's process:\n",
  );
  const rows = Object.entries(figures).flatMap(([name, row]) =>
    Object.entries(row).flatMap(([contender, found]) =>
      periods.map(({ when }) => ({ name, contender, when, of: found[when] })),
    ),
  );
  const lines = rows.map(({ name, contender, when, of }) => [
    name,
    contender,
    when,
    of.flows.toFixed(1),
    Math.round(of.streamsPerCpuSecond),
    Math.round(of.packetsPerCoreSecond),
    of.latencyP50.toFixed(1),
    of.latencyP99.toFixed(1),
    of.joinCpuMs.toFixed(1),
    of.gaps,
  ]);
  console.log(
    table(
      [
        "",
        "",
        "from 3 s, or 25 s, on",
        "streams out",
        "per CPU-second",
        "packets per core-second",
        "p50, ms",
        "p99, ms",
        "CPU per join, ms",
        "gaps",
      ],
      lines,
    ),
  );
  return report("forwarder", figures);
}

await main(import.meta.url, run);
