/** Whether this browser can encrypt pictures and sound by itself, frame by frame (WebRTC Encoded Transform, section 5). */
export function canSealFrames(): boolean {
  return "RTCRtpScriptTransform" in globalThis;
}
