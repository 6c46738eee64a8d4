import type { Carrier } from "../../core/channels/index.ts";

/** The three data channels of one connection, negotiated by their ids so that they cost no round trip (RFC 8832, section 4). */
export type Carriers = Readonly<Record<Carrier, RTCDataChannel>>;

/**
 * Bytes that may wait in the browser: filled up to the first, woken at the second. With more, Chromium's slow start after each new
 * connection sends in bursts that overflow the other side's socket, and then waits out timeouts of 400 ms and more, one after the other.
 */
const water: Readonly<Record<Carrier, readonly [high: number, low: number]>> = {
  control: [128 * 1024, 64 * 1024],
  // Little: what waits here grows old, and newer messages could take its place.
  lossy: [64 * 1024, 16 * 1024],
  bulk: [128 * 1024, 64 * 1024],
};

/** Of each connection, as long as it is there. */
export const carriersOf = new WeakMap<RTCPeerConnection, Carriers>();

/** Makes them ahead of time. */
export function prepareCarriers(connection: RTCPeerConnection): Carriers {
  const create = (carrier: Carrier, id: number, options?: RTCDataChannelInit): RTCDataChannel => {
    const channel = connection.createDataChannel(carrier, { negotiated: true, id, ...options });
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = water[carrier][1];
    return channel;
  };
  const carriers = {
    control: create("control", 0),
    lossy: create("lossy", 1, { ordered: false, maxRetransmits: 0 }),
    bulk: create("bulk", 2),
  };
  carriersOf.set(connection, carriers);
  return carriers;
}

/** Those of this connection, made now or ahead of time. */
export function createCarriers(
  connection: RTCPeerConnection,
  on: {
    readonly open: () => void;
    readonly room: () => void;
    readonly frame: (carrier: Carrier, data: unknown) => void;
    readonly close: () => void;
  },
): Carriers {
  const carriers = carriersOf.get(connection) ?? prepareCarriers(connection);
  for (const channel of Object.values(carriers)) {
    channel.onopen = on.open;
    channel.onclose = on.close;
    channel.onbufferedamountlow = on.room;
    channel.onmessage = ({ data }) => on.frame(channel.label as Carrier, data);
  }
  return carriers;
}

export const isOpen = (channel: RTCDataChannel): boolean => channel.readyState === "open";
export const hasRoom = (carrier: Carrier, channel: RTCDataChannel & { isHeld?: boolean }): boolean =>
  isOpen(channel) && !channel.isHeld && channel.bufferedAmount < water[carrier][0];
