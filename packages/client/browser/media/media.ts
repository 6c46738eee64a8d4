import type { PeerId } from "@parlour/protocol";
import { type Allotment, uplinkShares } from "../../core/media/uplink.ts";
import type { Peer, Publication, RemoteMedia, Source } from "../api.ts";
import type { LinkPart } from "../seams.ts";
import { type PeerMedia, peerMedia } from "./peer-media.ts";
import { type OwnMedia, ownMedia } from "./publication.ts";
import { kinds, type MediaState, parseMediaState, parseWants, type Wants } from "./state.ts";

export interface MediaSetup {
  /** What we send is another now: goes to everyone over the channel `parlour:media`. */
  announce(state: MediaState): void;
  /** What we want of that peer's pictures is another now: goes to that one. */
  onWants(peer: Peer, wants: Wants): void;
  /** How streams are made; tests give another. */
  readonly createStream?: () => MediaStream;
}

/** All media of a room: what we publish, and what each other page does. */
export interface Media {
  /** A second stream of the same source takes the place of the first. */
  publish(stream: MediaStream, options: { readonly source: Source }): Publication;
  readonly publications: ReadonlyMap<Source, Publication>;
  /** A page to exchange media with; the part goes into its link, under the key `media`. */
  add(peer: Peer): LinkPart;
  /** Makes the camera's slots on a connection of which nobody knows yet whom it will lead to. */
  prepare(connection: RTCPeerConnection): void;
  /** That page is gone: its media end. */
  remove(id: PeerId): void;
  /** What came from that peer over the channel `parlour:media`. */
  receive(id: PeerId, value: unknown): void;
  /** What we send now, for a channel that opens late. */
  state(): MediaState;
  /** What we want of that peer's pictures, for the same. */
  wantsOf(id: PeerId): Wants;
  /** What that peer publishes now. */
  of(id: PeerId): ReadonlyMap<Source, RemoteMedia>;
  on(event: "media" | "media-ended", listener: (media: RemoteMedia) => void): () => void;
}

export function createMedia(setup: MediaSetup): Media {
  const own = new Map<Source, OwnMedia>();
  const publications = new Map<Source, Publication>();
  const peers = new Map<PeerId, PeerMedia>();
  const listeners = {
    media: new Set<(media: RemoteMedia) => void>(),
    "media-ended": new Set<(media: RemoteMedia) => void>(),
  };
  const nothing: ReadonlyMap<Source, RemoteMedia> = new Map();
  let states = 0;

  const emit = (event: "media" | "media-ended", media: RemoteMedia): void => {
    for (const listener of [...listeners[event]]) listener(media);
  };
  const state = (): MediaState => ({
    n: states,
    sources: Object.fromEntries(
      [...publications].map(([source, { audio, video }]) => [source, { audio, video }]),
    ),
  });
  /** Shares the uplink out, once everything that happens now has happened. */
  let isDue = false;
  const share = (): void => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      const links = [...peers.values()].filter(({ isLinked }) => isLinked);
      for (const [source, media] of own) {
        const track = media.track("video");
        if (track === null) continue;
        const wants = links.map((link) => link.wanted(source));
        const shares = uplinkShares(wants, track.getSettings().height, source === "screen");
        for (const [i, link] of links.entries()) link.allot(source, shares[i] as Allotment);
      }
    });
  };
  const changed = async (): Promise<void> => {
    states++;
    const taken = Promise.all([...peers.values()].map((peer) => peer.sync()));
    setup.announce(state());
    await taken;
  };

  return {
    publications,
    state,
    publish(stream, { source }) {
      const isPresent = (): boolean => own.get(source) === made;
      const made: OwnMedia = ownMedia(
        source,
        stream,
        async () => {
          if (isPresent()) await changed();
        },
        () => {
          if (!isPresent()) return;
          own.delete(source);
          publications.delete(source);
          void changed();
        },
      );
      own.set(source, made);
      publications.set(source, made.publication);
      void changed();
      return made.publication;
    },
    prepare(connection) {
      for (const kind of kinds)
        connection.addTransceiver(own.get("camera")?.track(kind) ?? kind, { direction: "sendrecv" });
    },
    add(peer) {
      peers.get(peer.id)?.end();
      const made = peerMedia({
        peer,
        own,
        state,
        createStream: setup.createStream ?? (() => new MediaStream()),
        onMedia: (media) => emit("media", media),
        onEnded: (media) => emit("media-ended", media),
        onWants: (wants) => setup.onWants(peer, wants),
        onDemand: share,
      });
      peers.set(peer.id, made);
      return made.part;
    },
    remove(id) {
      const gone = peers.get(id);
      peers.delete(id);
      gone?.end();
    },
    receive(id, value) {
      const told = parseMediaState(value);
      const wants = parseWants(value);
      if (told !== undefined) peers.get(id)?.told(told);
      if (wants !== undefined) peers.get(id)?.asked(wants);
    },
    wantsOf: (id) => peers.get(id)?.wants ?? {},
    of: (id) => peers.get(id)?.remote ?? nothing,
    on(event, listener) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
  };
}
