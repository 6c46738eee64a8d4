import type { ExtensionIds } from "../seams.ts";
import type { Direction, Extension, MediaLine } from "./lines.ts";

type Name = keyof ExtensionIds;

/** Header extensions that the forwarder reads or writes. */
const uris: Readonly<Record<Name, string>> = {
  mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
  rid: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  repairedRid: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
  audioLevel: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  absoluteSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  transportSequenceNumber: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
};
/** What the short form of RFC 8285, section 4.2 can say; 15 is reserved. */
const largestId = 14;
const names = Object.keys(uris) as readonly Name[];

const nameOf = (uri: string): Name | undefined => names.find((name) => uris[name] === uri);

/** By name, for the whole connection: lines that are bundled agree (RFC 8843, section 9.2). One that does not is left out. */
export function extensionIds(lines: readonly MediaLine[], withTransportCc: boolean): ExtensionIds {
  const ids = new Map<Name, number>();
  const odd = new Set<Name>();
  for (const { id, uri } of lines.flatMap(({ extensions }) => extensions)) {
    const name = nameOf(uri);
    if (name === undefined || (name === "transportSequenceNumber" && !withTransportCc)) continue;
    if (id < 1 || id > largestId || (ids.get(name) ?? id) !== id) odd.add(name);
    ids.set(name, id);
  }
  return Object.fromEntries([...ids].filter(([name]) => !odd.has(name)));
}

const mirrored: Readonly<Record<Direction, Direction>> = {
  sendrecv: "sendrecv",
  sendonly: "recvonly",
  recvonly: "sendonly",
  inactive: "inactive",
};
/** The other side of it. */
export const mirror = (direction: Direction): Direction => mirrored[direction];

/** Those of the line that the connection has. */
export function chooseExtensions({ extensions }: MediaLine, ids: ExtensionIds): readonly Extension[] {
  return extensions
    .filter(({ id, uri }) => {
      const name = nameOf(uri);
      return name !== undefined && ids[name] === id;
    })
    .map((extension) => ({ ...extension, direction: mirror(extension.direction) }));
}
