import type { Rate } from "@parlour/protocol";

/** What is left of a rate for one connection or address. */
export interface TokenBucket {
  readonly tokens: number;
  /** ms since 1970 (or any clock that only goes forward). */
  readonly at: number;
}

/** A full bucket. */
export function tokenBucket(rate: Rate, now: number): TokenBucket {
  return { tokens: rate.burst, at: now };
}

/** Takes `cost` tokens. Not `ok`: nothing was taken, and `retryAfterMs` says when there will be enough (Infinity: never). */
export function take(
  bucket: TokenBucket,
  rate: Rate,
  now: number,
  cost = 1,
):
  | { readonly ok: true; readonly bucket: TokenBucket }
  | { readonly ok: false; readonly bucket: TokenBucket; readonly retryAfterMs: number } {
  const full = refilled(bucket, rate, now);
  if (cost <= full.tokens) return { ok: true, bucket: { tokens: full.tokens - cost, at: full.at } };
  const retryAfterMs =
    cost > rate.burst || rate.perSecond <= 0
      ? Number.POSITIVE_INFINITY
      : Math.ceil(((cost - full.tokens) / rate.perSecond) * 1000);
  return { ok: false, bucket: full, retryAfterMs };
}

/** Whether a bucket is as good as a new one, so that it need not be kept. */
export function isFull(bucket: TokenBucket, rate: Rate, now: number): boolean {
  return refilled(bucket, rate, now).tokens >= rate.burst;
}

function refilled(bucket: TokenBucket, rate: Rate, now: number): TokenBucket {
  // A clock that was set back refills nothing, and takes nothing away.
  const passedMs = Math.max(0, now - bucket.at);
  return { tokens: Math.min(rate.burst, bucket.tokens + (passedMs / 1000) * rate.perSecond), at: now };
}
