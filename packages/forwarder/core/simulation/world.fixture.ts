import type { Random } from "@parlour/testkit";
import { createRoom } from "../room.ts";
import type {
  ForwardingRoom,
  Negotiated,
  ReceivingLine,
  RoomMessage,
  Sending,
  TransportId,
} from "../seams.ts";
import { codecs, ids, SimulatedPublisher } from "./publisher.fixture.ts";
import { SimulatedScreen, SimulatedViewer } from "./viewer.fixture.ts";

/** What the network between pages and the room does to packets, each way. */
export interface Weather {
  readonly loss: number;
  readonly duplicates: number;
  readonly delayMs: number;
  readonly jitterMs: number;
}
const stepMs = 5;
export const fair: Weather = { loss: 0, duplicates: 0, delayMs: 5, jitterMs: 0 };

interface SimulatedPage {
  readonly name: string;
  transport: TransportId;
  isConnected: boolean;
  publishers: SimulatedPublisher[];
  viewer: SimulatedViewer;
  lines: Negotiated;
  transportSequence: { sequence: number };
}

/** A room, pages and the network between them, in a time of their own. */
export class SimulatedWorld {
  now = 1_000;
  weather: Weather = fair;
  readonly room: ForwardingRoom;
  readonly pages = new Map<string, SimulatedPage>();
  readonly told: { readonly peer: string; readonly message: RoomMessage }[] = [];
  packetsOut = 0;
  rtcpOut: { readonly peer: string; readonly packet: Uint8Array }[] = [];
  readonly #random: Random;
  /** By step of the clock. */
  readonly #events = new Map<number, { readonly at: number; readonly run: () => void }[]>();
  #transports = 0;
  #numbers = 0;

  constructor(random: Random) {
    this.#random = random;
    const numbers = random.fork();
    this.room = createRoom({
      random: () => numbers.int(0, 2 ** 32 - 1),
      output: {
        rtp: (to, header, payload) => {
          this.packetsOut++;
          const page = this.#byTransport(to);
          const screen = page?.viewer.screens.get(
            new DataView(header.buffer, header.byteOffset).getUint32(8),
          );
          if (page === undefined || screen === undefined) throw new Error("sent to nobody");
          SimulatedScreen.check(screen, header, payload);
          const [copiedHeader, copiedPayload] = [header.slice(), payload.slice()];
          const { viewer, transport } = page;
          this.#carry(() => {
            if (page.transport === transport) viewer.arrive(copiedHeader, copiedPayload, this.now);
          });
        },
        rtcp: (to, packet) => {
          const page = this.#byTransport(to);
          if (page === undefined) throw new Error("RTCP to nobody");
          const copy = packet.slice();
          this.rtcpOut.push({ peer: page.name, packet: copy });
          this.#carry(() => {
            for (const publisher of page.publishers) publisher.rtcp(copy);
            page.viewer.rtcp(copy);
          });
        },
        tell: (peer, message) => {
          this.told.push({ peer, message });
          if (message.type !== "places") return;
          for (const screen of this.pages.get(peer)?.viewer.screens.values() ?? []) {
            const told = message.places[screen.line.mid] ?? null;
            const publisher = told === null ? undefined : this.#publisher(told.peer, told.source, told.kind);
            screen.told = told === null || publisher === undefined ? null : { publisher: publisher.number };
          }
        },
      },
    });
  }

  /** A page comes, with these lines. */
  join(
    name: string,
    {
      cameras = 0,
      layers = 3,
      sounds = 0,
      pictures = 0,
      voices = 0,
    }: { cameras?: number; layers?: number; sounds?: number; pictures?: number; voices?: number },
  ): SimulatedPage {
    const random = this.#random.fork();
    const transport = ++this.#transports;
    const transportSequence = { sequence: 0 };
    const send = (packet: Uint8Array): void =>
      this.#carry(() => {
        if (page.transport === transport && page.isConnected)
          this.room.take({ type: "rtp", transport, packet: packet.slice() }, this.now);
      });
    const sendRtcp = (packet: Uint8Array): void =>
      this.#carry(() => {
        if (page.transport === transport && page.isConnected)
          this.room.take({ type: "rtcp", transport, packet: packet.slice() }, this.now);
      });
    const publishers: SimulatedPublisher[] = [];
    const add = (kind: "audio" | "video", source: string, count: number): void => {
      const mid = String(publishers.length);
      const number = ++this.#numbers;
      publishers.push(
        new SimulatedPublisher(
          random,
          { number, kind, layers: count, mid, source },
          transportSequence,
          send,
          sendRtcp,
        ),
      );
    };
    for (let i = 0; i < cameras; i++) add("video", `camera${i}`, layers);
    for (let i = 0; i < sounds; i++) add("audio", `camera${i}`, 1);
    const receives: ReceivingLine[] = [];
    for (let i = 0; i < pictures; i++)
      receives.push({
        mid: `v${i}`,
        kind: "video",
        codecs: [{ ...codecs.vp8, payloadType: 100 }],
        ssrc: transport * 1_000 + i,
      });
    for (let i = 0; i < voices; i++)
      receives.push({
        mid: `a${i}`,
        kind: "audio",
        codecs: [{ ...codecs.opus, payloadType: 109 }],
        ssrc: transport * 1_000 + 500 + i,
      });
    const page: SimulatedPage = {
      name,
      transport,
      isConnected: true,
      publishers,
      viewer: new SimulatedViewer(receives, sendRtcp),
      lines: { extensions: ids, sends: publishers.map(({ line }) => line), receives },
      transportSequence,
    };
    this.pages.set(name, page);
    this.room.take({ type: "connected", peer: name, transport }, this.now);
    this.room.take({ type: "negotiated", transport, lines: page.lines }, this.now);
    return page;
  }

  publish(name: string, sending: Sending = "on"): void {
    const sources: Record<string, { audio: Sending; video: Sending }> = {};
    for (const { line } of this.pages.get(name)?.publishers ?? []) {
      const source = sources[line.source] ?? { audio: "none", video: "none" };
      sources[line.source] = { ...source, [line.kind]: sending };
    }
    this.room.take({ type: "sources", peer: name, sources }, this.now);
  }
  want(name: string, pictures: readonly { peer: string; source: string; height: number }[]): void {
    this.room.take({ type: "wants", peer: name, pictures }, this.now);
  }
  leave(name: string): void {
    const page = this.pages.get(name);
    if (page === undefined) return;
    page.isConnected = false;
    this.pages.delete(name);
    this.room.take({ type: "evict", peer: name }, this.now);
  }

  /** Lets time pass: cameras at 25 frames per second, sound every 20 ms, feedback every 10. */
  run(ms: number): void {
    const end = this.now + ms;
    for (; this.now < end; this.now += stepMs) {
      this.#deliver();
      const step = this.now / stepMs;
      for (const page of this.pages.values()) {
        for (const publisher of page.publishers) {
          if (step % (publisher.kind === "video" ? 8 : 4) === 0) publisher.take(this.now);
          if (step % 200 === 40 + (publisher.number % 7)) publisher.report(this.now);
        }
        if (step % 2 === 0) page.viewer.play(this.now);
      }
      while (this.room.nextAt <= this.now) {
        this.room.take({ type: "tick" }, this.now);
        if (this.room.nextAt <= this.now) throw new Error("a tick asks for itself");
      }
    }
  }

  probe(name: string, count: number): void {
    for (const publisher of this.pages.get(name)?.publishers ?? [])
      if (publisher.kind === "video") publisher.probe(this.now, count);
  }

  #byTransport(transport: TransportId): SimulatedPage | undefined {
    for (const page of this.pages.values()) if (page.transport === transport) return page;
    return undefined;
  }
  #publisher(peer: string, source: string, kind: string): SimulatedPublisher | undefined {
    return this.pages.get(peer)?.publishers.find(({ line }) => line.source === source && line.kind === kind);
  }

  #carry(run: () => void): void {
    const { loss, duplicates, delayMs, jitterMs } = this.weather;
    const copies = this.#random.chance(duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random.chance(loss)) continue;
      const at = this.now + delayMs + this.#random.next() * jitterMs;
      const step = Math.ceil(at / stepMs);
      const events = this.#events.get(step) ?? [];
      events.push({ at, run });
      this.#events.set(step, events);
    }
  }
  #deliver(): void {
    const step = this.now / stepMs;
    const due = this.#events.get(step);
    if (due === undefined) return;
    this.#events.delete(step);
    // Stable: what is sent at one time stays in order.
    for (const { run } of due.sort((a, b) => a.at - b.at)) run();
  }
}
