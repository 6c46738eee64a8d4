import type { Standing } from "./errors.ts";
import type { Peer } from "./peer.ts";

/** Where a side stands. Its fields are declared as always there, and are not. */
export function standingOf(peer: Peer): Standing {
  const { connection, channel, socket, received } = peer as Partial<Peer>;
  return {
    hasConnection: connection !== undefined,
    hasChannel: channel !== undefined,
    hasSocket: socket !== undefined,
    hasReceived: received !== undefined,
    signalingState: connection?.signalingState,
    hasRemoteDescription: Boolean(connection?.remoteDescription),
    channelState: channel?.readyState,
    hasDevices: globalThis.navigator?.mediaDevices !== undefined,
  };
}
