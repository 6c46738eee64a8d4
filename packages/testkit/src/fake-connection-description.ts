/** Session descriptions of the fake connection: real enough in form that code which reads SDP can read them. */

export type FakeDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";
export interface FakeSection {
  readonly kind: "audio" | "video" | "application";
  readonly mid: string;
  readonly direction: FakeDirection;
}
export interface FakeDescription {
  readonly ufrag: string;
  readonly fingerprint: string;
  readonly sections: readonly FakeSection[];
}

export function writeFakeSdp(description: FakeDescription): string {
  const lines = [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    `a=group:BUNDLE ${description.sections.map(({ mid }) => mid).join(" ")}`,
  ];
  for (const { kind, mid, direction } of description.sections) {
    lines.push(
      kind === "application"
        ? "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
        : `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
    );
    lines.push(
      `a=ice-ufrag:${description.ufrag}`,
      "a=ice-pwd:0123456789abcdef01234567",
      `a=fingerprint:${description.fingerprint}`,
    );
    lines.push("a=setup:actpass", `a=mid:${mid}`);
    if (kind !== "application") lines.push(`a=${direction}`);
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** Undefined when it is none that a fake connection could have written. */
export function readFakeSdp(sdp: string): FakeDescription | undefined {
  if (!sdp.startsWith("v=0\r\n")) return undefined;
  const sections: { kind: FakeSection["kind"]; mid: string; direction: FakeDirection }[] = [];
  let ufrag: string | undefined;
  let fingerprint: string | undefined;
  for (const line of sdp.split("\r\n")) {
    const media = /^m=(audio|video|application) /.exec(line)?.[1];
    if (media !== undefined)
      sections.push({ kind: media as FakeSection["kind"], mid: "", direction: "sendrecv" });
    else if (line.startsWith("a=ice-ufrag:")) ufrag ??= line.slice(12);
    else if (line.startsWith("a=fingerprint:")) fingerprint ??= line.slice(14);
    const section = sections.at(-1);
    if (section === undefined) continue;
    if (line.startsWith("a=mid:")) section.mid = line.slice(6);
    const direction = /^a=(sendrecv|sendonly|recvonly|inactive)$/.exec(line)?.[1];
    if (direction !== undefined) section.direction = direction as FakeDirection;
  }
  if (ufrag === undefined || fingerprint === undefined || sections.some(({ mid }) => mid === ""))
    return undefined;
  return { ufrag, fingerprint, sections };
}

/** The same direction as the other side names it. */
export function reversed(direction: FakeDirection): FakeDirection {
  if (direction === "sendonly") return "recvonly";
  return direction === "recvonly" ? "sendonly" : direction;
}

/** What both allow (JSEP, RFC 9429, section 5.3.1). */
export function intersection(one: FakeDirection, other: FakeDirection): FakeDirection {
  const sends = /^send/.test(one) && /^send/.test(other);
  const receives = /recv/.test(one) && /recv/.test(other);
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : "inactive";
}
