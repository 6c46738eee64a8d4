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
