/** Every bound of the channels between two pages. Both sides rely on the same numbers; they are part of docs/spec/channels.md. */

/** Largest frame, header included: small enough that frames of several messages interleave, and within what SCTP takes everywhere. */
export const frameBytes = 16 * 1024;
/** Largest message. */
export const messageBytes = 64 * 1024 * 1024;
/** Channels one page may announce to another; a channel's number is one byte. */
export const channelCount = 256;
/** UTF-16 code units in a channel's name. */
export const nameCharacters = 64;

/** Declared bytes of messages in the making that one page may cost another: two of the largest. */
export const partialBytes = 2 * messageBytes;
/** A message above this counts as large … */
export const largeBytes = 1024 * 1024;
/** … and large ones together leave room for small ones, so that nothing small waits behind them. */
export const largePartialBytes = partialBytes - messageBytes / 2;
/** Lossy messages in the making, per page: the oldest makes room. */
export const lossyPartials = 16;
/** Lossy frames kept because they overtook the announcement of their channel. */
export const overtakingFrames = 64;

/**
 * What may wait in one channel: messages that the page has not opened the channel for yet (and so what may be sent on
 * it unasked), and lossy messages that the browser has no room for. Each message counts 4 KiB on top of its bytes, so
 * that there are at most 64.
 */
export const waitingBytes = 256 * 1024;
const messageCost = 4 * 1024;
/** What these messages count. */
export const cost = (messages: readonly { readonly bytes: Uint8Array }[]): number =>
  messages.reduce((total, { bytes }) => total + bytes.length + messageCost, 0);
