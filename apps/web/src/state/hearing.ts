import { effect, type Signal, signal } from "@preact/signals";
import type { LocalMedia } from "./local-media.ts";

/** Measures the sound of one track. */
export interface Meter {
  /** 0 to 1, linear; undefined while the browser holds sound back. */
  read(): number | undefined;
  close(): void;
}
export interface HearingPort {
  /** Undefined where sound can't be measured. */
  meter(track: MediaStreamTrack): Meter | undefined;
  every(ms: number, run: () => void): () => void;
  readonly now: () => number;
}

/** Below this nothing comes in at all: any working microphone has more noise of its own. */
const nothing = 0.0001;
/** So long nothing must come before it is said. */
const silentMs = 6_000;
const sampleMs = 100;

/** How loud your own microphone is, and whether nothing comes from it. */
export class Hearing {
  /** 0 to 1, linear. */
  readonly level: Signal<number> = signal(0);
  readonly isSilent: Signal<boolean> = signal(false);
  readonly #stopFollowing: () => void;

  constructor(local: LocalMedia, port: HearingPort) {
    this.#stopFollowing = effect(() => {
      const track = local.track.microphone.value;
      this.level.value = 0;
      this.isSilent.value = false;
      const meter = track === undefined ? undefined : port.meter(track);
      if (meter === undefined) return;
      let silentSince = port.now();
      let wasHeard = false;
      const stop = port.every(sampleMs, () => {
        const level = meter.read();
        if (level === undefined) {
          silentSince = port.now();
          return;
        }
        this.level.value = level;
        if (level > nothing) wasHeard = true;
        this.isSilent.value = !wasHeard && port.now() - silentSince >= silentMs;
      });
      return () => {
        stop();
        meter.close();
      };
    });
  }

  stop(): void {
    this.#stopFollowing();
  }
}

/** A level as a part of a meter's length, 0 to 1: ears hear in decibels, and speech lies between -60 and -10 dB. */
export function meterPart(level: number): number {
  if (level <= 0) return 0;
  const decibels = 20 * Math.log10(level);
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}
