/** How many of something in a second, and how many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Every bound of the server. Bytes count payload; `Infinity` lifts a rate. */
export interface TurnLimits {
  /** Allocations at once, in all. */
  readonly allocations: number;
  /** Of one id in credentials. A page in a mesh of eight makes one per peer, URL and network interface. */
  readonly allocationsPerUser: number;
  /** Of one client address (IPv6: /64). A school behind one address is one. */
  readonly allocationsPerAddress: number;
  readonly permissionsPerAllocation: number;
  readonly channelsPerAllocation: number;
  /** Of one allocation, both directions together. */
  readonly allocationBytes: Rate;
  /** Of the whole server. */
  readonly totalBytes: Rate;
  /** Replies to what nobody has signed for, over UDP: of one source address (IPv6: /64), behind which many may keep bindings alive. */
  readonly unprovenReplies: Rate;
  /** The same of all sources beyond the `sources` that are watched one by one. */
  readonly unprovenRepliesOfOthers: Rate;
  readonly sources: number;
  /** The largest request that is read; indications may be as large as a datagram. */
  readonly requestBytes: number;
  /** Seconds an allocation lives when the client asks for nothing, and at most (RFC 8656, section 7.2). */
  readonly defaultLifetime: number;
  readonly maxLifetime: number;
  /** Seconds a nonce is good for (RFC 8489, section 9.2: at most an hour). */
  readonly nonceLifetime: number;
  /** TCP and TLS connections of one address (IPv6: /64). */
  readonly connectionsPerAddress: number;
  readonly connections: number;
  /** A connection without an allocation is closed when it was quiet for this long. */
  readonly idleConnectionMs: number;
  /** What may wait in a connection that does not read: above it relayed data is dropped, above twice it the connection. */
  readonly waitingBytes: number;
}

export const defaultLimits: TurnLimits = {
  allocations: 10_000,
  allocationsPerUser: 128,
  allocationsPerAddress: 1000,
  permissionsPerAllocation: 64,
  channelsPerAllocation: 64,
  allocationBytes: { perSecond: 12_500_000, burst: 12_500_000 },
  totalBytes: { perSecond: 125_000_000, burst: 125_000_000 },
  unprovenReplies: { perSecond: 50, burst: 300 },
  unprovenRepliesOfOthers: { perSecond: 500, burst: 1000 },
  sources: 16_384,
  requestBytes: 2048,
  defaultLifetime: 600,
  maxLifetime: 3600,
  nonceLifetime: 3600,
  connectionsPerAddress: 256,
  connections: 4096,
  idleConnectionMs: 10_000,
  waitingBytes: 262_144,
};

/** Seconds, fixed by RFC 8656, sections 9 and 12. */
export const permissionLifetime = 300;
export const channelLifetime = 600;
