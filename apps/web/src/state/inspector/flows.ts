import { type LinkRecording, type Points, type Recording, rate } from "@parlour/client/inspect";

/** A place in which something comes, or nothing now. */
export interface PlaceRow {
  readonly mid: string;
  readonly media: string;
  readonly who?: string;
  readonly source?: string;
  /** From 1, the smallest. */
  readonly layer?: number;
  readonly layers?: number;
  readonly height?: number;
  readonly bits?: number;
}
/** A layer that is sent. */
export interface SentRow {
  readonly mid: string;
  readonly media: string;
  readonly source: string;
  readonly rid: string;
  readonly height?: number;
  readonly bits?: number;
}

const lastOf = (points: Points): number | undefined => points.at(-1);
/** A height of 0 is none that is known. */
const heightOf = (height: number | undefined) => (height ? { height } : {});

/** What flows by the connection to a forwarder, with the rates of the last second. */
export function flowsOf(
  { links }: Recording,
  { forwarder, samples }: LinkRecording,
): { readonly places: readonly PlaceRow[]; readonly sends: readonly SentRow[] } {
  const names = new Map(links.map(({ peer, name }) => [peer, name]));
  const last = samples.at(-1)?.tracks ?? {};
  const bitsOf = (track: string) => {
    const bytes = lastOf(rate(samples, ({ tracks }) => tracks[track]?.["bytes"]));
    return bytes === undefined ? {} : { bits: bytes * 8 };
  };
  const places = (forwarder?.places ?? []).map(({ peer, layer, height, ...place }): PlaceRow => {
    const track = `in ${place.media} ${place.mid}`;
    return {
      ...place,
      ...(peer !== undefined && { who: names.get(peer) || peer, ...bitsOf(track) }),
      ...(layer !== undefined && { layer: layer + 1 }),
      ...heightOf(height || (peer === undefined ? 0 : last[track]?.["height"])),
    };
  });
  const sends = (forwarder?.sends ?? []).flatMap(({ mid, media, source }): SentRow[] => {
    const line = `out ${media} ${mid}`;
    const tracks = Object.keys(last).filter((name) => name === line || name.startsWith(`${line} `));
    return tracks.map((track) => ({
      mid,
      media,
      source,
      rid: track.slice(line.length + 1),
      ...heightOf(last[track]?.["height"]),
      ...bitsOf(track),
    }));
  });
  return { places, sends };
}
