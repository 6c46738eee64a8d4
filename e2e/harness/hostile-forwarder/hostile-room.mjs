import { readFileSync } from "node:fs";

const lookEveryMs = 50;
let mode = "none";
let lookedAt = 0;
/** What the test wants it to do, as the file says: `none`, `alter`, `repeat` or `mix`. */
function meddling() {
  if (performance.now() - lookedAt < lookEveryMs) return mode;
  lookedAt = performance.now();
  mode = readFileSync(process.env.FORWARDER_MEDDLING, "utf8");
  return mode;
}

/** Bytes of the VP8 payload descriptor (RFC 7741, section 4.2). */
function descriptorBytes(payload) {
  if ((payload[0] & 0x80) === 0) return 1;
  const more = payload[1];
  let at = 2;
  if (more & 0x80) at += payload[at] & 0x80 ? 2 : 1;
  if (more & 0x40) at++;
  if (more & 0x30) at++;
  return at;
}

/** A room that alters, repeats or mixes up what it passes on, sequence numbers and all else of the wire in perfect order. */
export const wrap = (createRoom) => (setup) => {
  const { output } = setup;
  const kinds = new Map();
  /** By receiver and stream: the last packet of a frame of long ago, and of the last one. */
  const early = new Map();
  const last = new Map();

  const meddled = (to, header, payload) => {
    const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
    const ssrc = bytes.readUInt32BE(8);
    const kind = kinds.get(ssrc);
    if (kind === undefined) return payload;
    const isPicture = kind === "video";
    const head = isPicture ? descriptorBytes(payload) : 0;
    // A frame says at its end who sealed it, so that its last packet makes it another: the whole frame where that is small, and
    // else its end behind the beginning of the one that was sent.
    const isLast = !isPicture || (header[1] & 0x80) !== 0;
    const key = `${to} ${ssrc}`;
    const altered = () => {
      const copy = Buffer.from(payload);
      const at = Math.max(head, payload.length - 30);
      copy[at] ^= 1;
      return copy;
    };
    const instead = (frame) => Buffer.concat([payload.subarray(0, head), frame]);
    if (isLast) {
      const frame = Buffer.from(payload.subarray(head));
      if (!early.has(key)) early.set(key, frame);
      last.set(key, frame);
    }
    switch (meddling()) {
      case "alter":
        return altered();
      case "repeat":
        return isLast && early.has(key) ? instead(early.get(key)) : altered();
      case "mix": {
        const other = [...last].find(
          ([of]) => of.startsWith(`${to} `) && of !== key && kinds.get(Number(of.split(" ")[1])) === kind,
        );
        return isLast && other ? instead(other[1]) : altered();
      }
      default:
        return payload;
    }
  };

  const room = createRoom({
    ...setup,
    output: {
      rtp: (to, header, payload) => output.rtp(to, header, meddled(to, header, payload)),
      rtcp: (to, packet) => output.rtcp(to, packet),
      tell: (peer, message) => output.tell(peer, message),
    },
  });
  return {
    get nextAt() {
      return room.nextAt;
    },
    get statistics() {
      return room.statistics;
    },
    take(input, now) {
      if (input.type === "negotiated")
        for (const { ssrc, kind } of input.lines.receives) kinds.set(ssrc, kind);
      room.take(input, now);
    },
  };
};
