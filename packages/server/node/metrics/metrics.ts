import type { EngineStatistics } from "@parlour/forwarder";
import type { TurnStatistics } from "@parlour/turn";
import type { Registry } from "prom-client";
import type { Counts } from "./counts.ts";

/** What is true at this moment, asked for when somebody looks. */
export interface Present {
  readonly connections: number;
  readonly rooms: number;
  readonly people: number;
}

/** The Prometheus text. The library is loaded at the first look: a server that nobody measures does not hold it. */
export function metrics(
  counts: Counts,
  present: () => Promise<Present>,
  relay?: () => TurnStatistics,
  certificateEnd?: () => number,
  forwarder?: () => Promise<EngineStatistics> | undefined,
): () => Promise<{ readonly type: string; readonly text: string }> {
  let registry: Promise<Registry> | undefined;
  return async () => {
    registry ??= build(counts, present, relay, certificateEnd, forwarder);
    const made = await registry;
    return { type: made.contentType, text: await made.metrics() };
  };
}

async function build(
  counts: Counts,
  present: () => Promise<Present>,
  relay: (() => TurnStatistics) | undefined,
  certificateEnd: (() => number) | undefined,
  forwarder: (() => Promise<EngineStatistics> | undefined) | undefined,
): Promise<Registry> {
  const { Counter, Gauge, Registry: Metrics, collectDefaultMetrics } = await import("prom-client");
  const registry = new Metrics();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  };
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const labelled = (
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [string, number]>,
  ): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value }, count);
      },
    });
  };
  gauge("parlour_connections", "Open WebSocket connections.", async () => (await present()).connections);
  gauge("parlour_rooms", "Rooms there are.", async () => (await present()).rooms);
  gauge("parlour_people", "Seats with a connection to this server.", async () => (await present()).people);
  counter("parlour_connections_total", "WebSocket connections opened.", () => counts.opened);
  counter("parlour_frames_total", "Text frames read.", () => counts.frames);
  counter("parlour_signals_total", "Signals passed on.", () => counts.signals);
  counter("parlour_signals_dropped_total", "Signals to nobody.", () => counts.signalsDropped);
  counter("parlour_broken_connections_total", "Connections that broke the protocol.", () => counts.broken);
  counter("parlour_messages_total", "Chat messages taken.", () => counts.said);
  counter("parlour_joins_total", "Seats newly taken.", () => counts.joins);
  counter("parlour_resumes_total", "Seats taken up again.", () => counts.resumes);
  labelled("parlour_refusals_total", "Frames and requests refused.", "code", () => counts.refusedBy);
  labelled("parlour_closes_total", "Connections the server ended.", "code", () => counts.closedBy);
  labelled("parlour_requests_total", "HTTP requests answered.", "status", () => counts.requestsBy);
  if (certificateEnd !== undefined)
    gauge("parlour_certificate_end_seconds", "When the certificate in use ends, in seconds since 1970.", () =>
      Math.round(certificateEnd() / 1000),
    );
  if (relay !== undefined) {
    const read = relay;
    gauge("parlour_relay_connections", "TCP and TLS connections to the relay.", () => read().connections);
    for (const transport of ["udp", "tcp", "tls"] as const)
      gauge(
        `parlour_relay_allocations_${transport}`,
        `Relayed addresses in use by clients over ${transport.toUpperCase()}.`,
        () => read().allocationsBy[transport],
      );
    counter("parlour_relay_allocations_total", "Relayed addresses given.", () => read().allocationsMade);
    counter("parlour_relay_packets_total", "Packets relayed.", () => read().relayedPackets);
    counter("parlour_relay_bytes_total", "Bytes relayed.", () => read().relayedBytes);
    counter("parlour_relay_bindings_total", "STUN requests answered.", () => read().bindings);
    counter(
      "parlour_relay_withheld_total",
      "Answers to unproven senders not given.",
      () => read().withheldReplies,
    );
    counter("parlour_relay_unread_total", "Packets whose receiver did not read.", () => read().droppedUnread);
    counter("parlour_relay_faults_total", "Errors in the relay itself.", () => read().faults);
    labelled("parlour_relay_ends_total", "Relayed addresses that ended.", "reason", () =>
      Object.entries(read().allocationsEnded),
    );
    labelled("parlour_relay_dropped_total", "Packets not relayed.", "reason", () =>
      Object.entries(read().droppedPackets),
    );
    labelled("parlour_relay_refusals_total", "Requests refused by the relay.", "code", () =>
      Object.entries(read().refusals),
    );
  }
  const forwarded = async (): Promise<EngineStatistics | undefined> => forwarder?.();
  const receivers = async () =>
    Object.values((await forwarded())?.perRoom ?? {}).flatMap((room) => room.receivers);
  const forwarderGauge = (name: string, help: string, read: (now: EngineStatistics) => number): void =>
    gauge(`parlour_forwarder_${name}`, help, async () => {
      const now = await forwarded();
      return now === undefined ? 0 : read(now);
    });
  forwarderGauge("rooms", "Rooms whose media the forwarder carries.", ({ rooms }) => rooms);
  forwarderGauge("connections", "Pages connected to the forwarder.", ({ connections }) => connections);
  forwarderGauge(
    "processor_seconds",
    "Processor time of the forwarder's threads since the start.",
    ({ cpuMs }) => cpuMs / 1000,
  );
  forwarderGauge("restarts", "Threads of the forwarder that ended and were replaced.", (now) => now.restarts);
  gauge("parlour_forwarder_pictures", "Moving pictures passed on now, counted once per receiver.", async () =>
    (await receivers()).reduce((sum, { pictures }) => sum + pictures.length, 0),
  );
  return registry;
}
