/**
 * Every bound that something from the wire meets, in one place (bytes, counts, rates, lifetimes).
 *
 * Sizes are in bytes unless the name says characters (UTF-16 code units), times in milliseconds.
 */
export const limits = {
  /** Largest text frame a client may send; `hello` with a card and a token is the largest honest one. */
  clientFrameBytes: 16 * 1024,
  /** Largest binary frame (a `signal`): SDP with many candidates stays below half of this. */
  signalBytes: 64 * 1024,
  roomNameCharacters: 64,
  nameCharacters: 40,
  titleCharacters: 80,
  passcodeCharacters: 64,
  /** One chat message. */
  textCharacters: 4000,
  /** A sealed identity card, base64url. */
  cardCharacters: 2048,
  tokenCharacters: 1024,
  capabilities: 8,
  capabilityCharacters: 32,

  capacityDefault: 100,
  capacityMax: 200,

  /** A connection that has not said hello by then is closed. */
  helloMs: 10_000,
  /** The server asks a silent connection for a sign of life this often. */
  pingEveryMs: 5_000,
  /** Without a sign of life for this long a connection counts as lost. */
  silentAfterMs: 12_000,
  /** A second connection with a live seat's token: how long the first has to answer before it is replaced. */
  takeoverProbeMs: 1_500,
  /** Page closed or reloaded: the seat waits this long. */
  seatAfterPageGoneMs: 8_000,
  /** Connection lost without a word: the seat waits this long. */
  seatAfterSilenceMs: 60_000,
  /** A room that its last person left keeps its name this long. */
  emptyRoomMs: 30_000,
  /** A room made over HTTP that nobody entered yet keeps its name this long. */
  unenteredRoomMs: 600_000,
  /** Resume tokens are honoured this long. */
  tokenMs: 24 * 3_600_000,

  /** Rooms on one server. */
  rooms: 10_000,
  /** Rooms made to stay on one server. */
  stayingRooms: 500,
  /** Bytes waiting in one connection's send buffer before it is closed as too slow. */
  outgoingBytes: 4 * 1024 * 1024,
  /** Open connections from one address. */
  connectionsPerAddress: 200,
  /** Refused frames on one connection before it is closed. */
  refusalsBeforeClose: 8,

  historyMessages: 500,
  historyMs: 24 * 3_600_000,
} as const;

/** A token bucket: `burst` at once, refilled by `perSecond`. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Token buckets, per connection or per address as named. */
export const rates = {
  framesPerConnection: { burst: 400, perSecond: 100 },
  signalBytesPerConnection: { burst: 4 * 1024 * 1024, perSecond: 512 * 1024 },
  saysPerConnection: { burst: 8, perSecond: 1 },
  joinsPerAddress: { burst: 60, perSecond: 2 },
  failedJoinsPerAddress: { burst: 20, perSecond: 0.2 },
  roomsPerAddress: { burst: 20, perSecond: 0.1 },
  requestsPerAddress: { burst: 300, perSecond: 50 },
} as const satisfies Record<string, Rate>;
