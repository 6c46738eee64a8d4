import type { Rate, rates } from "@parlour/protocol";
import { addressKey } from "./address.ts";
import { Bucket } from "./bucket.ts";

/** What is limited per address. */
export type AddressRate =
  | "joinsPerAddress"
  | "failedJoinsPerAddress"
  | "knocksPerAddress"
  | "roomsPerAddress"
  | "requestsPerAddress";

/** Everything counted about one address (or one IPv6 /64): its open connections and, once used, its buckets. */
export class Visitor {
  connections = 0;
  /** Those of them that wait at doors. */
  waiting = 0;
  /** Those of them that are at the workbench. */
  learning = 0;
  readonly #buckets = new Map<AddressRate, Bucket>();
  readonly #rates: Readonly<Record<keyof typeof rates, Rate>>;

  constructor(all: Readonly<Record<keyof typeof rates, Rate>>) {
    this.#rates = all;
  }

  take(name: AddressRate, now: number, cost = 1): boolean {
    return this.#bucket(name, now).take(this.#rates[name], now, cost);
  }

  give(name: AddressRate, now: number): void {
    this.#bucket(name, now).give(this.#rates[name]);
  }

  waitMs(name: AddressRate, now: number): number {
    return this.#bucket(name, now).waitMs(this.#rates[name], now);
  }

  /** True when forgetting this visitor changes nothing. */
  isIdle(now: number): boolean {
    if (this.connections > 0) return false;
    for (const [name, bucket] of this.#buckets) if (!bucket.isFull(this.#rates[name], now)) return false;
    return true;
  }

  #bucket(name: AddressRate, now: number): Bucket {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new Bucket(this.#rates[name], now);
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }
}

/** Visitors known at a time. Past that, newcomers share one entry: a flood of addresses limits itself, not the memory. */
const visitorsMax = 50_000;

/** All visitors, by address. Idle ones are forgotten by `sweep`. */
export class Visitors {
  readonly #visitors = new Map<string, Visitor>();
  readonly #rates: Readonly<Record<keyof typeof rates, Rate>>;
  readonly #others: Visitor;

  constructor(all: Readonly<Record<keyof typeof rates, Rate>>) {
    this.#rates = all;
    this.#others = new Visitor(all);
  }

  /** Takes a normalized address. */
  at(address: string): Visitor {
    const key = addressKey(address);
    let visitor = this.#visitors.get(key);
    if (visitor === undefined) {
      if (this.#visitors.size >= visitorsMax) return this.#others;
      visitor = new Visitor(this.#rates);
      this.#visitors.set(key, visitor);
    }
    return visitor;
  }

  get size(): number {
    return this.#visitors.size;
  }

  sweep(now: number): void {
    for (const [key, visitor] of this.#visitors) if (visitor.isIdle(now)) this.#visitors.delete(key);
  }
}
