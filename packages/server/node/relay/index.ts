/** STUN and TURN beside the rooms: a relay of this process, or the addresses of one that somebody else runs. */
export { serviceAddress } from "@parlour/turn";
export type { RelayDoors } from "./addresses.ts";
export {
  credentialSeconds,
  externalRelay,
  type IceSource,
  type MissingDoor,
  openRelay,
  type Relay,
  type RelayOptions,
} from "./relay.ts";
