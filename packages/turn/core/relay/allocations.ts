import { type HostKey, sourceKey } from "../address.ts";
import { Budget } from "../budget.ts";
import { type Allocation, type EndReason, type Path, type Place, place } from "./allocation.ts";
import type { Authenticated } from "./authenticate.ts";
import { type Effect, nothing } from "./effects.ts";
import type { World } from "./world.ts";

/** How many ports are tried before there is none. */
const attempts = 32;

/** Why there can be no further allocation, or undefined. */
export function quotaReached(world: World, path: Path, user: string): 486 | 508 | undefined {
  const { limits } = world;
  if ((world.perUser.get(user) ?? 0) >= limits.allocationsPerUser) return 486;
  if ((world.perAddress.get(sourceKey(path.client.bytes)) ?? 0) >= limits.allocationsPerAddress) return 486;
  return world.all.size >= limits.allocations ? 508 : undefined;
}

/** A relayed address of that family, with an even port where that is asked for, that no allocation has; undefined when none was found. */
export function findRelayed(world: World, family: 4 | 6, isEven: boolean): Place | undefined {
  const bytes = world.addresses.find((address) => address.length === (family === 4 ? 4 : 16));
  if (bytes === undefined) return undefined;
  const { first, last } = world.ports;
  const draw = (): Place => place({ family, bytes, port: world.options.primitives.randomInt(first, last) });
  const isFree = ({ port, key }: Place): boolean => !world.byRelayed.has(key) && !(isEven && port % 2 === 1);
  for (let i = 0; i < attempts; i++) {
    const candidate = draw();
    if (isFree(candidate)) return candidate;
  }
  // Few are left: take the next free one after a random start.
  const start = draw().port;
  for (let i = 0; i <= last - first; i++) {
    const candidate = place({ family, bytes, port: first + ((start - first + i) % (last - first + 1)) });
    if (isFree(candidate)) return candidate;
  }
  return undefined;
}

/** The one way in. The caller has asked `quotaReached`. */
export function openAllocation(
  world: World,
  path: Path,
  who: Authenticated,
  transactionId: Uint8Array,
  relayed: Place,
  lifetime: number,
  now: number,
): Allocation {
  const line = () => ({ freeAt: 0, lastAt: 0 });
  const allocation: Allocation = {
    state: world.options.mode.kind === "closed" ? "live" : "opening",
    path,
    username: who.username,
    user: who.user.id,
    key: who.key,
    transactionId: transactionId.slice(),
    relayed,
    expiresAt: now + lifetime * 1000,
    permissions: new Map(),
    channels: new Map(),
    channelsByPeer: new Map(),
    bytes: new Budget(world.limits.allocationBytes, now),
    lab: who.user.lab && { conditions: who.user.lab, up: line(), down: line() },
  };
  path.allocation = allocation;
  world.byRelayed.set(relayed.key, allocation);
  world.all.add(allocation);
  count(world, allocation, 1);
  world.statistics.allocationsMade++;
  return allocation;
}

/** Takes another relayed address for an allocation whose port was in use. */
export function moveAllocation(world: World, allocation: Allocation, relayed: Place): void {
  world.byRelayed.delete(allocation.relayed.key);
  allocation.relayed = relayed;
  world.byRelayed.set(relayed.key, allocation);
}

/** The one way out. */
export function endAllocation(world: World, allocation: Allocation, reason: EndReason): readonly Effect[] {
  if (allocation.state === "ended") return nothing;
  allocation.state = "ended";
  allocation.path.allocation = undefined;
  world.byRelayed.delete(allocation.relayed.key);
  world.all.delete(allocation);
  count(world, allocation, -1);
  world.statistics.allocationsEnded[reason]++;
  const release: Effect = { kind: "release", path: allocation.path, reason };
  return world.options.mode.kind === "closed" ? [release] : [{ kind: "unbind", allocation }, release];
}

function count(world: World, { path, user }: Allocation, by: 1 | -1): void {
  world.statistics.allocations += by;
  world.statistics.allocationsBy[path.transport] += by;
  add(world.perUser, user, by);
  add<HostKey>(world.perAddress, sourceKey(path.client.bytes), by);
}

function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const value = (counts.get(key) ?? 0) + by;
  if (value === 0) counts.delete(key);
  else counts.set(key, value);
}
