import type { MediaReport } from "@parlour/protocol";
import { fakeClock, fakeWorld, runUntil, seededRandom } from "@parlour/testkit";
import type { Peer, PeerId } from "../../api.ts";
import { createTimedLink } from "../../link/link.ts";
import "../../rest.fixture.ts";
import type { LinkDriver, Sealer } from "../../seams.ts";
import { createMedia, type Media } from "../media.ts";
import { moveMedia } from "../moving.ts";
import { stream, track } from "../pages.fixture.ts";
import { type Inside, type MediaSide, reportMedia } from "../reports.ts";
import { kinds } from "../state.ts";
import { peerDriver } from "./peer.ts";

const plain: Sealer = { seal: async (bytes) => bytes.slice(), open: async (bytes) => bytes.slice() };
const flush = () => new Promise((resolve) => setImmediate(resolve));
const delayMs = 10;
const pumpMs = 50;

type Told = (value: object, to: Peer) => void;
interface Page {
  readonly id: PeerId;
  readonly media: Media;
  readonly peers: Map<PeerId, Peer>;
  readonly links: Map<PeerId, LinkDriver>;
  readonly view: Record<string, unknown>;
  readonly listeners: Map<string, Set<(...what: never[]) => void>>;
  readonly opened: Set<(peer: Peer) => void>;
  readonly own: Inside["own"];
  /** Begins the link to that page. */
  readonly begin: Map<PeerId, () => void>;
  isGone: boolean;
}

/**
 * A room of pages with a link between any two, whose plan the test moves about, and in which something comes by a receiver when the other side
 * sends it something that comes itself.
 */
export function passingRoom() {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: seededRandom(1) });
  const pages = new Map<PeerId, Page>();
  const plan = { topology: "mesh", plan: 0, passers: {} as Record<PeerId, PeerId[]> };
  const said: string[] = [];

  /** Pairs of pages whose link rests. */
  const resting = new Set<string>();
  const pairOf = (one: PeerId, other: PeerId): string => [one, other].sort().join();

  const post = (from: Page, to: PeerId, value: object): void => {
    const text = JSON.stringify(value);
    said.push(`${from.id} to ${to}: ${text}`);
    if (resting.has(pairOf(from.id, to))) return;
    clock.after(delayMs, () => {
      const other = pages.get(to);
      if (other && !other.isGone && !from.isGone) other.media.receive(from.id, JSON.parse(text));
    });
  };
  const emit = (page: Page, event: string, ...what: unknown[]): void => {
    for (const listener of page.listeners.get(event) ?? []) listener(...(what as never[]));
  };

  /** Chromium passes on no sound that nothing plays. */
  const sounds: { readonly srcObject: MediaStream | null }[] = [];
  const isPlayed = (one: MediaStreamTrack): boolean =>
    sounds.some(({ srcObject }) => srcObject?.getTracks().includes(one));

  /** Pages that send nothing any more, whose links and scripts go on. */
  const mute = new Set<PeerId>();
  /** What each page told the server last. */
  const reports = new Map<PeerId, Partial<MediaReport>>();

  const counts = new WeakMap<object, number>();
  /** A connection whose receivers tell what came. */
  const observed = (): RTCPeerConnection => {
    const made = world.connection() as unknown as RTCPeerConnection;
    const transceivers = made.getTransceivers.bind(made);
    made.getTransceivers = () => {
      const all = transceivers();
      for (const { receiver } of all) {
        receiver.track.getSettings = () => ({ height: 720 });
        receiver.getStats = async () => {
          const n = counts.get(receiver) ?? 0;
          const said = { type: "inbound-rtp", packetsReceived: n, framesDecoded: n, keyFramesDecoded: n };
          return new Map([["in", said]]) as unknown as RTCStatsReport;
        };
      }
      return all;
    };
    const statistics = made.getStats.bind(made);
    made.getStats = async () => {
      const all = new Map((await statistics()) as unknown as Map<string, object>);
      for (const { receiver } of transceivers())
        all.set(`in ${receiver.track.id}`, {
          type: "inbound-rtp",
          trackIdentifier: receiver.track.id,
          packetsReceived: counts.get(receiver) ?? 0,
        });
      return all as unknown as RTCStatsReport;
    };
    return made;
  };

  const link = (page: Page, other: Page, isPolite: boolean): void => {
    let made: LinkDriver | undefined;
    const peer = {
      id: other.id,
      link: {
        get state() {
          return resting.has(pairOf(page.id, other.id)) ? "resting" : (made?.state ?? "connecting");
        },
        get connection() {
          return page.links.get(other.id)?.connection;
        },
      },
      get media() {
        return page.media.of(other.id);
      },
    } as Peer;
    page.peers.set(other.id, peer);
    const send = (payload: Uint8Array): boolean => {
      clock.after(delayMs, () => {
        if (!page.isGone && !other.isGone) other.links.get(page.id)?.receive(payload);
      });
      return true;
    };
    const part = page.media.add(peer);
    const begin = (): void => {
      const driver = createTimedLink(
        {
          isPolite,
          makesFirstOffer: !isPolite,
          iceServers: [],
          rtc: {},
          sealer: plain,
          parts: { media: part },
          send,
          createConnection: observed,
        },
        clock,
      );
      made = driver;
      page.links.set(other.id, driver);
      driver.on("change", () => {
        if (page.isGone || made !== driver) return;
        emit(page, "link", peer);
        if (driver.state !== "connected") return;
        for (const open of page.opened) open(peer);
        post(page, other.id, page.media.state());
        post(page, other.id, { wants: page.media.wantsOf(other.id) });
      });
    };
    page.begin.set(other.id, begin);
    if (!resting.has(pairOf(page.id, other.id))) begin();
  };

  const join = (id: PeerId, isPublishing = true): Page => {
    const peers = new Map<PeerId, Peer>();
    const media = createMedia({
      announce: (state) => {
        for (const other of peers.keys()) post(page, other, state);
      },
      onWants: (peer, wants) => post(page, peer.id, { wants }),
      createStream: () => stream(),
    });
    const view: Record<string, unknown> = { visibility: "private", state: "live", self: { id }, peers };
    const page: Page = {
      id,
      media,
      peers,
      links: new Map(),
      view: Object.assign(view, plan),
      listeners: new Map(),
      opened: new Set(),
      own: { iceServers: [], rtc: {} } as unknown as Inside["own"],
      begin: new Map(),
      isGone: false,
    };
    if (isPublishing) media.publish(stream(track("audio"), track("video")), { source: "camera" });
    const tell: Told = (value, to) => post(page, to.id, value);
    const others = [...pages.values()].filter(({ isGone }) => !isGone);
    const side = {
      media,
      hub: {
        on: (_: string, listener: (peer: Peer) => void) => {
          page.opened.add(listener);
          return () => void page.opened.delete(listener);
        },
      },
      tell,
      inside: {
        on: ((event: string, listener: () => void) => {
          const held = page.listeners.get(event) ?? new Set();
          page.listeners.set(event, held.add(listener));
          return () => void held.delete(listener);
        }) as unknown as Inside["on"],
        own: page.own,
        view: view as unknown as Inside["view"],
        session: { signalTo: () => true, send: (frame: Partial<MediaReport>) => void reports.set(id, frame) },
        log: { add: () => {} },
      },
      levelOf: () => 0,
      clock,
    };
    const create = {
      createStream: () => stream(),
      createSound: () => {
        const sound = { srcObject: null as MediaStream | null, muted: false, play: async () => {} };
        sounds.push(sound);
        return sound as unknown as HTMLAudioElement;
      },
    };
    const engines = {
      peer: async () => (setup: Parameters<typeof peerDriver>[0]) => peerDriver({ ...setup, ...create }),
    };
    reportMedia(side as unknown as MediaSide, async () => (more) => moveMedia({ ...more, engines }));
    pages.set(id, page);
    for (const other of others) {
      link(page, other, false);
      link(other, page, true);
    }
    return page;
  };

  // --- what comes by the receivers

  const senderOf = (page: Page, other: PeerId, mid: string | null) =>
    pages
      .get(other)
      ?.links.get(page.id)
      ?.connection?.getTransceivers()
      .find((each) => mid !== null && each.mid === mid)?.sender;
  const isOn = (sender: RTCRtpSender): boolean => sender.getParameters().encodings[0]?.active !== false;
  const pump = (): void => {
    const live = new Set<unknown>();
    for (const { isGone, media } of pages.values())
      for (const own of isGone ? [] : media.own.values()) for (const kind of kinds) live.add(own.track(kind));
    live.delete(null);
    const owned = new Set(live);
    const arriving = new Set<RTCRtpReceiver>();
    for (let hop = 0; hop < 3; hop++)
      for (const page of pages.values())
        for (const [other, { connection, state }] of page.links)
          for (const { mid, receiver } of connection?.getTransceivers() ?? []) {
            const sender = senderOf(page, other, mid);
            if (state !== "connected" || pages.get(other)?.isGone || mute.has(other) || !sender) continue;
            if (!sender.track || !live.has(sender.track) || !isOn(sender)) continue;
            if (sender.track.kind === "audio" && !owned.has(sender.track) && !isPlayed(sender.track))
              continue;
            live.add(receiver.track);
            arriving.add(receiver);
          }
    for (const receiver of arriving) counts.set(receiver, (counts.get(receiver) ?? 0) + 10);
    clock.after(pumpMs, pump);
  };
  pump();

  const pass = async (ms: number): Promise<void> => {
    let isOver = false;
    clock.after(ms, () => {
      isOver = true;
    });
    await runUntil(clock, flush, () => isOver, ms + 10);
  };
  const get = (id: PeerId): Page => {
    const page = pages.get(id);
    if (!page) throw new Error(`no page ${id}`);
    return page;
  };

  /** What is at the other end of what that page receives by this track. */
  const origin = (at: PeerId, arriving: MediaStreamTrack | null | undefined, hops = 3): string | null => {
    const page = get(at);
    for (const [other, { connection }] of page.links)
      for (const { mid, receiver } of connection?.getTransceivers() ?? []) {
        if (receiver.track !== arriving) continue;
        const sender = senderOf(page, other, mid);
        if (!sender?.track || !isOn(sender) || hops === 0) return null;
        return origin(other, sender.track, hops - 1);
      }
    // Nobody sends it to this page, so it is its own.
    return arriving?.id ?? null;
  };

  return {
    clock,
    /** How many sounds are played to nobody, so that they can be passed on. */
    playing: () => sounds.filter(({ srcObject }) => srcObject !== null).length,
    said,
    pass,
    get,
    enter: join,
    origin,
    /** That page left. */
    leave(id: PeerId) {
      const page = get(id);
      page.isGone = true;
      emit(page, "state", "left");
      pages.delete(id);
      for (const other of pages.values()) {
        other.links.get(id)?.close("left");
        other.links.delete(id);
        other.peers.delete(id);
        other.media.remove(id);
      }
    },
    /** Pages come in, and their links are up. */
    async join(...ids: readonly PeerId[]) {
      for (const id of ids) join(id);
      await pass(500);
    },
    /** The server announces another plan. */
    async plan(topology: "mesh" | "peer", number: number, passers: Record<PeerId, PeerId[]> = {}) {
      Object.assign(plan, { topology, plan: number, passers });
      for (const page of pages.values()) {
        Object.assign(page.view, plan);
        emit(page, "room");
      }
      await pass(delayMs);
    },
    /** The links between these rest from now on, those of pages yet to come too. */
    rest(...pairs: readonly (readonly [PeerId, PeerId])[]) {
      for (const [one, other] of pairs) {
        resting.add(pairOf(one, other));
        for (const [id, to] of [
          [one, other],
          [other, one],
        ] as const) {
          const page = pages.get(id);
          const driver = page?.links.get(to);
          const peer = page?.peers.get(to);
          if (!page || !driver || !peer) continue;
          page.links.delete(to);
          driver.close("rest");
          emit(page, "link", peer);
        }
      }
    },
    /** The link between these opens. */
    open(one: PeerId, other: PeerId) {
      resting.delete(pairOf(one, other));
      get(one).begin.get(other)?.();
      get(other).begin.get(one)?.();
    },
    /** Whether that page says that it needs a link to this one for media. */
    needs: (at: PeerId, of: PeerId) => get(at).own.needsLink?.(of) === true,
    /** Whether it needs links to all. */
    lacksMedia: (at: PeerId) => get(at).own.lacksMedia === true,
    /** That page is silent from now on; the others' browsers tell so. */
    die(id: PeerId) {
      get(id).isGone = true;
      for (const { connection } of get(id).links.values()) connection?.close();
    },
    /** Nothing is sent by that page any more, or again, although its links and scripts go on. */
    halt(id: PeerId, isHalted = true) {
      if (isHalted) mute.add(id);
      else mute.delete(id);
    },
    /** Whose page that one told the server it misses. */
    misses: (id: PeerId) => reports.get(id)?.misses,
    /** Whether it offers to pass on. */
    offers: (id: PeerId) => Boolean(reports.get(id)?.passes),
    /** By whose link that page has this one's media now: `nobody` when nothing is in the stream, or nothing comes. */
    via(at: PeerId, of: PeerId): string {
      const page = get(at);
      const tracks = page.media.of(of).get("camera")?.stream.getTracks() ?? [];
      const found = tracks.map((each) => {
        for (const [other, { connection }] of page.links)
          for (const { receiver } of connection?.getTransceivers() ?? [])
            if (receiver.track === each) return other;
        return "nobody";
      });
      return [...new Set(found)].join(" and ") || "nobody";
    },
    /** How many tracks that page sends to this one. */
    sends(from: PeerId, to: PeerId): number {
      const senders = get(from).links.get(to)?.connection?.getSenders() ?? [];
      return senders.filter((sender) => sender.track !== null && isOn(sender)).length;
    },
    /** How the picture that this page passes on of that one is sized for the other. */
    sized(from: PeerId, to: PeerId, of: PeerId): RTCRtpEncodingParameters | undefined {
      const received = get(from).media.mesh.receiver(of, "camera", "video")?.track;
      const senders = get(from).links.get(to)?.connection?.getSenders() ?? [];
      return senders.find((sender) => sender.track === received)?.getParameters().encodings[0];
    },
    receive: (at: PeerId, from: PeerId, value: unknown) => get(at).media.receive(from, value),
  };
}
