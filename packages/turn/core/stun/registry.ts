/** The numbers of RFC 8489 and RFC 8656 that this server knows. */

/** RFC 8489, section 5. */
export const magicCookie = 0x2112a442;
export const headerBytes = 20;

/** RFC 8489, section 18.2; RFC 8656, section 18. */
export const methods = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** RFC 8489, section 18.3; RFC 8656, section 18. */
export const attributes = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  reservationToken: 0x0022,
  fingerprint: 0x8028,
} as const;

/** Those of connectivity checks (RFC 8445, section 16.1). */
export const iceAttributes = {
  priority: 0x0024,
  useCandidate: 0x0025,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

/**
 * Attributes below 0x8000 that a request may carry. DONT-FRAGMENT is not among them: Node can't set the bit, and
 * RFC 8656, section 7.2 wants 420 then. Nor are USERHASH and the algorithms of RFC 8489: nobody is told that they exist here.
 */
export const understood: ReadonlySet<number> = new Set(
  Object.entries(attributes).flatMap(([name, type]) =>
    type < 0x8000 && name !== "messageIntegritySha256" ? [type] : [],
  ),
);

/** RFC 8489, section 18.4; RFC 8656, section 19. The phrases are for people who look at packets; they are short on purpose. */
export const reasons = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  420: "Unknown Attribute",
  437: "Allocation Mismatch",
  438: "Stale Nonce",
  440: "Family not Supported",
  441: "Wrong Credentials",
  442: "Unsupported Transport",
  443: "Family Mismatch",
  486: "Quota Reached",
  // RFC 8445, section 7.3.1.1.
  487: "Role Conflict",
  508: "Insufficient Capacity",
} as const;
export type ErrorCode = keyof typeof reasons;

/** RFC 8656, section 12 has 0x4000 to 0x4FFF; RFC 5766 allowed more, and coturn's client still draws from all of it. */
export const channelNumbers = { first: 0x4000, last: 0x7fff } as const;
