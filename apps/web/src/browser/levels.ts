import type { Peer } from "@parlour/client";
import type { Meter } from "../state/hearing.ts";

let shared: AudioContext | undefined;

/** One context for the whole page: browsers allow few. */
function context(): AudioContext | undefined {
  if (typeof AudioContext === "undefined") return undefined;
  shared ??= new AudioContext();
  return shared;
}

/** Measures a microphone's sound, before anything is sent. */
export function meter(track: MediaStreamTrack): Meter | undefined {
  const audio = context();
  if (audio === undefined) return undefined;
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      if (audio.state !== "running") {
        // Held back until something was pressed; harmless to ask again.
        void audio.resume().catch(() => undefined);
        return undefined;
      }
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    },
    close() {
      source.disconnect();
    },
  };
}

/** How loud someone's microphone is now. */
export function levelOf(peer: Peer): number {
  return peer.media.get("camera")?.level() ?? 0;
}

/** A short tone through one speaker, "" the system's. Rejects when it can't be played there. */
export async function playTone(speaker: string): Promise<void> {
  const audio = context();
  if (audio === undefined) throw new Error("No sound can be made here.");
  await audio.resume();
  const way = audio.createMediaStreamDestination();
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  const start = audio.currentTime;
  // Two notes that swell and fade: a bare tone that stops at once clicks.
  tone.frequency.setValueAtTime(440, start);
  tone.frequency.setValueAtTime(660, start + 0.35);
  loudness.gain.setValueAtTime(0, start);
  loudness.gain.linearRampToValueAtTime(0.3, start + 0.05);
  loudness.gain.setValueAtTime(0.3, start + 0.65);
  loudness.gain.linearRampToValueAtTime(0, start + 0.8);
  tone.connect(loudness).connect(way);
  const player = new Audio() as HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };
  player.srcObject = way.stream;
  if (speaker !== "" && player.setSinkId !== undefined) await player.setSinkId(speaker);
  await player.play();
  tone.start(start);
  tone.stop(start + 0.85);
  await new Promise<void>((resolve) => {
    tone.addEventListener("ended", () => resolve(), { once: true });
  });
  player.srcObject = null;
}
