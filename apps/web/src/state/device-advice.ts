import { words } from "../words/words.ts";
import type { Capture, CaptureProblem } from "./local-media.ts";

/** The plain sentence about a camera and microphone that can't be used, if there is something to say. */
export function deviceAdvice(camera: Capture, microphone: Capture): string | undefined {
  const seen = camera.state === "failed" ? camera.problem : undefined;
  const heard = microphone.state === "failed" ? microphone.problem : undefined;
  const { devices } = words;
  if (seen === "insecure" || heard === "insecure") return devices.insecure;
  if (seen === "denied" && heard === "denied") return devices.deniedBoth;
  if (seen === "dismissed" && heard === "dismissed") return devices.dismissedBoth;
  if (seen === "missing" && heard === "missing") return devices.missingBoth;
  const sentences = [seen && cameraSentences()[seen], heard && microphoneSentences()[heard]].filter(
    (sentence) => sentence !== undefined,
  );
  return sentences.length > 0 ? sentences.join(" ") : undefined;
}

const cameraSentences = (): Record<CaptureProblem, string> => ({
  denied: words.devices.deniedCamera,
  dismissed: words.devices.dismissedCamera,
  missing: words.devices.missingCamera,
  busy: words.devices.busyCamera,
  lost: words.devices.lostCamera,
  insecure: words.devices.insecure,
});
const microphoneSentences = (): Record<CaptureProblem, string> => ({
  denied: words.devices.deniedMicrophone,
  dismissed: words.devices.dismissedMicrophone,
  missing: words.devices.missingMicrophone,
  busy: words.devices.busyMicrophone,
  lost: words.devices.lostMicrophone,
  insecure: words.devices.insecure,
});
