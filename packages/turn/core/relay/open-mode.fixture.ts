import { parseBytes } from "../address.ts";
import { makePeerPolicy, type PeerPolicy } from "../peers/policy.ts";
import type { RelayMode } from "./world.ts";

/** Open mode with ten ports. */
export function openMode(
  addresses: readonly string[],
  peers: PeerPolicy = makePeerPolicy([], [], []),
): RelayMode {
  return {
    kind: "open",
    addresses: addresses.map((text) => parseBytes(text) ?? new Uint8Array()),
    firstPort: 50_000,
    lastPort: 50_009,
    peers,
  };
}
