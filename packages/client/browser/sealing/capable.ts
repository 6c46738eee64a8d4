import type { CanSealFrames } from "../seams.ts";

/** WebRTC Encoded Transform, section 5: Chromium from 141 on, Firefox from 117, Safari from 15.4. Keys need a secure page. */
export const canSealFrames: CanSealFrames = () =>
  "RTCRtpScriptTransform" in globalThis && !!globalThis.crypto?.subtle;
