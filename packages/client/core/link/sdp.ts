/** The few things we read from a session description (RFC 8866). Nothing here rewrites one. */

/** ICE username fragments of a description (RFC 8839, section 5.4), each once. */
export function ufragsOf(sdp: string): readonly string[] {
  const found = sdp.matchAll(/^a=ice-ufrag:([^\r\n]*)/gm);
  return [...new Set([...found].map(([, ufrag = ""]) => ufrag.trim()))];
}

/**
 * Whether every DTLS fingerprint in it (RFC 8122, section 5) is the expected one, and there is one.
 * Any line that so much as mentions a fingerprint in another form counts against it: parsers differ in what they forgive.
 */
export function hasOnlyFingerprint(sdp: string, expected: string): boolean {
  const wanted = `a=fingerprint:${expected}`.trim().toLowerCase();
  const lines = sdp.toLowerCase().split(/[\r\n]+/);
  const mentions = lines.filter((line) => line.includes("fingerprint"));
  return mentions.length > 0 && mentions.every((line) => line.trim() === wanted);
}

/** The username fragment that a candidate line carries as an extension, for candidates that don't name it beside. */
export function ufragOfCandidate(candidate: string): string | undefined {
  return / ufrag (\S+)/.exec(candidate)?.[1];
}
