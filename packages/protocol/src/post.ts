/** Bounds of what goes from page to page without a link. Apart from the others, so that only a page that needs them carries them. */
export const postLimits = {
  /** One message: sealed and numbered it fits into one signal. */
  messageBytes: 48 * 1024,
  /** Posted to one page and not known to be there: under way, and waiting for room. */
  underWay: 64,
  underWayBytes: 256 * 1024,
  waiting: 1_000,
  waitingBytes: 4 * 1024 * 1024,
  /** Kept of one page until somebody here listens to their topics. */
  unheard: 64,
  unheardBytes: 256 * 1024,
} as const;
