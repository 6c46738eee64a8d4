import type { Room } from "@parlour/client";
import { WebSocket } from "ws";
import { createChannelHub } from "../../packages/client/browser/channels/index.ts";
import { memberJoiner } from "../../packages/client/browser/demand/members.fixture.ts";
import { createLink } from "../../packages/client/browser/link/index.ts";

const certificates = {
  make: async () => ({ expires: Number.POSITIVE_INFINITY }) as RTCCertificate,
  fingerprint: async () => `sha-256 ${Array(32).fill("AB").join(":")}`,
};

/**
 * People without a browser: the SDK in this process, with no WebRTC at all. They say that they send a camera, unless they are silent, take what comes by post, and
 * can have no link. So a large room costs no more than its signaling.
 */
export async function joinMembers(
  link: string,
  names: readonly string[],
  manners: { readonly isSilent?: boolean } = {},
): Promise<readonly Room[]> {
  const { WebSocket: before } = globalThis;
  Object.assign(globalThis, { WebSocket });
  try {
    const enter = memberJoiner({ createLink, createChannelHub, certificates }, manners);
    const rooms: Room[] = [];
    for (const name of names) rooms.push(await enter(link, { name, remember: "none" }));
    return rooms;
  } finally {
    Object.assign(globalThis, { WebSocket: before });
  }
}
