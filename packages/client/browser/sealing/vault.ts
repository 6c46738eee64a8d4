import {
  boundBytes,
  clearBytes,
  encodeFrameHeader,
  keyNameOf,
  type ReplayWindow,
  replayWindow,
  splitSealed,
} from "../../core/sealing/index.ts";
import { decryptFrame, encryptFrame } from "./frame-cipher.ts";
import { type Generation, type SenderKeys, senderKeys } from "./sender-keys.ts";
import type { FromWorker, LineOptions, ToWorker } from "./worker-messages.ts";

/** An encoded frame, as browsers give it to transforms (WebRTC Encoded Transform, section 4). */
export interface EncodedFrame {
  data: ArrayBuffer;
  /** Pictures only. */
  readonly type?: "key" | "delta" | "empty" | undefined;
  getMetadata(): { readonly mimeType?: string | undefined };
}

/** One sender or receiver. Frames are given one after the other; false: this one goes no further. */
export type FramePath = (frame: EncodedFrame) => Promise<boolean>;

export interface Vault {
  take(message: ToWorker): void;
  /** `requestKeyFrame` asks the other end for a whole picture. */
  path(options: LineOptions, requestKeyFrame?: () => void): FramePath;
  /** That sender or receiver is no more. */
  end(line: number): void;
}

/** A picture that is stuck is told of this often. */
const stuckEveryMs = 500;

interface Line {
  source: string | null;
  from: { readonly peer: string; readonly source: string } | null;
}

/**
 * Seals and opens frames: what the worker does, apart from the worker. A frame that can't be sealed is not sent, one that does
 * not open is not shown.
 */
export function frameVault(setup: {
  readonly now: () => number;
  readonly tell: (message: FromWorker) => void;
}): Vault {
  const { now, tell } = setup;
  let own: { readonly keys: Generation; readonly step: number } | undefined;
  // For everything this page ever seals: no key meets the same number twice, whichever senders share it.
  let counter = 0;
  const senders = new Map<string, SenderKeys>();
  const lines = new Map<number, Line>();
  const counts: Record<string, number> = {};
  let toldAt = -Infinity;

  const lineOf = (line: number): Line => {
    const found = lines.get(line) ?? { source: null, from: null };
    lines.set(line, found);
    return found;
  };
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
    if (what === "sealed" || what === "opened" || now() < toldAt + 1_000) return;
    toldAt = now();
    tell({ type: "counts", counts: { ...counts } });
  };

  const sealing = (line: Line, kind: "audio" | "video"): FramePath => {
    const drop = (why: string): boolean => {
      count(why);
      return false;
    };
    return async (frame) => {
      const { source } = line;
      // Silence (RFC 7587, section 3.1.3): browsers send nothing for it, and sealed it would be a packet.
      if (frame.data.byteLength === 0) return false;
      if (!own || source === null) return drop("not-ready");
      const clear = clearBytes(frame.getMetadata().mimeType, kind, frame.type === "key");
      if (clear === undefined) return drop("unsealable");
      const number = counter++;
      const key = await own.keys.keyOf(own.step, kind, source);
      if (!key) return drop("not-ready");
      const data = new Uint8Array(frame.data);
      const open = data.subarray(0, clear);
      const header = encodeFrameHeader({ keyId: key.keyId, counter: number });
      const { bound, last } = boundBytes(header, open);
      const sealed = await encryptFrame(key, number, data.subarray(clear), bound);
      const all = new Uint8Array(open.length + sealed.length + header.length + 1);
      all.set(open);
      all.set(sealed, open.length);
      all.set(header, open.length + sealed.length);
      all[all.length - 1] = last;
      frame.data = all.buffer;
      count("sealed");
      return true;
    };
  };

  const opening = (
    number: number,
    line: Line,
    kind: "audio" | "video",
    requestKeyFrame: (() => void) | undefined,
  ): FramePath => {
    let windows = new Map<Generation, ReplayWindow>();
    let shown: Line["from"] = null;
    /** Something was lost to the decoder: what refers to it is held back. */
    let isBroken = false;
    let askedAt = -Infinity;
    const stuck = (): void => {
      if (kind !== "video") return;
      isBroken = true;
      if (now() < askedAt + stuckEveryMs) return;
      askedAt = now();
      requestKeyFrame?.();
      tell({ type: "stuck", line: number });
    };
    const drop = (why: string, isLost = false): boolean => {
      count(why);
      if (isLost) stuck();
      return false;
    };
    return async (frame) => {
      const { from } = line;
      if (from !== shown) {
        windows = new Map();
        // The decoder has another's pictures, or an older one of these: only a whole one leads on.
        isBroken = kind === "video";
        shown = from;
      }
      if (!from) return drop("unexpected");
      const parts = splitSealed(new Uint8Array(frame.data));
      if (!parts) return drop("malformed", true);
      const { header, clear, bound, sealed } = parts;
      const name = keyNameOf(header.keyId);
      const keys = senders.get(from.peer);
      // What is left of who was in this place before.
      if (keys && keys.seat !== name.seat) return drop("unexpected");
      const generation = keys?.generation(name, now());
      const key = await generation?.keyOf(name.step, kind, from.source);
      if (!keys || !generation || !key) return drop("no-key", true);
      const origin = `${kind} ${from.source}`;
      let window = windows.get(generation);
      if (!window) {
        // In another place this source may be far on already: what was seen there is over here, too.
        window = replayWindow(generation.newest.get(origin));
        windows.set(generation, window);
      }
      if (!window.isFresh(header.counter)) return drop("replayed");
      const plain = await decryptFrame(key, header.counter, sealed.slice(), bound);
      if (!plain) return drop("forged", true);
      // The place may be another's by now.
      if (line.from !== from) return drop("unexpected");
      window.take(header.counter);
      generation.newest.set(origin, Math.max(window.newest, generation.newest.get(origin) ?? -1));
      keys.opened(name.generation, now());
      if (frame.type === "key") isBroken = false;
      else if (isBroken) return drop("waiting", true);
      const all = new Uint8Array(clear.length + plain.length);
      all.set(clear);
      all.set(plain, clear.length);
      frame.data = all.buffer;
      count("opened");
      return true;
    };
  };

  return {
    take(message) {
      switch (message.type) {
        case "own": {
          const { room, id, seat, key } = message;
          const keys = senderKeys(room, id, seat);
          keys.give(key);
          const generation = keys.generation({ seat, ...key }, 0);
          own = generation && { keys: generation, step: key.step };
          break;
        }
        case "forget":
          own = undefined;
          break;
        case "key": {
          const { room, id, seat, key } = message;
          const known = senders.get(id);
          const keys = known?.seat === seat ? known : senderKeys(room, id, seat);
          senders.set(id, keys);
          keys.give(key);
          break;
        }
        case "gone":
          senders.delete(message.id);
          break;
        case "carry":
          lineOf(message.line).source = message.source;
          break;
        case "expect": {
          const line = lineOf(message.line);
          const { from } = message;
          // Said again, it changes nothing: what was seen is not forgotten.
          if (line.from?.peer !== from?.peer || line.from?.source !== from?.source) line.from = from;
          break;
        }
      }
    },
    path({ line, way, kind }, requestKeyFrame) {
      return way === "seal"
        ? sealing(lineOf(line), kind)
        : opening(line, lineOf(line), kind, requestKeyFrame);
    },
    end: (line) => void lines.delete(line),
  };
}
