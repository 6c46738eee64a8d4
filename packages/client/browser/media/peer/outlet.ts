import type { Source } from "../../api.ts";
import { type Sized, size } from "../sizing.ts";
import type { Kind } from "../state.ts";

/** A transceiver by which something is passed on. It stays with its connection, and is used again for something else of its kind. */
export interface Outlet extends Sized {
  readonly kind: Kind;
  /** What is passed on by it: peer, source and kind. Undefined: nothing now. */
  of: string | undefined;
  sent: MediaStreamTrack | null;
}

/** By connection, beyond the life of a driver: what was negotiated once is used when the room comes back to this. */
const outlets = new WeakMap<RTCPeerConnection, Outlet[]>();
/** What an outlet sends belongs together by its stream, so that sound and picture are played in time. */
const streams = new WeakMap<RTCPeerConnection, Map<string, MediaStream>>();

export const outletsOf = (connection: RTCPeerConnection): readonly Outlet[] => outlets.get(connection) ?? [];

/** The outlet for that on this connection; made when there is something to send and none to be had. */
export function outletFor(
  connection: RTCPeerConnection,
  of: string,
  together: string,
  kind: Kind,
  track: MediaStreamTrack | null,
  createStream: () => MediaStream,
): Outlet | undefined {
  const all = outlets.get(connection) ?? [];
  outlets.set(connection, all);
  const own = all.find((outlet) => outlet.of === of);
  if (own || !track) return own;
  let free = all.find((outlet) => outlet.of === undefined && outlet.kind === kind);
  if (free) Object.assign(free, { needsWholePicture: true, told: undefined });
  else {
    const groups = streams.get(connection) ?? new Map<string, MediaStream>();
    streams.set(connection, groups);
    const stream = groups.get(together) ?? createStream();
    groups.set(together, stream);
    const transceiver = connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    free = { kind, transceiver, of, sent: track };
    all.push(free);
  }
  free.of = of;
  return free;
}

/** Sends that by it, or nothing. */
export function send(outlet: Outlet, track: MediaStreamTrack | null): void {
  if (outlet.sent === track) return;
  outlet.sent = track;
  void size(outlet);
  // Refused by a connection that is going.
  outlet.transceiver.sender.replaceTrack(track).catch(() => {});
}

/** What is in none of these is passed on no more. */
export function keepOnly(connection: RTCPeerConnection, kept: ReadonlySet<Outlet>): void {
  for (const outlet of outletsOf(connection)) {
    if (kept.has(outlet)) continue;
    outlet.of = undefined;
    send(outlet, null);
  }
}

export function setSize(outlet: Outlet, allotment: NonNullable<Sized["allotment"]>): void {
  outlet.allotment = allotment;
  void size(outlet);
}

export const outletKey = (peer: string, source: Source, kind: Kind): string => `${kind} ${peer} ${source}`;
