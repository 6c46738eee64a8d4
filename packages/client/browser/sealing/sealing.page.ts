/** A page for the browser tests of sealed frames: two such pages and a connection between them stand for a room and its forwarder. */
import type { PeerId, RosterEntry } from "@parlour/protocol";
import type { Post } from "../seams.ts";
import { type FrameSealingDriver, frameSealing } from "./frame-sealing.ts";

/** What stands between sealing and the network does: nothing, alters every frame, sends an old one instead of each. */
export type Meddling = "none" | "tamper" | "replay";

export interface Seen {
  /** Of what is shown: how much its pixels differ from each other, and a number that changes with them. */
  readonly contrast: number;
  readonly print: number;
  readonly framesDecoded: number;
  readonly isSounding: boolean;
  /** Frames that opened. */
  readonly opened: { readonly audio: number; readonly video: number };
  /** What became of the others, as the worker counts it. */
  readonly dropped: string;
  readonly codec: string;
}
export interface Sent {
  readonly framesEncoded: number;
  readonly pictureBytes: number;
  readonly soundBytes: number;
}

export interface SealingPage {
  enter(name: string, seat: number, others: Readonly<Record<string, number>>): Promise<void>;
  /** That seat is gone. */
  gone(name: string): void;
  /** Sends camera and microphone to that page; nothing is carried yet. */
  call(to: string, codec?: string): Promise<void>;
  carry(source: string | null): void;
  meddle(what: Meddling): void;
  /** How many frames were sealed, and in how many of them a piece of the clear one was found. */
  leaks(): { readonly frames: number; readonly leaks: number };
  sent(): Promise<Sent>;
  seen(): Promise<Seen>;
}

declare global {
  interface Window {
    parlourSealing?: SealingPage;
  }
}

interface Letter {
  readonly from: string;
  readonly topic: string;
  readonly bytes: readonly number[];
}

let me = "";
let driver: FrameSealingDriver;
const seats = new Map<PeerId, { entry: RosterEntry }>();
const worker = new Worker("/worker.js", { type: "module" });
const isReady = new Promise((resolve) => {
  worker.addEventListener("message", resolve, { once: true });
});
let opened = { audio: 0, video: 0 };
let dropped = "";
let analyser: AnalyserNode | undefined;
let counted = { frames: 0, leaks: 0 };
worker.addEventListener("message", ({ data }) => {
  if (data.type === "tapped") counted = data;
  if (data.type === "opened") opened = data.opened;
  if (data.type === "counts") dropped = JSON.stringify(data.counts);
});
let connection: RTCPeerConnection | undefined;
const lines: ReturnType<FrameSealingDriver["seal"]>[] = [];
const video = document.createElement("video");
video.autoplay = true;
document.body.append(video);

const entryOf = (id: string, number: number): RosterEntry => ({
  id,
  number,
  epoch: id,
  role: "member",
  presence: "here",
});
const mail = (to: string, topic: string, bytes: Iterable<number>): Promise<unknown> => {
  const letter: Letter = { from: me, topic, bytes: [...bytes] };
  return fetch(`/to/${to}`, { method: "POST", body: JSON.stringify(letter) });
};
const listeners = new Map<string, (from: string, bytes: Uint8Array<ArrayBuffer>) => void>();
const tell = (to: string, what: object) => mail(to, "signal", new TextEncoder().encode(JSON.stringify(what)));

/** Everything is gathered first: what is tested here is not how connections are made. */
const gathered = (of: RTCPeerConnection) =>
  new Promise<void>((resolve) => {
    const look = (): void => {
      if (of.iceGatheringState === "complete") resolve();
    };
    of.addEventListener("icegatheringstatechange", look);
    look();
  });

listeners.set("signal", async (from, bytes) => {
  const description = JSON.parse(new TextDecoder().decode(bytes)) as RTCSessionDescriptionInit;
  if (description.type === "answer") {
    await connection?.setRemoteDescription(description);
    return;
  }
  connection = new RTCPeerConnection();
  const stream = new MediaStream();
  video.srcObject = stream;
  connection.ontrack = ({ receiver, track }) => {
    driver.open(receiver, track.kind as "audio" | "video").expect({ peer: from, source: "camera" });
    stream.addTrack(track);
    if (track.kind !== "audio") return;
    const context = new AudioContext();
    analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  };
  await connection.setRemoteDescription(description);
  await connection.setLocalDescription();
  await gathered(connection);
  await tell(from, connection.localDescription?.toJSON() ?? {});
});

const statistics = async (kind: string): Promise<Record<string, unknown>[]> =>
  [...((await connection?.getStats()) ?? new Map()).values()].filter(({ type }) => type === kind);
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

window.parlourSealing = {
  async enter(name, seat, others) {
    me = name;
    for (const [id, at] of Object.entries(others)) seats.set(id, { entry: entryOf(id, at) });
    const post: Post = {
      send: async (to, topic, bytes) => void (await mail(to, topic, bytes)),
      on(topic, listener) {
        listeners.set(topic, listener);
        return () => {};
      },
    };
    await isReady;
    driver = frameSealing(
      { room: "tea", own: { me: entryOf(name, seat) }, seats, post, log: () => {} },
      worker,
    );
    const events = new EventSource(`/from/${name}`);
    events.onmessage = ({ data }) => {
      const { from, topic, bytes } = JSON.parse(data) as Letter;
      listeners.get(topic)?.(from, Uint8Array.from(bytes));
    };
    await new Promise((resolve) => {
      events.onopen = resolve;
    });
  },
  gone(name) {
    seats.delete(name);
    driver.seatsChanged();
  },
  async call(to, codec) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: 320, height: 240, frameRate: 15 },
    });
    const own = new RTCPeerConnection();
    connection = own;
    for (const track of stream.getTracks()) {
      const transceiver = own.addTransceiver(track, { direction: "sendonly", streams: [stream] });
      lines.push(driver.seal(transceiver.sender, track.kind as "audio" | "video"));
      const codecs = RTCRtpReceiver.getCapabilities(track.kind)?.codecs ?? [];
      if (codec && track.kind === "video")
        transceiver.setCodecPreferences(
          [...codecs].sort((a, b) => Number(b.mimeType === codec) - Number(a.mimeType === codec)),
        );
    }
    await own.setLocalDescription();
    await gathered(own);
    await tell(to, own.localDescription?.toJSON() ?? {});
  },
  carry(source) {
    for (const line of lines) line.carry(source);
  },
  meddle: (what) => worker.postMessage({ type: "meddle", what }),
  leaks: () => ({ frames: counted.frames, leaks: counted.leaks }),
  async sent() {
    const streams = await statistics("outbound-rtp");
    const of = (kind: string) => streams.find((one) => one["kind"] === kind) ?? {};
    return {
      framesEncoded: number(of("video")["framesEncoded"]),
      pictureBytes: number(of("video")["bytesSent"]),
      soundBytes: number(of("audio")["bytesSent"]),
    };
  },
  async seen() {
    const streams = await statistics("inbound-rtp");
    const of = (kind: string) => streams.find((one) => one["kind"] === kind) ?? {};
    const codec = (await statistics("codec")).find(({ id }) => id === of("video")["codecId"]);
    const canvas = document.createElement("canvas");
    canvas.width = 32;
    canvas.height = 24;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context?.drawImage(video, 0, 0, 32, 24);
    const pixels = context?.getImageData(0, 0, 32, 24).data ?? new Uint8ClampedArray();
    const samples = new Float32Array(analyser?.fftSize ?? 0);
    analyser?.getFloatTimeDomainData(samples);
    const bright = [...pixels].filter((_, i) => i % 4 === 1);
    return {
      contrast: Math.max(...bright) - Math.min(...bright),
      print: bright.reduce((sum, value, i) => (sum * 31 + value * (i + 1)) % 1_000_003, 0),
      framesDecoded: number(of("video")["framesDecoded"]),
      // Where the page's sound graph runs it is listened to; headless Firefox has none, and counts what it decodes.
      isSounding:
        samples.some((sample) => Math.abs(sample) > 0.02) || number(of("audio")["totalAudioEnergy"]) > 1e-4,
      opened,
      dropped,
      codec: String(codec?.["mimeType"] ?? ""),
    };
  },
};
