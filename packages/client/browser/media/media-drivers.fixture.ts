import { forwardingLimits, parseToForwarder, type ToForwarder, unfoldLines } from "@parlour/protocol";
import { fakeClock, fakeWorld, runUntil, seededRandom } from "@parlour/testkit";
import type { Peer, Source } from "../api.ts";
import { createTimedLink } from "../link/link.ts";
import "../rest.fixture.ts";
import type { LinkDriver, Sealer } from "../seams.ts";
import type { ForwardingDriver } from "./driver.ts";
import { forwarderDriver } from "./forwarder/forwarder.ts";
import { createMedia, type Media } from "./media.ts";
import { stream } from "./pages.fixture.ts";
import type { Kind } from "./state.ts";

/*
 * Rooms of any number of pages whose media goes by one driver, up to the senders of the browser: for the suite that every driver passes. A new
 * driver is a stage here and a line in the test.
 */

export interface DriverPage {
  readonly id: string;
  readonly media: Media;
  /** What embedders were told: `event peer source audio video`. */
  readonly events: string[];
  /** The track at the other end of what this page has of that peer now; null: nothing comes. */
  arrives(from: DriverPage, source: Source, kind: Kind): string | null;
}
export interface DriverStage {
  enter(name: string): DriverPage;
  leave(page: DriverPage): void;
  /** What carries media ends without a word, and may be made anew. */
  breakDown(): void;
  /** Everything under way has arrived. */
  rest(): Promise<void>;
}

const flush = () => new Promise((resolve) => setImmediate(resolve));
const plain: Sealer = { seal: async (bytes) => bytes.slice(), open: async (bytes) => bytes.slice() };
const idOf = (name: string): string => name.padEnd(22, "_");
type World = ReturnType<typeof fakeWorld>;
type Connection = ReturnType<World["connection"]>;

function beginning() {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: seededRandom(1) });
  let isOver = false;
  const rest = async (): Promise<void> => {
    isOver = false;
    clock.after(3_000, () => {
      isOver = true;
    });
    await runUntil(clock, flush, () => isOver, 4_000);
  };
  return { clock, world, rest };
}
/** As a room has it: who that is, and what it publishes. */
const peerOf = (id: string, media: Media): Peer =>
  ({
    id,
    get media() {
      return media.of(id);
    },
  }) as Peer;
function listened(media: Media): string[] {
  const events: string[] = [];
  for (const event of ["media", "media-ended"] as const)
    media.on(event, ({ peer, source, audio, video }) =>
      events.push(`${event} ${peer.id.replaceAll("_", "")} ${source} ${audio} ${video}`),
    );
  return events;
}
/** What leaves by that sender now. */
function sentBy(transceiver: ReturnType<Connection["getTransceivers"]>[number] | undefined): string | null {
  const isOn = transceiver?.sender.getParameters().encodings[0]?.active !== false;
  return isOn ? (transceiver?.sender.track?.id ?? null) : null;
}

/** From page to page. */
export function meshStage(): DriverStage {
  const { clock, world, rest } = beginning();
  interface Page extends DriverPage {
    readonly links: Map<string, LinkDriver>;
  }
  const pages = new Map<string, Page>();
  const tell = (from: string, to: string, value: object): void => {
    const text = JSON.stringify(value);
    clock.after(10, () => pages.get(to)?.media.receive(from, JSON.parse(text)));
  };
  const link = (page: Page, other: Page, isNew: boolean): void => {
    const made = createTimedLink(
      {
        isPolite: !isNew,
        makesFirstOffer: isNew,
        iceServers: [],
        rtc: {},
        sealer: plain,
        parts: { media: page.media.add(peerOf(other.id, page.media)) },
        send(payload) {
          clock.after(10, () => other.links.get(page.id)?.receive(payload));
          return true;
        },
        createConnection: () => world.connection() as unknown as RTCPeerConnection,
      },
      clock,
    );
    page.links.set(other.id, made);
  };
  return {
    rest,
    enter(name) {
      const id = idOf(name);
      const media = createMedia({
        announce: (state) => {
          for (const other of pages.keys()) if (other !== id) tell(id, other, state);
        },
        onWants: (peer, wants) => tell(id, peer.id, { wants }),
        createStream: () => stream(),
      });
      const links = new Map<string, LinkDriver>();
      const connectionOf = (of: Page, to: string) =>
        of.links.get(to)?.connection as unknown as Connection | undefined;
      const page: Page = {
        id,
        media,
        links,
        events: listened(media),
        arrives(from, source, kind) {
          const receiver = media.mesh.receiver(from.id, source, kind);
          const mine = connectionOf(page, from.id)
            ?.getTransceivers()
            .find((one) => (one.receiver as unknown) === receiver);
          const theirs = pages.get(from.id);
          return sentBy(
            theirs &&
              connectionOf(theirs, id)
                ?.getTransceivers()
                .find(({ mid }) => mid !== null && mid === mine?.mid),
          );
        },
      };
      pages.set(id, page);
      for (const other of pages.values()) {
        if (other === page) continue;
        link(other, page, false);
        link(page, other, true);
      }
      return page;
    },
    leave(page) {
      pages.delete(page.id);
      for (const other of pages.values()) {
        other.links.get(page.id)?.close("left");
        other.links.delete(page.id);
        other.media.remove(page.id);
      }
    },
    breakDown() {
      for (const { links } of pages.values()) for (const each of links.values()) each.rebuild("test");
    },
  };
}

/** Over a forwarder that keeps to the letter of the protocol. */
export function forwarderStage(): DriverStage {
  const { clock, world, rest } = beginning();
  type Offer = Extract<ToForwarder, { type: "offer" }>;
  type Content = { readonly peer: string; readonly source: Source; readonly kind: Kind } | null;
  interface Page extends DriverPage {
    readonly driver: ForwardingDriver;
    readonly made: Connection[];
  }
  /** What the engine has of one page. */
  interface Held {
    readonly page: Page;
    connection: Connection | undefined;
    number: number;
    sends: Offer["sends"];
    sources: Extract<ToForwarder, { type: "sources" }>["sources"];
    wants: Extract<ToForwarder, { type: "wants" }>["pictures"];
    places: Map<string, Content>;
    told: string;
  }
  const all = new Map<string, Held>();
  let numbers = 0;

  const say = (to: Held, message: object): void => {
    const text = JSON.stringify(message);
    clock.after(10, () => to.page.driver.receive(new TextEncoder().encode(text)));
  };
  const lineOf = (held: Held, source: Source, kind: Kind): string | undefined =>
    Object.entries(held.sends).find(([, sent]) => sent.source === source && sent.kind === kind)?.[0];
  const tell = (): void => {
    for (const held of all.values()) {
      if (held.connection === undefined) continue;
      const others = [...all.values()].filter((other) => other !== held);
      const tracks = others.flatMap((other) =>
        Object.entries(other.sources).map(([source, { audio, video }]) => ({
          peer: other.page.id,
          source,
          audio: lineOf(other, source, "audio") ? audio : "none",
          video: lineOf(other, source, "video") ? video : "none",
        })),
      );
      const wanted: NonNullable<Content>[] = [
        ...tracks
          .filter(({ audio }) => audio !== "none")
          .map(({ peer, source }) => ({ peer, source, kind: "audio" as const })),
        ...held.wants
          .filter(({ peer, source }) => tracks.some((one) => one.peer === peer && one.source === source))
          .map(({ peer, source }) => ({ peer, source, kind: "video" as const })),
      ];
      const is = (one: Content, other: Content): boolean => JSON.stringify(one) === JSON.stringify(other);
      for (const [mid, content] of held.places)
        if (!wanted.some((one) => is(one, content))) held.places.set(mid, null);
      for (const { mid, kind } of held.connection.getTransceivers()) {
        if (mid === null || Object.hasOwn(held.sends, mid) || held.places.get(mid)) continue;
        const next = wanted.find(
          (one) => one.kind === kind && ![...held.places.values()].some((there) => is(one, there)),
        );
        held.places.set(mid, next ?? null);
      }
      const places = Object.fromEntries(held.places);
      const told = JSON.stringify([tracks, places]);
      if (told === held.told) continue;
      held.told = told;
      say(held, { type: "tracks", n: ++numbers, tracks });
      say(held, { type: "places", connection: held.number, n: ++numbers, places });
    }
  };
  const offered = async (held: Held, { connection, n, sdp, sends }: Offer): Promise<void> => {
    if (connection !== held.number || held.connection === undefined) {
      const engine = world.connection();
      const page = held.page.made.at(-1);
      page?.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate) engine.addIceCandidate(candidate).catch(() => {});
      });
      engine.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate) page?.addIceCandidate(candidate).catch(() => {});
      });
      Object.assign(held, { connection: engine, number: connection, places: new Map(), told: "" });
    }
    const { connection: engine } = held;
    await engine?.setRemoteDescription({
      type: "offer",
      sdp: unfoldLines(sdp, forwardingLimits.descriptionCharacters) ?? "",
    });
    await engine?.setLocalDescription();
    held.sends = sends;
    say(held, { type: "answer", connection, n, sdp: engine?.localDescription?.sdp });
    tell();
  };
  const heard = (id: string, message: ToForwarder): void => {
    const held = all.get(id);
    if (held === undefined) return;
    if (message.type === "offer") void offered(held, message);
    if (message.type === "sources") held.sources = message.sources;
    if (message.type === "wants") held.wants = message.pictures;
    tell();
  };

  return {
    rest,
    enter(name) {
      const id = idOf(name);
      const media = createMedia({ announce() {}, onWants() {}, createStream: () => stream() });
      const made: Connection[] = [];
      const driver = forwarderDriver({
        own: media.own,
        publications: media.publications,
        clock,
        processors: 4,
        firstNumber: 0,
        signal(_, payload) {
          const message = parseToForwarder(new TextDecoder().decode(payload));
          if (message === undefined)
            throw new Error(`not of the protocol: ${new TextDecoder().decode(payload)}`);
          clock.after(10, () => heard(id, message));
          return true;
        },
        createConnection() {
          const connection = world.connection();
          made.push(connection);
          return connection as unknown as RTCPeerConnection;
        },
        sealing: undefined,
        isNeeded: () => true,
        onChange: () => {
          for (const other of all.keys()) media.onChange(other);
        },
        log: () => {},
      });
      media.drive({
        ...media.mesh,
        told: driver.told,
        receiver: driver.receiver,
        track: (peer, source, kind) => driver.receiver(peer, source, kind)?.track ?? null,
        sync: driver.sync,
        want: driver.want,
        remove(peer) {
          media.mesh.remove(peer);
          driver.remove(peer);
        },
      });
      const page: Page = {
        id,
        media,
        driver,
        made,
        events: listened(media),
        arrives(from, source, kind) {
          const receiver = driver.receiver(from.id, source, kind);
          const place = made
            .at(-1)
            ?.getTransceivers()
            .find((one) => (one.receiver as unknown) === receiver)?.mid;
          const content = place ? all.get(id)?.places.get(place) : undefined;
          const theirs = all.get(from.id);
          if (!content || content.peer !== from.id || content.source !== source || !theirs) return null;
          const line = lineOf(theirs, source, kind);
          return sentBy(
            theirs.page.made
              .at(-1)
              ?.getTransceivers()
              .find(({ mid }) => mid !== null && mid === line),
          );
        },
      };
      for (const other of all.values()) {
        other.page.media.add(peerOf(id, other.page.media));
        media.add(peerOf(other.page.id, media));
      }
      const nothing = { sends: {}, sources: {}, wants: [], places: new Map(), told: "" };
      all.set(id, { page, connection: undefined, number: -1, ...nothing });
      return page;
    },
    leave({ id }) {
      all.get(id)?.page.driver.close();
      all.delete(id);
      tell();
      for (const { page } of all.values()) page.media.remove(id);
    },
    breakDown() {
      for (const held of all.values()) {
        const { number } = held;
        const nothing = { sends: {}, sources: {}, wants: [], places: new Map(), told: "" };
        Object.assign(held, { connection: undefined, number: -1, ...nothing });
        say(held, { type: "failed", connection: number, code: "restarted", detail: "", again: true });
      }
    },
  };
}
