import type { KeyName } from "../../core/sealing/index.ts";
import { type FrameKey, frameKey, nextSecret } from "./frame-cipher.ts";
import type { GivenKey } from "./worker-messages.ts";

/** How long an older generation still opens frames that were under way. */
export const olderMs = 10_000;
/**
 * Generations of one sender that are kept, besides the one in use. When several leave at once there is a new one for each, and none
 * of them is used before the last of them is with everyone.
 */
const mostGenerations = 4;
const mostKeys = 32;

/** One random secret of a sender, and what comes of it. */
export interface Generation {
  /** The key of that step for frames of that kind and source; undefined for a step before the one that was given. */
  keyOf(step: number, kind: "audio" | "video", source: string): Promise<FrameKey> | undefined;
  /** The newest frame of each source that was opened, whichever place it was in. */
  readonly newest: Map<string, number>;
}

function generationOf(room: string, id: string, seat: number, given: GivenKey): Generation {
  const keys = new Map<string, Promise<FrameKey>>();
  const secrets = [Promise.resolve(given.secret)];
  return {
    newest: new Map(),
    keyOf(step, kind, source) {
      if (step < given.step) return undefined;
      const name = `${step} ${kind} ${source}`;
      const found = keys.get(name);
      if (found) return found;
      while (secrets.length <= step - given.step)
        secrets.push(
          (secrets.at(-1) as Promise<Uint8Array<ArrayBuffer>>).then((secret) => nextSecret(secret, room)),
        );
      const secret = secrets[step - given.step] as Promise<Uint8Array<ArrayBuffer>>;
      const key = secret.then((bytes) =>
        frameKey(bytes, { room, id, seat, kind, source }, { generation: given.generation, step }),
      );
      // Sources and steps that a hostile forwarder thinks up are many.
      if (keys.size >= mostKeys) keys.clear();
      keys.set(name, key);
      return key;
    },
  };
}

/** All keys that one sender gave this page. */
export interface SenderKeys {
  readonly seat: number;
  give(key: GivenKey): void;
  generation(name: KeyName, now: number): Generation | undefined;
  /** A frame of that generation was opened: those before it are needed for a while only. */
  opened(generation: number, now: number): void;
}

export function senderKeys(room: string, id: string, seat: number): SenderKeys {
  /** In the order in which they came. */
  const all = new Map<number, { readonly of: Generation; until: number }>();
  let inUse: number | undefined;
  return {
    seat,
    give(key) {
      all.delete(key.generation);
      all.set(key.generation, { of: generationOf(room, id, seat, key), until: Infinity });
      for (const [number] of all) if (all.size > mostGenerations && number !== inUse) all.delete(number);
    },
    generation(name, now) {
      for (const [number, { until }] of all) if (until <= now) all.delete(number);
      return name.seat === seat ? all.get(name.generation)?.of : undefined;
    },
    opened(generation, now) {
      if (!all.has(generation)) return;
      inUse = generation;
      for (const [number, kept] of all) {
        if (number === generation) return;
        kept.until = Math.min(kept.until, now + olderMs);
      }
    },
  };
}
