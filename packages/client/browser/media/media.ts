import type { PeerId } from "@parlour/protocol";
import type { Peer, Publication, RemoteMedia, Source } from "../api.ts";
import { eventSource } from "../events.ts";
import type { LinkPart } from "../seams.ts";
import type { Mesh } from "./driver.ts";
import { createMesh } from "./mesh.ts";
import { type OwnMedia, ownMedia } from "./publication.ts";
import { type Remote, remoteOf } from "./remote.ts";
import { kinds, type MediaState, type Wants } from "./state.ts";

export interface MediaSetup {
  /** What we send is another now: goes to everyone over the channel `parlour:media`. */
  announce(state: MediaState): void;
  /** What we want of that peer's pictures is another now: goes to that one. */
  onWants(peer: Peer, wants: Wants): void;
  /** How streams are made; tests give another. */
  readonly createStream?: () => MediaStream;
}

/** All media of a room: what we publish, and what each other page does. Drivers carry it; what is seen here is the same with each. */
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
  /** What this page publishes, as drivers see it. */
  readonly own: ReadonlyMap<Source, OwnMedia>;
  readonly mesh: Mesh;
  /** That peer's media are to be looked at anew. */
  onChange(id: PeerId): void;
  /** Puts another driver in place of the mesh, made from that. */
  drive(by: Mesh): void;
}

export function createMedia(setup: MediaSetup): Media {
  const own = new Map<Source, OwnMedia>();
  const publications = new Map<Source, Publication>();
  const remotes = new Map<PeerId, Remote>();
  const { on, emit } = eventSource<{ media: [media: RemoteMedia]; "media-ended": [media: RemoteMedia] }>();
  const nothing: ReadonlyMap<Source, RemoteMedia> = new Map();
  const { createStream = () => new MediaStream() } = setup;
  let states = 0;

  const state = (): MediaState => ({
    n: states,
    sources: Object.fromEntries(
      [...publications].map(([source, { audio, video }]) => [source, { audio, video }]),
    ),
  });
  const onChange = (id: PeerId): void => remotes.get(id)?.update();
  const mesh = createMesh({ own, state, onChange, onWants: setup.onWants });
  let driver = mesh;
  const changed = async (): Promise<void> => {
    states++;
    const taken = driver.sync();
    setup.announce(state());
    await taken;
  };
  const remove = (id: PeerId): void => {
    const gone = remotes.get(id);
    remotes.delete(id);
    driver.remove(id);
    gone?.end();
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
      const { id } = peer;
      remove(id);
      remotes.set(
        id,
        remoteOf({
          peer,
          createStream,
          told: () => driver.told(id) ?? {},
          track: (source, kind) => driver.track(id, source, kind),
          level: (source) => driver.level?.(id, source) ?? 0,
          emit,
          onWants: (wants) => driver.want(peer, wants),
        }),
      );
      return driver.add(peer);
    },
    remove,
    receive: (id, value) => driver.receive(id, value),
    own,
    mesh,
    onChange,
    drive(by) {
      driver = by;
    },
    wantsOf: (id) => remotes.get(id)?.wants ?? {},
    of: (id) => remotes.get(id)?.media ?? nothing,
    on,
  };
}
