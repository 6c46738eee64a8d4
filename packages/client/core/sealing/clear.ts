/**
 * How many bytes at a frame's start stay in clear (and are authenticated), because who packs frames into packets or passes them on
 * looks at them; undefined when frames of this codec can't be sealed.
 *
 * VP8 (RFC 6386, section 9.1): frame tag, and start code and size of a key frame: is it one, how large. Opus (RFC 6716, section 3.1): the byte
 * that says how long the packet lasts. VP9: everything is in the payload descriptor (RFC 9628). H.264 and H.265 are cut into packets at
 * start codes, which ciphertext may have anywhere; AV1 at its own headers.
 */
export function clearBytes(
  codec: string | undefined,
  kind: "audio" | "video",
  isKeyFrame: boolean,
): number | undefined {
  // A browser that does not name codecs: as much as any of those needs that its page puts first.
  const name = codec?.toLowerCase().replace(/^(?:audio|video)\//, "") ?? (kind === "audio" ? "opus" : "vp8");
  switch (name) {
    case "opus":
    case "red":
      return 1;
    case "vp8":
      return isKeyFrame ? 10 : 3;
    case "vp9":
      return 0;
    default:
      return undefined;
  }
}
