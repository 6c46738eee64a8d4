import type { Publication, Source } from "../api.ts";
import { type Kind, kinds, type Sending } from "./state.ts";

/** A publication, and what the links need of it. */
export interface OwnMedia {
  readonly publication: Publication;
  /** What is to be sent now. */
  track(kind: Kind): MediaStreamTrack | null;
  /** Whether a place for this kind is needed on the links, now or once unmuted. */
  has(kind: Kind): boolean;
}

/**
 * Muting takes the track off the sender and leaves the track itself alone: it is the embedder's, and may be in use elsewhere.
 * `changed` settles when the links have taken the change.
 */
export function ownMedia(
  source: Source,
  stream: MediaStream,
  changed: () => Promise<void>,
  ended: () => void,
): OwnMedia {
  const tracks: Record<Kind, MediaStreamTrack | undefined> = {
    audio: stream.getAudioTracks()[0],
    video: stream.getVideoTracks()[0],
  };
  const muted: Record<Kind, boolean> = { audio: false, video: false };
  const sending = (kind: Kind): Sending =>
    tracks[kind] === undefined ? "none" : muted[kind] ? "muted" : "on";
  const set = (wanted: boolean, kind: Kind | undefined): void => {
    const affected = kinds.filter(
      (each) => (kind ?? each) === each && muted[each] !== wanted && tracks[each],
    );
    for (const each of affected) muted[each] = wanted;
    if (affected.length > 0) void changed();
  };
  return {
    track: (kind) => (sending(kind) === "on" ? (tracks[kind] ?? null) : null),
    has: (kind) => tracks[kind] !== undefined,
    publication: {
      source,
      stream,
      get audio() {
        return sending("audio");
      },
      get video() {
        return sending("video");
      },
      mute: (kind) => set(true, kind),
      unmute: (kind) => set(false, kind),
      async replace(track: MediaStreamTrack | null, kind?: Kind) {
        const of = (track?.kind as Kind | undefined) ?? kind;
        if (of === undefined || tracks[of] === (track ?? undefined)) return;
        tracks[of] = track ?? undefined;
        // One who stopped the video and starts it again wants to be seen.
        if (track === null) muted[of] = false;
        await changed();
      },
      unpublish: ended,
    },
  };
}
