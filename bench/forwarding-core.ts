import { createRoom } from "../packages/forwarder/core/room.ts";
import type { ForwardingRoom, Negotiated, ReceivingLine } from "../packages/forwarder/core/seams.ts";
import { main, median, type Report, report, table } from "./harness/report.ts";

/*
 * What the forwarder's room costs per packet that it sends, without sockets and SRTP: headers are written, layers and losses kept
 * track of, feedback read. Streams of 1 Mbit/s, 115 packets per second, in VP8 with picture ids and all header extensions.
 */

const packetsPerSecond = 115;
const payloadBytes = 1_086;
const seconds = 20;
const rounds = 5;

const vp8 = { payloadType: 96, name: "VP8", clockRate: 90_000 } as const;
const extensions = { mid: 1, absoluteSendTime: 4, transportSequenceNumber: 5 } as const;

interface Case {
  readonly name: string;
  readonly publishers: number;
  /** Of each publisher's picture. */
  readonly receivers: number;
}
const cases: readonly Case[] = [
  { name: "1 to 20", publishers: 1, receivers: 20 },
  { name: "1 to 100", publishers: 1, receivers: 100 },
  { name: "1 to 200", publishers: 1, receivers: 200 },
  { name: "8 to 7 each", publishers: 8, receivers: 7 },
];

/** REMB of 100 Mbit/s. */
const plenty = Uint8Array.from([
  0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4d, 0x42, 0, 0x27, 0xff, 0xff,
]);

/** A packet of a publisher: a frame has four. */
function packetOf(publisher: number, index: number): Uint8Array {
  const packet = new Uint8Array(12 + 16 + payloadBytes);
  const view = new DataView(packet.buffer);
  const frame = Math.floor(index / 4);
  packet[0] = 0x90;
  packet[1] = index % 4 === 3 ? 0xe0 : 0x60;
  view.setUint16(2, index & 0xffff);
  view.setUint32(4, frame * 3_000);
  view.setUint32(8, publisher);
  view.setUint32(12, 0xbede_0003);
  packet.set([0x10, 0x30, 0x42, 0, 0, 0, 0x51, index >> 8, index], 16);
  const isKey = frame % 25 === 0 && index % 4 === 0;
  const start = index % 4 === 0 ? 0x10 : 0;
  packet.set(
    [
      0x80 | start,
      0xc0,
      0x80 | ((frame >> 8) & 127),
      frame,
      frame,
      isKey ? 0x10 : 0x11,
      0,
      0,
      0x9d,
      1,
      0x2a,
      0,
      5,
      0xd0,
      2,
    ],
    28,
  );
  return packet;
}

function setUp({ publishers, receivers }: Case): {
  readonly room: ForwardingRoom;
  readonly pages: number;
  readonly counted: () => number;
} {
  let sent = 0;
  let mixed = 0;
  const room = createRoom({
    random: () => (++mixed * 2_654_435_761) >>> 0,
    output: {
      rtp: (_to, header, payload) => {
        // Something must use what was written.
        mixed ^= (header[3] as number) + payload.length;
        sent++;
      },
      rtcp: () => {},
      tell: () => {},
    },
  });
  const isMesh = publishers > 1;
  const pages = isMesh ? publishers : 1 + receivers;
  for (let page = 0; page < pages; page++) {
    const peer = `page ${page}`;
    const places: ReceivingLine[] = Array.from(
      { length: isMesh ? receivers : page === 0 ? 0 : 1 },
      (_, place) => ({
        mid: `v${place}`,
        kind: "video",
        codecs: [vp8],
        ssrc: 10_000 + page * 100 + place,
      }),
    );
    const isPublisher = page < publishers;
    const lines: Negotiated = {
      extensions,
      sends: isPublisher
        ? [{ mid: "0", source: "camera", kind: "video", codecs: [vp8], rids: [], ssrcs: [page + 1] }]
        : [],
      receives: places,
    };
    room.take({ type: "connected", peer, transport: page + 1 }, 0);
    room.take({ type: "negotiated", transport: page + 1, lines }, 0);
    if (isPublisher)
      room.take({ type: "sources", peer, sources: { camera: { audio: "none", video: "on" } } }, 0);
    const pictures = Array.from({ length: publishers }, (_, other) => ({
      peer: `page ${other}`,
      source: "camera",
      height: 720,
    }));
    room.take({ type: "wants", peer, pictures: pictures.filter((picture) => picture.peer !== peer) }, 0);
  }
  return { room, pages, counted: () => sent };
}

/** Packets out per second of processor time. */
function measure(one: Case): number {
  const { room, pages, counted } = setUp(one);
  const packets = Array.from({ length: one.publishers }, (_, publisher) =>
    Array.from({ length: packetsPerSecond * seconds }, (_, index) => packetOf(publisher + 1, index)),
  );
  let now = 0;
  const run = (from: number, to: number): void => {
    for (let index = from; index < to; index++) {
      now = (index * 1_000) / packetsPerSecond;
      for (let publisher = 0; publisher < one.publishers; publisher++)
        room.take(
          { type: "rtp", transport: publisher + 1, packet: packets[publisher]?.[index] as Uint8Array },
          now,
        );
      while (room.nextAt <= now) room.take({ type: "tick" }, now);
      // Each page says once a second that it can take much.
      if (index % packetsPerSecond === 0)
        for (let page = 1; page <= pages; page++)
          room.take({ type: "rtcp", transport: page, packet: plenty }, now);
    }
  };
  // Places turn to their streams with a key frame, of which there is one each second.
  const begin = packetsPerSecond * 5;
  run(0, begin);
  const before = counted();
  const started = process.cpuUsage();
  run(begin, packetsPerSecond * seconds);
  const { user, system } = process.cpuUsage(started);
  const expected = one.publishers * one.receivers * packetsPerSecond * (seconds - 5);
  if (counted() - before < expected)
    throw new Error(`${one.name}: ${counted() - before} packets of ${expected}`);
  return ((counted() - before) * 1e6) / (user + system);
}

export async function run(): Promise<Report> {
  const figures: Record<string, number> = {};
  for (const one of cases) measure(one);
  for (const one of cases) figures[one.name] = median(Array.from({ length: rounds }, () => measure(one)));
  console.log(
    "\nPackets that the forwarder's room passes on per second of one core, without sockets and SRTP:\n",
  );
  console.log(
    table(
      ["", "packets per core-second", "ns each"],
      Object.entries(figures).map(([name, value]) => [name, Math.round(value), Math.round(1e9 / value)]),
    ),
  );
  return report("forwarding-core", figures);
}

await main(import.meta.url, run);
