/**
 * Credentials are revoked by their expiry, in whole seconds, and a seat may come back under the same id within the second in
 * which it went. So what is made after a revocation ends at least a second later than what was revoked. An entry matters only
 * while the clock has not caught up with it.
 */
export class Revocations {
  readonly #lifetime: number;
  readonly #upTo = new Map<string, number>();

  /** @param lifetime of credentials, in seconds */
  constructor(lifetime: number) {
    this.#lifetime = lifetime;
  }

  /** Unix seconds at which credentials made at `now` (ms) end. */
  expiryFor(user: string, now: number): number {
    return Math.max(this.#ordinary(now), (this.#upTo.get(user) ?? 0) + 1);
  }

  /** Everything made for that user so far is over: up to which expiry. */
  revoke(user: string, now: number): number {
    const upTo = this.expiryFor(user, now);
    // Entries are in the order of their making, so the ones that the clock has passed come first.
    for (const [other, until] of this.#upTo) {
      if (until >= this.#ordinary(now)) break;
      this.#upTo.delete(other);
    }
    this.#upTo.delete(user);
    this.#upTo.set(user, upTo);
    return upTo;
  }

  get size(): number {
    return this.#upTo.size;
  }

  #ordinary(now: number): number {
    return Math.floor(now / 1000) + this.#lifetime;
  }
}
