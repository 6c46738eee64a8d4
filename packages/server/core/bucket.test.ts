import { describe, expect, it } from "vitest";
import { isFull, take, tokenBucket } from "./bucket.ts";

const rate = { burst: 5, perSecond: 2 };

describe("a rate", () => {
  it("[R57] allows its burst at once, then its share of every second", () => {
    let bucket = tokenBucket(rate, 1000);
    for (let n = 0; n < 5; n++) {
      const taken = take(bucket, rate, 1000);
      expect(taken.ok).toBe(true);
      bucket = taken.bucket;
    }
    expect(take(bucket, rate, 1000)).toMatchObject({ ok: false, retryAfterMs: 500 });
    expect(take(bucket, rate, 1499).ok).toBe(false);
    expect(take(bucket, rate, 1500).ok).toBe(true);
  });

  it("[R57] takes nothing for what it refuses, so that trying often does not starve", () => {
    let bucket = take(tokenBucket(rate, 0), rate, 0, 5).bucket;
    for (let now = 1; now < 500; now++) {
      const taken = take(bucket, rate, now);
      expect(taken.ok).toBe(false);
      bucket = taken.bucket;
    }
    expect(take(bucket, rate, 501).ok).toBe(true);
  });

  it("[R57] never holds more than its burst, and refuses for good what costs more", () => {
    const bucket = tokenBucket(rate, 0);
    expect(take(bucket, rate, 1e9, 5).ok).toBe(true);
    expect(take(bucket, rate, 1e9, 6)).toMatchObject({ ok: false, retryAfterMs: Number.POSITIVE_INFINITY });
    expect(take(bucket, { burst: 5, perSecond: 0 }, 0, 6)).toMatchObject({
      ok: false,
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
  });

  it("[R57] neither fills nor empties when the clock is set back", () => {
    const bucket = take(tokenBucket(rate, 10_000), rate, 10_000, 3).bucket;
    const back = take(bucket, rate, 4000, 2);
    expect(back).toMatchObject({ ok: true, bucket: { tokens: 0 } });
    expect(take(back.bucket, rate, 4000).ok).toBe(false);
  });

  it("[R57] tells when a bucket need not be kept", () => {
    const bucket = take(tokenBucket(rate, 0), rate, 0, 2).bucket;
    expect(isFull(bucket, rate, 999)).toBe(false);
    expect(isFull(bucket, rate, 1000)).toBe(true);
  });
});
