import { fakeClock, fakeWorld, runUntil, seededRandom } from "@parlour/testkit";
import type { Peer, RemoteMedia } from "../api.ts";
import { createTimedLink } from "../link/link.ts";
import "../rest.fixture.ts";
import type { LinkDriver, Sealer } from "../seams.ts";
import { createMedia, type Media } from "./media.ts";

const flush = () => new Promise((resolve) => setImmediate(resolve));
const plain: Sealer = { seal: async (bytes) => bytes.slice(), open: async (bytes) => bytes.slice() };

export interface Track {
  readonly kind: "audio" | "video";
  readonly id: string;
  stopped: number;
  enabled: boolean;
  getSettings(): MediaTrackSettings;
  stop(): void;
}
let tracks = 0;
export function track(kind: "audio" | "video"): MediaStreamTrack {
  const made: Track = {
    kind,
    id: `own-${tracks++}`,
    stopped: 0,
    enabled: true,
    getSettings: () => ({ height: 720 }),
    stop() {
      made.stopped++;
    },
  };
  return made as unknown as MediaStreamTrack;
}
export function stream(...held: MediaStreamTrack[]): MediaStream {
  const inside = new Set(held);
  const of = (kind: string) => [...inside].filter((each) => each.kind === kind);
  return {
    getTracks: () => [...inside],
    getAudioTracks: () => of("audio"),
    getVideoTracks: () => of("video"),
    addTrack: (added: MediaStreamTrack) => void inside.add(added),
    removeTrack: (removed: MediaStreamTrack) => void inside.delete(removed),
  } as unknown as MediaStream;
}
export const kindsOf = (media: RemoteMedia | undefined) => media?.stream.getTracks().map(({ kind }) => kind);

/** Two pages with a link and media; what they announce reaches the other side after 10 ms. */
export function pages() {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: seededRandom(1) });
  const events: string[] = [];
  const links: { a?: LinkDriver; b?: LinkDriver } = {};
  const peers = { a: { id: "a" } as Peer, b: { id: "b" } as Peer };
  let offers = 0;
  const media = (side: "a" | "b"): Media => {
    const other = side === "a" ? "b" : "a";
    const made = createMedia({
      announce: (state) =>
        void clock.after(10, () => both[other].receive(side, JSON.parse(JSON.stringify(state)))),
      onWants: (_, wants) =>
        void clock.after(10, () => both[other].receive(side, JSON.parse(JSON.stringify({ wants })))),
      createStream: () => stream(),
    });
    made.on("media", ({ source, audio, video }) => events.push(`${side}: ${source} ${audio} ${video}`));
    made.on("media-ended", ({ source }) => events.push(`${side}: ${source} ended`));
    return made;
  };
  const both = { a: media("a"), b: media("b") };
  const link = (side: "a" | "b"): LinkDriver => {
    const other = side === "a" ? "b" : "a";
    const made = createTimedLink(
      {
        isPolite: side === "a",
        makesFirstOffer: side === "b",
        iceServers: [],
        rtc: {},
        sealer: plain,
        parts: { media: both[side].add(peers[other]) },
        send(payload) {
          clock.after(10, () => links[other]?.receive(payload));
          return true;
        },
        createConnection: () => world.connection() as unknown as RTCPeerConnection,
      },
      clock,
    );
    links[side] = made;
    made.on("log", (event) => {
      if (event === "offer-sent") offers++;
    });
    return made;
  };
  const until = (isDone: () => boolean) => runUntil(clock, flush, isDone, 60_000);
  return {
    ...both,
    clock,
    peers,
    events,
    world,
    until,
    connect: async () => {
      link("a");
      link("b");
      await until(() => links.a?.state === "connected" && links.b?.state === "connected");
    },
    links,
    /** Everything under way has arrived. */
    rest: () => runUntil(clock, flush, () => false, 1_000),
    offers: () => offers,
    /** What a side sends, by media line. */
    sending: (side: "a" | "b") =>
      links[side]?.connection?.getTransceivers().map(({ sender }) => sender.track?.id ?? null),
  };
}
