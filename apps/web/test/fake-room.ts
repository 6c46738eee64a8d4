import type {
  Channel,
  Delivery,
  Diagnosis,
  DiagnosisCode,
  Link,
  LinkState,
  Message,
  Peer,
  PeerId,
  Publication,
  RemoteMedia,
  Room,
  RoomEvents,
  RoomHost,
  RoomInspection,
  RoomSelf,
  RoomState,
  SaidEvent,
  Source,
  WaitingPerson,
} from "@parlour/client";

import { FakeFiles } from "./fake-files.ts";

/** Bare stand-ins, so that view models run without a browser. */
export function fakeTrack(kind: "audio" | "video"): MediaStreamTrack {
  const target = new EventTarget();
  const track = {
    kind,
    label: "",
    readyState: "live",
    enabled: true,
    getSettings: () => ({}),
    stop: () => {
      track.readyState = "ended";
    },
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    dispatchEvent: target.dispatchEvent.bind(target),
  };
  return track as unknown as MediaStreamTrack;
}
export function fakeStream(tracks: readonly MediaStreamTrack[]): MediaStream {
  return {
    getTracks: () => [...tracks],
    getAudioTracks: () => tracks.filter(({ kind }) => kind === "audio"),
    getVideoTracks: () => tracks.filter(({ kind }) => kind === "video"),
  } as unknown as MediaStream;
}

export class FakePeer implements Peer {
  readonly id: PeerId;
  name: string;
  country?: string;
  role: Peer["role"] = "member";
  presence: Peer["presence"] = "here";
  link: Link = linkIn("connected");
  readonly media = new Map<Source, RemoteMedia>();
  /** What was wanted of its pictures, in words. */
  readonly wanted: string[] = [];
  code: string | undefined;

  constructor(id: PeerId, name: string) {
    this.id = id;
    this.name = name;
  }
  verificationCode(): Promise<string | undefined> {
    return Promise.resolve(this.code);
  }
  shows(
    stream: MediaStream,
    on: { audio?: RemoteMedia["audio"]; video?: RemoteMedia["video"]; leftOut?: number } = {},
    source: Source = "camera",
  ): RemoteMedia {
    const media: RemoteMedia = {
      peer: this,
      source,
      stream,
      audio: on.audio ?? "on",
      video: on.video ?? "on",
      leftOut: on.leftOut,
      level: () => 0,
      want: (picture) => void this.wanted.push(picture === "none" ? "none" : `${picture.height}`),
    };
    this.media.set(source, media);
    return media;
  }
}

function diagnosisOf(code: DiagnosisCode, side: "here" | "there"): Diagnosis {
  const evidence = { refusedKinds: [] as readonly string[] } as Diagnosis["evidence"];
  return { code, side, sentence: "", hint: "", isWorking: false, evidence };
}

export function linkIn(state: LinkState, code?: DiagnosisCode, side: "here" | "there" = "here"): Link {
  return {
    state,
    path: undefined,
    rttMs: undefined,
    connection: undefined,
    ...(code === undefined ? {} : { diagnosis: diagnosisOf(code, side) }),
  };
}

type Listener = (...args: unknown[]) => void;

/** A channel on which the test speaks for the others. What is sent stands in `sent`, in words. */
export class FakeChannel implements Channel {
  readonly name: string;
  readonly delivery: Delivery;
  readonly sent: string[] = [];
  readonly #listeners = new Set<(data: Message, peer: Peer) => void>();

  constructor(name: string, delivery: Delivery) {
    this.name = name;
    this.delivery = delivery;
  }
  send(data: Message, { to }: { readonly to?: Peer | readonly Peer[] } = {}): Promise<void> {
    const names = to === undefined ? ["everyone"] : [to].flat().map(({ name }) => name);
    this.sent.push(`${typeof data === "string" ? data : JSON.stringify(data)} to ${names.join()}`);
    return Promise.resolve();
  }
  on(_event: "message", listener: (data: Message, peer: Peer) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  receive(data: Message, peer: Peer): void {
    for (const listener of [...this.#listeners]) listener(data, peer);
  }
  close(): void {
    this.#listeners.clear();
  }
}

/** A room that does what the test says. What the page asks of it stands in `asked`, in words. */
export class FakeRoom implements Room {
  readonly name = "den";
  title?: string;
  readonly visibility: Room["visibility"];
  readonly capacity = 100;
  isLocked = false;
  isKnocking = false;
  hasPasscode = false;
  readonly waiting = new Map<PeerId, WaitingPerson>();
  /** When set, what the host asks for is refused with this code. */
  refusal: string | undefined;
  readonly host: RoomHost = {
    set: (changes) => this.#order(`set ${JSON.stringify(changes)}`),
    mute: (peer, kind) => this.#order(`mute ${peer.name} ${kind ?? "all"}`),
    remove: (peer) => this.#order(`remove ${peer.name}`),
    handOver: (peer) => this.#order(`hand over to ${peer.name}`),
    end: () => this.#order("end"),
    admit: (id) => this.#order(`admit ${id}`),
    deny: (id) => this.#order(`deny ${id}`),
  };
  /** What `inspect` gives. */
  links: RoomInspection["links"] = [];
  forwarder: RoomInspection["forwarder"];
  inspectedAt = 0;
  events: RoomInspection["events"] = [];
  kinds: RoomInspection["signaling"]["kinds"] = {};
  /** How often somebody looked. */
  looks = 0;
  state: RoomState = "live";
  self: RoomSelf = { id: "self", name: "Ada", role: "host" };
  readonly peers = new Map<PeerId, FakePeer>();
  readonly link = "https://meet.example/r/den#k=abc";
  readonly topology = "mesh";
  readonly messages: SaidEvent[] = [];
  readonly publications = new Map<Source, Publication>();
  readonly files = new FakeFiles();
  readonly asked: string[] = [];
  /** What `say` does next; a test may reject or hold it. */
  sayNext: (text: string) => Promise<{ id: string; at: number }>;
  readonly #listeners = new Map<string, Set<Listener>>();
  #said = 0;

  constructor(visibility: Room["visibility"] = "private") {
    this.visibility = visibility;
    this.sayNext = () => {
      this.#said += 1;
      return Promise.resolve({ id: `said-${this.#said}`, at: this.#said });
    };
  }

  on<K extends keyof RoomEvents>(event: K, listener: (...args: RoomEvents[K]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as unknown as Listener);
    return () => listeners.delete(listener as unknown as Listener);
  }
  emit<K extends keyof RoomEvents>(event: K, ...args: RoomEvents[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      listener(...args);
    }
  }
  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  arrive(peer: FakePeer): FakePeer {
    this.peers.set(peer.id, peer);
    this.emit("peer", peer);
    return peer;
  }
  depart(peer: FakePeer, reason: string): void {
    this.peers.delete(peer.id);
    this.emit("peer-left", peer, reason);
  }

  knocks(id: PeerId, name: string): void {
    this.waiting.set(id, { id, name });
    this.emit("waiting");
  }

  say(text: string, options: { readonly to?: Peer } = {}): Promise<{ id: string; at: number }> {
    this.asked.push(options.to === undefined ? `say ${text}` : `say to ${options.to.name} ${text}`);
    return this.sayNext(text);
  }
  async publish(stream: MediaStream, { source }: { readonly source: Source }): Promise<Publication> {
    this.asked.push(`publish ${source} ${kindsOf(stream)}`);
    await Promise.resolve();
    return this.published(stream, source);
  }
  /** As `publish` among the options of joining does. */
  published(stream: MediaStream, source: Source = "camera"): Publication {
    const publication: Publication = {
      source,
      stream,
      audio: "on",
      video: "on",
      mute: (kind) => void this.asked.push(`mute ${source} ${kind ?? "all"}`),
      unmute: (kind) => void this.asked.push(`unmute ${source} ${kind ?? "all"}`),
      replace: async (track: MediaStreamTrack | null, kind?: "audio" | "video") => {
        this.asked.push(`replace ${source} ${track?.kind ?? `${kind} with nothing`}`);
        await Promise.resolve();
      },
      unpublish: () => {
        this.asked.push(`unpublish ${source}`);
        this.publications.delete(source);
      },
    };
    this.publications.set(source, publication);
    return publication;
  }
  readonly #channels = new Map<string, FakeChannel>();
  channel(name: string, { delivery = "ordered" }: { readonly delivery?: Delivery } = {}): FakeChannel {
    const channel = this.#channels.get(name) ?? new FakeChannel(name, delivery);
    this.#channels.set(name, channel);
    return channel;
  }
  inspect(): Promise<RoomInspection> {
    const signaling = { framesSent: 0, framesReceived: 0, bytesSent: 0, bytesReceived: 0, kinds: this.kinds };
    this.looks += 1;
    const { inspectedAt: at, events, links, forwarder } = this;
    return Promise.resolve({ at, events, links, signaling, ...(forwarder && { forwarder }) });
  }
  #order(what: string): Promise<void> {
    this.asked.push(what);
    if (this.refusal === undefined) return Promise.resolve();
    const code = this.refusal;
    return Promise.reject(Object.assign(new Error(`detail of ${code}`), { code, hint: `hint of ${code}` }));
  }
  simulate(): void {
    throw new Error("The page simulates nothing.");
  }
  leave(): Promise<void> {
    this.asked.push("leave");
    this.state = "left";
    this.emit("state", "left");
    return Promise.resolve();
  }
}

function kindsOf(stream: MediaStream): string {
  return stream
    .getTracks()
    .map(({ kind }) => kind)
    .join("+");
}

/** The browser's clock, network and ears, as the test says. */
export class FakePort {
  time = 1_000;
  isOnlineNow = true;
  readonly levels = new Map<string, number>();
  /** What the own microphone's meter reads. */
  level: number | undefined = 0;
  readonly #timers = new Set<{ readonly ms: number; due: number; readonly run: () => void }>();
  #network: () => void = () => undefined;

  readonly now = () => this.time;
  readonly every = (ms: number, run: () => void) => {
    const timer = { ms, due: this.time + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };
  get timerCount(): number {
    return this.#timers.size;
  }
  /** Lets time pass, in steps of 100 ms. */
  pass(ms: number): void {
    for (const end = this.time + ms; this.time < end; ) {
      this.time += 100;
      for (const timer of [...this.#timers]) {
        if (timer.due > this.time) continue;
        timer.due += timer.ms;
        timer.run();
      }
    }
  }
  readonly levelOf = (peer: Peer) => this.levels.get(peer.id) ?? 0;
  readonly isOnline = () => this.isOnlineNow;
  readonly onNetworkChanged = (listener: () => void) => {
    this.#network = listener;
    return () => undefined;
  };
  network(isOnline: boolean): void {
    this.isOnlineNow = isOnline;
    this.#network();
  }
  readonly meter = () => ({ read: () => this.level, close: () => undefined });
}
