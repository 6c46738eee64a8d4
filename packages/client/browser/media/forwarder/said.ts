import { type FromForwarder, forwardingLimits, unfoldLines } from "@parlour/protocol";
import { type Check, count, list, match, record, shape, text, variant } from "../../../core/shape.ts";

const peer = match(/^[\w-]{22}$/);
const source = text(32, 1);
const sending = match(/^(on|muted|none)$/);
const number: Check = (value) => Number.isFinite(value);
const truth: Check = (value) => typeof value === "boolean";
const place = shape({ peer, source, kind: match(/^(audio|video)$/) });
/** People in a room, and what each publishes. */
const most = 2_000;

const plain = text(65_536);
const folded = shape({ lines: list(text(65_536), 4_096), runs: list(count(), 16_384) });
const isSaid = variant({
  answer: shape({ connection: count(), n: count(), sdp: (value) => plain(value) || folded(value) }),
  failed: shape({ connection_: count(), n_: count(), code: text(32), detail: text(1_000), again: truth }),
  tracks: shape({ n: count(), tracks: list(shape({ peer, source, audio: sending, video: sending }), most) }),
  places: shape({
    connection: count(),
    n: count(),
    places: record(text(16, 1), (value) => value === null || place(value), 200),
  }),
  inspected: shape({
    n: count(),
    downlinkBits: count(),
    lossShare: number,
    roundTripMs_: number,
    resent: count(),
    places: record(text(16, 1), shape({ layer: count(), layers: count(), height: count() }), 200),
  }),
  speakers: shape({ speakers: list(shape({ peer, level: number }), most) }),
});

/** With descriptions as they are. */
export type Said =
  | Exclude<FromForwarder, { readonly type: "answer" }>
  | (Extract<FromForwarder, { readonly type: "answer" }> & { readonly sdp: string });

/** Reads what the forwarder said; undefined when it is nothing that this version knows. */
export function readSaid(payload: Uint8Array): Said | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (!isSaid(value)) return undefined;
    const said = value as FromForwarder;
    if (said.type !== "answer") return said;
    const sdp = unfoldLines(said.sdp, forwardingLimits.descriptionCharacters);
    return sdp === undefined ? undefined : { ...said, sdp };
  } catch {
    return undefined;
  }
}
