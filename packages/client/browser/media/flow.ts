import type { Timekeeper } from "../link/timekeeper.ts";

/**
 * Whether something comes by a receiver: sampled, because no event of the browsers says it (Chromium's `unmute` comes with the
 * description, and a place that is used again has been unmuted for long).
 */

interface Counts {
  readonly packets: number;
  readonly frames: number;
  readonly keyFrames: number;
}
const none: Counts = { packets: 0, frames: 0, keyFrames: 0 };
/** With so many packets of sound there is enough to play without a pause; who says nothing sends few, and nobody misses them. */
const enoughSound = 10;
const fewSoundMs = 400;
/** So many frames after a place was given another picture, none of the one before can be among the last. */
const surelyOther = 5;

/** Looks at one receiver, from now on. */
export interface Watch {
  readonly receiver: RTCRtpReceiver;
  /** Reads the counts; true once what is waited for has come. */
  look(): Promise<boolean>;
}

/**
 * `isUsed`: the receiver had something else before, so only what comes from now on counts, and of pictures a whole one. (That may have
 * overtaken the message that announced it: then some frames more are as good.)
 */
export function watchFlow(
  receiver: RTCRtpReceiver,
  kind: "audio" | "video",
  isUsed: boolean,
  clock: Pick<Timekeeper, "now">,
): Watch {
  let base = isUsed ? undefined : none;
  let heardAt: number | undefined;
  return {
    receiver,
    async look() {
      const now = await counts(receiver);
      base ??= now;
      if (kind === "audio") {
        const packets = now.packets - base.packets;
        if (packets > 0) heardAt ??= clock.now();
        return packets >= enoughSound || (heardAt !== undefined && clock.now() - heardAt >= fewSoundMs);
      }
      const frames = now.frames - base.frames;
      if (!isUsed) return frames > 0;
      return frames >= surelyOther || (frames > 0 && now.keyFrames > base.keyFrames);
    },
  };
}

async function counts(receiver: RTCRtpReceiver): Promise<Counts> {
  try {
    for (const found of (await receiver.getStats()).values()) {
      if (found.type !== "inbound-rtp") continue;
      const { packetsReceived = 0, framesDecoded = 0, keyFramesDecoded = 0 } = found;
      return { packets: packetsReceived, frames: framesDecoded, keyFrames: keyFramesDecoded };
    }
  } catch {
    // The connection is being taken down: nothing comes.
  }
  return none;
}
