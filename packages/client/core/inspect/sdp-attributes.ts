import { readCandidate } from "./candidates.ts";

/** What an explanation fills in. */
export type Reading = Readonly<Record<string, string>>;

export interface Attribute {
  /** Explained under this name; its own when left out. */
  readonly topic?: string;
  readonly source: string;
  readonly read?: (value: string, codecs: ReadonlyMap<string, string>, name: string) => Reading;
  /** Compared as a whole line, or by the first word of its value; by its name when left out. */
  readonly key?: "whole" | "first";
}

const first = (value: string): string => value.split(/[ /]/)[0] ?? "";
const rest = (value: string): string => value.slice(value.indexOf(" ") + 1);

/** What header extensions are for, by the end of their name. */
const extensions: readonly (readonly [end: string, about: string, source: string])[] = [
  ["ssrc-audio-level", "audio-level", "RFC 6464"],
  ["csrc-audio-level", "mixer-levels", "RFC 6465"],
  ["sdes:mid", "mid", "RFC 9143 §15.2"],
  ["rtp-stream-id", "rid", "RFC 8852"],
  ["repaired-rtp-stream-id", "rid", "RFC 8852"],
  ["abs-send-time", "send-time", "draft-alvestrand-rmcat-remb"],
  ["toffset", "time-offset", "RFC 5450"],
  ["transport-wide-cc-extensions-01", "congestion", "draft-holmer-rmcat-transport-wide-cc-extensions"],
  ["transport-wide-cc-02", "congestion", "draft-holmer-rmcat-transport-wide-cc-extensions"],
  ["3gpp:video-orientation", "orientation", "3GPP TS 26.114"],
  ["playout-delay", "playout", "webrtc.org"],
  ["video-content-type", "content", "webrtc.org"],
  ["video-timing", "timing", "webrtc.org"],
  ["color-space", "colour", "webrtc.org"],
  ["dependency-descriptor-rtp-header-extension", "layers", "AV1 RTP"],
  ["video-layers-allocation00", "layers", "webrtc.org"],
  ["abs-capture-time", "capture-time", "webrtc.org"],
];

const direction: Attribute = {
  topic: "direction",
  source: "RFC 8866 §6.7, RFC 9429 §4.2.4",
  read: (_value, _codecs, name) => ({ direction: name }),
};

/** Every attribute that is explained. */
export const attributes: Readonly<Record<string, Attribute>> = {
  sendrecv: direction,
  sendonly: direction,
  recvonly: direction,
  inactive: direction,
  group: { source: "RFC 5888 §5, RFC 9143 §5", read: (value) => ({ kind: first(value), mids: rest(value) }) },
  "extmap-allow-mixed": { source: "RFC 8285 §6" },
  "msid-semantic": { source: "draft-ietf-mmusic-msid" },
  mid: { source: "RFC 5888 §4" },
  "bundle-only": { source: "RFC 9143 §6" },
  "ice-ufrag": { source: "RFC 8839 §5.4" },
  "ice-pwd": { source: "RFC 8839 §5.4" },
  "ice-options": { source: "RFC 8839 §5.6, RFC 8840 §4.1.1" },
  "ice-lite": { source: "RFC 8839 §5.3" },
  candidate: {
    source: "RFC 8839 §5.1",
    key: "whole",
    read(value) {
      const found = readCandidate(`candidate:${value}`);
      if (found === undefined) return { value };
      const { type, protocol, address, port, priority } = found;
      return { type, protocol, address, port: String(port), priority: String(priority) };
    },
  },
  "end-of-candidates": { source: "RFC 8840 §8" },
  "remote-candidates": { source: "RFC 8839 §5.2" },
  fingerprint: {
    source: "RFC 8122 §5, RFC 8827 §6.5",
    key: "first",
    read: (value) => ({ hash: first(value) }),
  },
  setup: { source: "RFC 8842 §5.1, RFC 4145 §4", read: (value) => ({ role: value }) },
  "tls-id": { source: "RFC 8842 §4" },
  identity: { source: "RFC 8827 §5" },
  rtcp: { source: "RFC 3605 §2.1" },
  "rtcp-mux": { source: "RFC 5761 §5.1.1" },
  "rtcp-mux-only": { source: "RFC 8858 §3" },
  "rtcp-rsize": { source: "RFC 5506 §5" },
  rtpmap: {
    source: "RFC 8866 §6.6",
    key: "first",
    read(value) {
      const [codec = "", rate = "", channels = ""] = rest(value).split("/");
      return { type: first(value), codec, rate, channels };
    },
  },
  fmtp: {
    source: "RFC 8866 §6.15",
    key: "first",
    read: (value, codecs) => ({
      type: first(value),
      codec: codecs.get(first(value)) ?? "?",
      parameters: rest(value),
    }),
  },
  "rtcp-fb": {
    source: "RFC 4585 §4.2",
    key: "whole",
    read(value, codecs) {
      const type = first(value);
      return { type, codec: codecs.get(type) ?? "?", feedback: rest(value) };
    },
  },
  extmap: {
    source: "RFC 8285 §5",
    key: "first",
    read(value) {
      const uri = value.split(" ")[1] ?? "";
      const [, about = "other", source = ""] = extensions.find(([end]) => uri.endsWith(end)) ?? [];
      return { id: first(value), uri, about, source };
    },
  },
  msid: {
    source: "RFC 8830 §2",
    read(value) {
      const [stream = "", track = ""] = value.split(" ");
      return { stream, track };
    },
  },
  ssrc: {
    source: "RFC 5576 §4.1",
    read: (value) => ({ id: first(value), attribute: rest(value).split(":")[0] ?? "" }),
  },
  "ssrc-group": { source: "RFC 5576 §4.2", read: (value) => ({ kind: first(value), ids: rest(value) }) },
  rid: {
    source: "RFC 8851 §4",
    key: "first",
    read: (value) => ({ id: first(value), way: value.split(" ")[1] ?? "" }),
  },
  simulcast: { source: "RFC 8853 §5.1" },
  ptime: { source: "RFC 8866 §6.4" },
  maxptime: { source: "RFC 8866 §6.5" },
  framerate: { source: "RFC 8866 §6.13" },
  "sctp-port": { source: "RFC 8841 §5" },
  "max-message-size": { source: "RFC 8841 §6" },
  sctpmap: { source: "draft-ietf-mmusic-sctp-sdp-05" },
};
