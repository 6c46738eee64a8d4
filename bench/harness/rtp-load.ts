import {
  PeerConnection,
  RtcpReceivingSession,
  RtcpSrReporter,
  RtpPacketizationConfig,
  type Track,
  Video,
} from "node-datachannel";

/* Pages without a browser: connections of libdatachannel that send or receive streams of 1 Mbit/s. */

export const packetsPerSecond = 115;
const payloadBytes = 1_086;
const payloadType = 96;

/** The other side's signalling: takes an offer, gives the answer. */
export type Negotiate = (offer: string) => Promise<string>;

/** What arrived, for all receivers together. */
export interface Tally {
  packets: number;
  latencies: number[];
  gaps: number;
}

export class LoadConnection {
  readonly connection: PeerConnection;
  readonly #name: string;
  /** What nobody holds is collected, and its packets with it. */
  readonly #tracks: Track[] = [];

  constructor(name: string, host: string) {
    this.#name = name;
    this.connection = new PeerConnection(name, {
      iceServers: [],
      bindAddress: host,
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    });
  }

  /** A line that sends VP8; give it packets with `send`. */
  sends(mid: string, ssrc: number): Track {
    const video = new Video(mid, "SendOnly");
    video.addVP8Codec(payloadType);
    video.addSSRC(ssrc, "load", "load", `track-${mid}`);
    const track = this.connection.addTrack(video);
    track.setMediaHandler(new RtcpSrReporter(new RtpPacketizationConfig(ssrc, "load", payloadType, 90_000)));
    return track;
  }

  receives(mid: string, ssrc: number | undefined, tally: Tally): Track {
    const video = new Video(mid, "RecvOnly");
    video.addVP8Codec(payloadType);
    if (ssrc !== undefined) video.addSSRC(ssrc, "load", "load", `track-${mid}`);
    return this.taking(this.connection.addTrack(video), tally);
  }
  /** Counts what comes on that track. */
  taking(track: Track, tally: Tally): Track {
    this.#tracks.push(track);
    track.setMediaHandler(new RtcpReceivingSession());
    let last = -1;
    track.onMessage((packet) => {
      if (packet.length < 60 || ((packet[1] as number) & 127) !== payloadType) return;
      tally.packets++;
      const sequence = packet.readUInt16BE(2);
      if (last >= 0 && sequence !== ((last + 1) & 0xffff)) tally.gaps++;
      last = sequence;
      if (tally.packets % 16 === 0)
        tally.latencies.push(performance.now() - packet.readDoubleBE(packet.length - 8));
    });
    return track;
  }

  /** Offers, and resolves when the connection is up. */
  async connect(negotiate: Negotiate): Promise<void> {
    const gathered = this.#gathered();
    const connected = this.connected();
    this.connection.setLocalDescription("offer");
    await gathered;
    this.connection.setRemoteDescription(
      await negotiate(this.connection.localDescription()?.sdp ?? ""),
      "answer",
    );
    await connected;
  }
  /** Answers an offer; resolves when the answer is there. */
  async answer(offer: string): Promise<string> {
    const gathered = this.#gathered();
    this.connection.setRemoteDescription(offer, "offer");
    this.connection.setLocalDescription("answer");
    await gathered;
    return this.connection.localDescription()?.sdp ?? "";
  }
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.#name} is not connected after 20 s`)), 20_000);
      this.connection.onStateChange((state) => {
        if (state !== "connected") return;
        clearTimeout(timer);
        resolve();
      });
    });
  }
  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      this.connection.onGatheringStateChange((state) => {
        if (state === "complete") resolve();
      });
    });
  }
  close(): void {
    this.connection.close();
  }
}

/** One stream of VP8-like packets: four to a frame, a key frame each second. The last eight bytes say when a packet was sent. */
export class LoadStream {
  readonly #track: Track;
  readonly #ssrc: number;
  #index = 0;

  constructor(track: Track, ssrc: number) {
    this.#track = track;
    this.#ssrc = ssrc;
  }

  send(): void {
    const packet = Buffer.alloc(12 + payloadBytes, 7);
    const frame = Math.floor(this.#index / 4);
    const part = this.#index % 4;
    packet[0] = 0x80;
    packet[1] = part === 3 ? payloadType | 128 : payloadType;
    packet.writeUInt16BE(this.#index & 0xffff, 2);
    packet.writeUInt32BE((frame * 3_130) >>> 0, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    const start = part === 0 ? 0x10 : 0;
    const isKey = frame % 29 === 0;
    packet.set([0x80 | start, 0xc0, 0x80 | ((frame >> 8) & 127), frame & 255, frame & 255], 12);
    if (part === 0) packet.set([isKey ? 0x10 : 0x11, 0, 0, 0x9d, 1, 0x2a, 0, 5, 0xd0, 2], 17);
    packet.writeDoubleBE(performance.now(), packet.length - 8);
    this.#index++;
    this.#track.sendMessageBinary(packet);
  }
}

/** Sends all streams at their rate until it is stopped; their packets are spread over time. */
export function sendAll(streams: readonly LoadStream[]): () => void {
  const started = performance.now();
  const sent = streams.map(() => 0);
  const timer = setInterval(() => {
    const elapsed = performance.now() - started;
    for (const [index, stream] of streams.entries()) {
      const due = ((elapsed + (index * 8.7) / streams.length) * packetsPerSecond) / 1_000;
      while ((sent[index] ?? 0) < due) {
        stream.send();
        sent[index] = (sent[index] ?? 0) + 1;
      }
    }
  }, 2);
  return () => clearInterval(timer);
}
