import { type Endpoint, hostKey } from "../address.ts";
import { channelLifetime, permissionLifetime } from "../limits.ts";
import { mayReachPort } from "../peers/policy.ts";
import { attributeOf, readUint16, readUint32, readXorAddress } from "../stun/decode.ts";
import { attributes, channelNumbers } from "../stun/registry.ts";
import { type Allocation, place } from "./allocation.ts";
import { endAllocation } from "./allocations.ts";
import type { Authenticated } from "./authenticate.ts";
import type { Effect } from "./effects.ts";
import { type Request, refuse, succeed } from "./replies.ts";
import type { World } from "./world.ts";

/** Seconds for the LIFETIME that was asked for (RFC 8656, section 7.2); undefined for an attribute that is none. */
export function lifetimeFor(world: World, asked: Uint8Array | undefined): number | undefined {
  const { defaultLifetime, maxLifetime } = world.limits;
  if (asked === undefined) return defaultLifetime;
  if (asked.length !== 4) return undefined;
  return Math.max(defaultLifetime, Math.min(maxLifetime, readUint32(asked, 0)));
}

/** RFC 8656, section 8.2. */
export function refresh(
  world: World,
  request: Request,
  who: Authenticated,
  allocation: Allocation,
): readonly Effect[] {
  const { message, now } = request;
  const family = attributeOf(message, attributes.requestedAddressFamily);
  if (family !== undefined && family[0] !== (allocation.relayed.family === 4 ? 1 : 2))
    return refuse(world, request, 443, who.key);
  const asked = attributeOf(message, attributes.lifetime);
  const lifetime = lifetimeFor(world, asked);
  if (lifetime === undefined) return refuse(world, request, 400, who.key);
  const isRelease = asked !== undefined && readUint32(asked, 0) === 0;
  const answer = succeed(world, request, who.key, (writer) =>
    writer.number(attributes.lifetime, isRelease ? 0 : lifetime),
  );
  if (isRelease) return [...answer, ...endAllocation(world, allocation, "released")];
  allocation.expiresAt = now + lifetime * 1000;
  return answer;
}

/** RFC 8656, section 10.2: all of the peers or none. */
export function createPermission(
  world: World,
  request: Request,
  who: Authenticated,
  allocation: Allocation,
): readonly Effect[] {
  const { message, now } = request;
  const peers: Endpoint[] = [];
  for (const { type, value } of message.attributes) {
    if (type !== attributes.xorPeerAddress) continue;
    const peer = readXorAddress(value, message.transactionId);
    if (peer === undefined) return refuse(world, request, 400, who.key);
    peers.push(peer);
  }
  if (peers.length === 0) return refuse(world, request, 400, who.key);
  if (peers.some(({ family }) => family !== allocation.relayed.family))
    return refuse(world, request, 443, who.key);
  if (peers.some(({ bytes }) => !world.mayReach(bytes))) return refuse(world, request, 403, who.key);
  if (!permit(world, allocation, peers, now)) return refuse(world, request, 508, who.key);
  return succeed(world, request, who.key);
}

/** RFC 8656, section 12.2. */
export function channelBind(
  world: World,
  request: Request,
  who: Authenticated,
  allocation: Allocation,
): readonly Effect[] {
  const { message, now } = request;
  const numberBytes = attributeOf(message, attributes.channelNumber);
  const peerBytes = attributeOf(message, attributes.xorPeerAddress);
  const peer = peerBytes && readXorAddress(peerBytes, message.transactionId);
  if (numberBytes?.length !== 4 || peer === undefined) return refuse(world, request, 400, who.key);
  const number = readUint16(numberBytes, 0);
  if (number < channelNumbers.first || number > channelNumbers.last)
    return refuse(world, request, 400, who.key);
  if (peer.family !== allocation.relayed.family) return refuse(world, request, 443, who.key);
  const at = place(peer);
  const isOpen = world.isInside(at.host) || world.isService(at) || mayReachPort(at.port);
  if (!world.mayReach(at.bytes) || !isOpen) return refuse(world, request, 403, who.key);

  forgetOldChannels(allocation, now);
  const byNumber = allocation.channels.get(number);
  const byPeer = allocation.channelsByPeer.get(at.key);
  // A number stands for one peer and a peer for one number, as long as they last.
  if (byNumber !== byPeer) return refuse(world, request, 400, who.key);
  if (byNumber === undefined && allocation.channels.size >= world.limits.channelsPerAllocation)
    return refuse(world, request, 508, who.key);
  if (!permit(world, allocation, [peer], now)) return refuse(world, request, 508, who.key);
  const channel = byNumber ?? { number, peer: at, expiresAt: 0 };
  channel.expiresAt = now + channelLifetime * 1000;
  allocation.channels.set(number, channel);
  allocation.channelsByPeer.set(at.key, channel);
  return succeed(world, request, who.key);
}

/** Installs or renews permissions for all of them; false, and nothing done, when there would be too many. */
function permit(world: World, allocation: Allocation, peers: readonly Endpoint[], now: number): boolean {
  const { permissions } = allocation;
  const hosts = new Set(peers.map(({ bytes }) => hostKey(bytes)));
  const added = (): number => [...hosts].filter((host) => !permissions.has(host)).length;
  if (permissions.size + added() > world.limits.permissionsPerAllocation) {
    forgetOldPermissions(allocation, now);
    if (permissions.size + added() > world.limits.permissionsPerAllocation) return false;
  }
  for (const host of hosts) permissions.set(host, now + permissionLifetime * 1000);
  return true;
}

export function forgetOldPermissions({ permissions }: Allocation, now: number): void {
  for (const [host, until] of permissions) if (until <= now) permissions.delete(host);
}

export function forgetOldChannels({ channels, channelsByPeer }: Allocation, now: number): void {
  for (const channel of channels.values()) {
    if (channel.expiresAt > now) continue;
    channels.delete(channel.number);
    channelsByPeer.delete(channel.peer.key);
  }
}
