export { type Bits, bits, fullBits } from "./bits.ts";
export { base64url, fromBase64url, memoryFor, sameBytes } from "./bytes.ts";
export { type Block, proofBytes, readBlock, roomFor, writeBlock } from "./lane.ts";
export {
  firstAt,
  type Manifest,
  offerBytes,
  pieceProofBytes,
  readManifest,
  writeManifest,
} from "./manifest.ts";
export { type FilesMessage, type OfferMessage, readMessage, type SwarmMessage } from "./messages.ts";
export { safeName, safePaths } from "./names.ts";
export { type CallSign, firstPace, type Pace, paced, paceLimits } from "./pace.ts";
export { type Cut, cutOf, lengthOf, pieceBytesFor, piecesIn } from "./pieces.ts";
export * from "./seams.ts";
export { type SwarmEffect, type SwarmInput, swarmTimes, type Told, windows } from "./swarm/effects.ts";
export type { Swarm, SwarmState } from "./swarm/state.ts";
export { createSwarm } from "./swarm/swarm.ts";
