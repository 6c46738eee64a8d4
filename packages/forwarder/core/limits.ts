/** What one page may cause, and what is kept of it. Beyond it is dropped, which hurts that page alone. */
export const coreLimits = {
  /** SSRCs that one connection sends; the one that was silent longest gives way after `idleStreamMs`. */
  streams: 48,
  idleStreamMs: 10_000,
  /** Media lines of one connection, each way. */
  sendingLines: 16,
  receivingLines: 96,
  /** Layers of one simulcast line. */
  layers: 4,
  /** Pages of a room, and sources and wanted pictures of each. */
  pages: 1_024,
  sources: 8,
  pictures: 64,
  /** Packets that are kept for those who miss them, per stream, by count, bytes and age. */
  keptVideoPackets: 1_024,
  keptAudioPackets: 128,
  keptBytes: 3_000_000,
  keptMs: 2_000,
  /** Packets sent again per second and place. */
  resentPerSecond: 400,
  /** Missing packets that are asked for at one time, per stream, and how often and long. */
  missing: 400,
  nackTries: 10,
  nackMs: 1_500,
  /** RTCP bytes read per second and connection. */
  rtcpBytesPerSecond: 200_000,
  /** Key frames that one place may ask for: at once, and one more each `keyFrameEveryMs`. */
  keyFrameBurst: 4,
  keyFrameEveryMs: 1_000,
  /** Between two key-frame requests to one layer. */
  keyFrameRequestMs: 500,
} as const;
