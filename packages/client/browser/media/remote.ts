import type { Peer, RemoteMedia, Source } from "../api.ts";
import type { Sources } from "./driver.ts";
import { type Kind, kinds, mostHeight, type Wants } from "./state.ts";

const wantStep = 60;

export interface RemoteSetup {
  readonly peer: Peer;
  /** What they publish. */
  told(): Sources;
  /** What brings it. `null`: nothing for now, and the rest is shown; undefined: it will be there in a moment. */
  track(source: Source, kind: Kind): MediaStreamTrack | null | undefined;
  createStream(): MediaStream;
  /** How loud it is now. */
  level(source: Source): number;
  emit(event: "media" | "media-ended", media: RemoteMedia): void;
  /** We want their pictures in other sizes than before. */
  onWants(wants: Wants): void;
}

/** What one other page publishes, as embedders see it: one stream per source, whichever way its tracks come. */
export interface Remote {
  readonly media: ReadonlyMap<Source, RemoteMedia>;
  readonly wants: Wants;
  /** Brings streams in line with what they say and what the drivers bring. */
  update(): void;
  end(): void;
}

export function remoteOf(setup: RemoteSetup): Remote {
  const { peer } = setup;
  const all = new Map<Source, RemoteMedia>();
  let wants: Wants = {};

  const want = (source: Source, height: number | undefined): void => {
    if (wants[source] === height) return;
    const { [source]: _, ...rest } = wants;
    wants = height === undefined ? rest : { ...rest, [source]: height };
    setup.onWants(wants);
  };
  const end = (source: Source, media: RemoteMedia): void => {
    all.delete(source);
    want(source, undefined);
    setup.emit("media-ended", media);
  };

  return {
    media: all,
    get wants() {
      return wants;
    },
    update() {
      const told = setup.told();
      for (const [source, media] of [...all]) if (!Object.hasOwn(told, source)) end(source, media);
      for (const [source, said] of Object.entries(told)) {
        const before = all.get(source);
        const found = kinds.filter((kind) => said[kind] !== "none").map((kind) => setup.track(source, kind));
        // They told us before their offer was here, or the connection is being replaced.
        if (found.includes(undefined)) continue;
        const tracks = found.filter((track) => track != null);
        const stream = before?.stream ?? setup.createStream();
        const present = stream.getTracks();
        // In this order: a stream without any track, even for a moment, ends what plays it (Media Capture and Streams, section 4.2),
        // and Firefox goes on showing a picture that is gone when there is another one before it goes.
        if (tracks[1]) stream.addTrack(tracks[0] as MediaStreamTrack);
        for (const track of present) if (!tracks.includes(track)) stream.removeTrack(track);
        for (const track of tracks) stream.addTrack(track);
        // Also told when only the tracks are others (a new connection): an element without `autoplay` may have to play again.
        const isSaid = kinds.every((kind) => before?.[kind] === said[kind]);
        if (isSaid && !present[tracks.length] && tracks.every((track) => present.includes(track))) continue;
        const media: RemoteMedia = {
          ...said,
          peer,
          source,
          stream,
          level: () => setup.level(source),
          want(picture) {
            // In steps, so that a window that is being resized does not send one for each pixel.
            const height = picture === "none" ? 0 : Math.ceil(picture.height / wantStep) * wantStep;
            if (all.has(source)) want(source, Math.min(Math.max(0, height) || 0, mostHeight));
          },
        };
        all.set(source, media);
        setup.emit("media", media);
      }
    },
    end() {
      for (const [source, media] of [...all]) end(source, media);
    },
  };
}
