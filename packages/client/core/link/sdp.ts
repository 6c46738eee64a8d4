/** The few things we read from a session description (RFC 8866). Nothing here rewrites one. */

/** ICE username fragments of a description (RFC 8839, section 5.4), each once. */
export function ufragsOf(sdp: string): readonly string[] {
  const found = sdp.matchAll(/^a=ice-ufrag:([^\r\n]*)/gm);
  return [...new Set([...found].map(([, ufrag = ""]) => ufrag.trim()))];
}

/** The username fragment that a candidate line carries as an extension, for candidates that don't name it beside. */
export function ufragOfCandidate(candidate: string): string | undefined {
  return / ufrag (\S+)/.exec(candidate)?.[1];
}
