import type { EndpointKey, HostKey } from "../address.ts";
import { Budget } from "../budget.ts";
import type { TurnLimits } from "../limits.ts";
import type { Place } from "./allocation.ts";

/** Which limit stands in the way of another allocation. */
export type QuotaReached = "user" | "address" | "all";

/**
 * What relays that stand for one server have in common: what limits count, and which relayed addresses are taken. A relay alone has it
 * to itself (`ownCommons`); several in threads keep it in shared memory.
 */
export interface Commons {
  /** Counts an allocation, unless there would be too many. `address` is a `sourceKey`. */
  admit(user: string, address: HostKey): QuotaReached | undefined;
  /** Takes back what `admit` counted. */
  dismiss(user: string, address: HostKey): void;
  /** False when it is taken. */
  claim(relayed: Place): boolean;
  unclaim(relayed: Place): void;
  /** Whether another relay has it. */
  isElsewhere(relayed: Place): boolean;
  /** False when so many bytes are over the limit of the whole server. */
  takeBytes(bytes: number, now: number): boolean;
}

export function ownCommons(limits: TurnLimits, now: number): Commons {
  const perUser = new Map<string, number>();
  const perAddress = new Map<HostKey, number>();
  const claimed = new Set<EndpointKey>();
  const bytes = new Budget(limits.totalBytes, now);
  let all = 0;
  return {
    admit(user, address) {
      if ((perUser.get(user) ?? 0) >= limits.allocationsPerUser) return "user";
      if ((perAddress.get(address) ?? 0) >= limits.allocationsPerAddress) return "address";
      if (all >= limits.allocations) return "all";
      all++;
      add(perUser, user, 1);
      add(perAddress, address, 1);
      return undefined;
    },
    dismiss(user, address) {
      all--;
      add(perUser, user, -1);
      add(perAddress, address, -1);
    },
    claim({ key }) {
      if (claimed.has(key)) return false;
      claimed.add(key);
      return true;
    },
    unclaim: ({ key }) => void claimed.delete(key),
    isElsewhere: () => false,
    takeBytes: (count, now) => bytes.take(count, now),
  };
}

function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const value = (counts.get(key) ?? 0) + by;
  if (value === 0) counts.delete(key);
  else counts.set(key, value);
}
