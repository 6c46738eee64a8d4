export { channelCount, frameBytes, messageBytes, nameCharacters } from "./bounds.ts";
export type { Carrier, Delivery, EndCode, Kind } from "./frames.ts";
export type { Outcome } from "./outgoing.ts";
export { createPeerChannels, type Effect, type PeerChannels } from "./peer-channels.ts";
