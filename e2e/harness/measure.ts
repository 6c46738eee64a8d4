import type { TestPage } from "./browsers.ts";
import { until } from "./waiting.ts";

/**
 * Proof from pixels and samples, not from states: a picture moves when two drawings of it differ, a tone is heard when
 * samples of the received track carry energy.
 *
 * `where` names the elements by a CSS selector, or a figure by its accessible name.
 */
export type Where = { readonly selector: string } | { readonly figure: string };

/** Resolves when the picture there has moved; gives the share of pixels that changed. Black does not count. */
export async function pictureMoves(on: TestPage, where: Where, timeoutMs?: number): Promise<number> {
  return until(
    `a moving picture in ${JSON.stringify(where)}`,
    () =>
      on.page.evaluate(async (place) => {
        const root =
          "figure" in place
            ? window.parlourTest.find("figure", place.figure)
            : document.querySelector(place.selector);
        const video = root?.matches("video") ? root : root?.querySelector("video");
        if (!(video instanceof HTMLVideoElement) || video.videoWidth === 0 || video.readyState < 2)
          return false;
        const canvas = document.createElement("canvas");
        canvas.width = 64;
        canvas.height = 48;
        const context = canvas.getContext("2d", { willReadFrequently: true });
        if (context === null) return false;
        const draw = (): Uint8ClampedArray => {
          context.drawImage(video, 0, 0, 64, 48);
          return context.getImageData(0, 0, 64, 48).data.slice();
        };
        const first = draw();
        for (let turn = 0; turn < 10; turn++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          const second = draw();
          let changed = 0;
          let lit = 0;
          for (let i = 0; i < second.length; i += 4) {
            const sum = (data: Uint8ClampedArray): number =>
              (data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0);
            if (sum(second) > 48) lit++;
            if (Math.abs(sum(second) - sum(first)) > 24) changed++;
          }
          if (changed > 3 && lit > 100) return changed / (64 * 48);
        }
        return false;
      }, where),
    timeoutMs,
  );
}

/** Resolves when the received tracks there carry sound. Samples where the browser lets us, the receiver's own measure of energy elsewhere. */
export async function toneHeard(on: TestPage, where: Where, timeoutMs?: number): Promise<void> {
  let last: Heard | undefined;
  await until(
    `a tone in ${JSON.stringify(where)}`,
    async () => {
      last = await listened(on, where, 1500);
      return last.is === "tone";
    },
    timeoutMs,
  ).catch((cause: Error) => {
    throw new Error(`${cause.message}; last there was ${JSON.stringify(last)}`, { cause });
  });
}

/**
 * Resolves when three seconds have passed there without sound, from tracks that are there: the simulated microphone
 * beeps each second. What was on its way when the other side muted itself may still be heard before.
 */
export async function silenceHeard(on: TestPage, where: Where, timeoutMs?: number): Promise<void> {
  await until(
    `silence in ${JSON.stringify(where)}`,
    async () => (await listened(on, where, 3000)).is === "silence",
    timeoutMs,
  );
}

interface Heard {
  /** `nothing`: no track there is played. */
  readonly is: "tone" | "silence" | "nothing";
  /** How often it was looked, and the loudest sample; without samples how much energy came. */
  readonly looks: number;
  readonly loudest: number;
  readonly context: string;
}

/** What the received tracks there carry for so long. */
function listened(on: TestPage, where: Where, forMs: number): Promise<Heard> {
  return on.page.evaluate(
    async (place, ms) => {
      const root =
        "figure" in place
          ? window.parlourTest.find("figure", place.figure)
          : document.querySelector(place.selector);
      const heard = { is: "nothing" as Heard["is"], looks: 0, loudest: 0, context: "none" };
      if (root == null) return heard;
      const media = [
        ...(root.matches("video, audio") ? [root] : []),
        ...root.querySelectorAll("video, audio"),
      ] as HTMLMediaElement[];
      for (const element of media) {
        const stream = element.srcObject;
        if (!(stream instanceof MediaStream) || element.muted || element.paused) continue;
        const track = stream.getAudioTracks()[0];
        if (track === undefined) continue;
        heard.is = "silence";
        const end = performance.now() + ms;
        const context = new AudioContext();
        try {
          await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 200))]);
          heard.context = context.state;
          if (context.state === "running") {
            const analyser = context.createAnalyser();
            context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
            const samples = new Float32Array(analyser.fftSize);
            while (performance.now() < end) {
              await new Promise((resolve) => setTimeout(resolve, 25));
              analyser.getFloatTimeDomainData(samples);
              heard.looks++;
              for (const sample of samples) heard.loudest = Math.max(heard.loudest, Math.abs(sample));
              if (heard.loudest > 0.02) return { ...heard, is: "tone" as const };
            }
          } else {
            const energy = async (): Promise<number> => {
              for (const connection of window.parlourTest.connections) {
                const receiver = connection.getReceivers().find((one) => one.track === track);
                if (receiver === undefined) continue;
                for (const report of (await receiver.getStats()).values()) {
                  if (report.type === "inbound-rtp") return report.totalAudioEnergy ?? 0;
                }
              }
              return 0;
            };
            const before = await energy();
            do {
              await new Promise((resolve) => setTimeout(resolve, 500));
              heard.looks++;
              heard.loudest = (await energy()) - before;
              if (heard.loudest > 1e-4) return { ...heard, is: "tone" as const };
            } while (performance.now() < end);
          }
        } finally {
          await context.close();
        }
      }
      return heard;
    },
    where,
    forMs,
  );
}

/** Frames decoded so far of the picture there, from the receiver's statistics. */
export async function framesDecoded(on: TestPage, where: Where): Promise<number> {
  return on.page.evaluate(async (place) => {
    const root =
      "figure" in place
        ? window.parlourTest.find("figure", place.figure)
        : document.querySelector(place.selector);
    const video = root?.matches("video") ? root : root?.querySelector("video");
    const stream = (video as HTMLVideoElement | null | undefined)?.srcObject;
    if (!(stream instanceof MediaStream)) return 0;
    for (const connection of window.parlourTest.connections) {
      for (const receiver of connection.getReceivers()) {
        if (!stream.getVideoTracks().includes(receiver.track)) continue;
        for (const report of (await receiver.getStats()).values()) {
          if (report.type === "inbound-rtp") return report.framesDecoded ?? 0;
        }
      }
    }
    return 0;
  }, where);
}

/** Frames decoded and packets of sound received over every connection of the page: a count that grows while media flows. */
export async function mediaReceived(on: TestPage): Promise<{ frames: number; audioPackets: number }> {
  return on.page.evaluate(async () => {
    const sum = { frames: 0, audioPackets: 0 };
    for (const connection of window.parlourTest.connections) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue;
        if (report.kind === "video") sum.frames += report.framesDecoded ?? 0;
        else sum.audioPackets += report.packetsReceived ?? 0;
      }
    }
    return sum;
  });
}
