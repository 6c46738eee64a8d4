export * as limits from "./limit-values.ts";

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
  /** What a page says of the media it sends. */
  mediaReportsPerConnection: { burst: 40, perSecond: 2 },
  /** What a host asks for. A new passcode costs ten, since it is hashed slowly. */
  hostFramesPerConnection: { burst: 60, perSecond: 5 },
  /** What one side of the workbench sends to the other. */
  workbenchTextsPerConnection: { burst: 200, perSecond: 20 },
  joinsPerAddress: { burst: 60, perSecond: 2 },
  failedJoinsPerAddress: { burst: 20, perSecond: 0.2 },
  /** Knocks at doors. */
  knocksPerAddress: { burst: 20, perSecond: 0.2 },
  /** Over HTTP and by joining together. */
  roomsPerAddress: { burst: 40, perSecond: 0.2 },
  requestsPerAddress: { burst: 300, perSecond: 50 },
} as const satisfies Record<string, Rate>;
