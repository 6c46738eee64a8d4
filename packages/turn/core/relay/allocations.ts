import { sourceKey } from "../address.ts";
import { Budget } from "../budget.ts";
import { type Allocation, type EndReason, type Path, type Place, place } from "./allocation.ts";
import type { Authenticated } from "./authenticate.ts";
import { type Effect, nothing } from "./effects.ts";
import type { World } from "./world.ts";

/** How many ports are tried before there is none. */
const attempts = 32;

/** Counts a further allocation, or says why there can be none. What is counted is opened next, or given back with `dismiss`. */
export function admit(world: World, path: Path, user: string): 486 | 508 | undefined {
  const reached = world.commons.admit(user, sourceKey(path.client.bytes));
  return reached === undefined ? undefined : reached === "all" ? 508 : 486;
}

export function dismiss(world: World, path: Path, user: string): void {
  world.commons.dismiss(user, sourceKey(path.client.bytes));
}

/**
 * Claims a relayed address of that family, with an even port where that is asked for, that no allocation has; undefined when none
 * was found.
 */
export function claimRelayed(world: World, family: 4 | 6, isEven: boolean): Place | undefined {
  const bytes = world.addresses.find((address) => address.length === (family === 4 ? 4 : 16));
  if (bytes === undefined) return undefined;
  const { first, last } = world.ports;
  const draw = (): Place => place({ family, bytes, port: world.options.primitives.randomInt(first, last) });
  const claims = (candidate: Place): boolean =>
    !(isEven && candidate.port % 2 === 1) && world.commons.claim(candidate);
  for (let i = 0; i < attempts; i++) {
    const candidate = draw();
    if (claims(candidate)) return candidate;
  }
  // Few are left: take the next free one after a random start.
  const start = draw().port;
  for (let i = 0; i <= last - first; i++) {
    const candidate = place({ family, bytes, port: first + ((start - first + i) % (last - first + 1)) });
    if (claims(candidate)) return candidate;
  }
  return undefined;
}

/** The one way in. The caller was admitted, and claimed the relayed address. */
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
    usesService: false,
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
  unlist(world, allocation.relayed);
  allocation.relayed = relayed;
  world.byRelayed.set(relayed.key, allocation);
}

/** The one way out. */
export function endAllocation(world: World, allocation: Allocation, reason: EndReason): readonly Effect[] {
  if (allocation.state === "ended") return nothing;
  allocation.state = "ended";
  allocation.path.allocation = undefined;
  unlist(world, allocation.relayed);
  world.all.delete(allocation);
  count(world, allocation, -1);
  dismiss(world, allocation.path, allocation.user);
  world.statistics.allocationsEnded[reason]++;
  const release: Effect = { kind: "release", path: allocation.path, reason };
  return [
    ...(world.options.mode.kind === "closed" ? [] : [{ kind: "unbind", allocation } as const]),
    ...(allocation.usesService ? [{ kind: "leave", allocation } as const] : []),
    release,
  ];
}

function unlist(world: World, relayed: Place): void {
  world.byRelayed.delete(relayed.key);
  world.commons.unclaim(relayed);
}

function count({ statistics }: World, { path }: Allocation, by: 1 | -1): void {
  statistics.allocations += by;
  statistics.allocationsBy[path.transport] += by;
}
