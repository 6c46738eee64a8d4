/**
 * When a certificate is asked for: before it runs out, and after failures ever more rarely, so that the authority's limits
 * (Let's Encrypt: five failed checks of a name in an hour) are never reached.
 */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long to wait after the first, second, … failure in a row; the last one goes on. */
export const renewalWaits: readonly number[] = [1, 5, 15, 60, 180, 360].map((minutes) => minutes * minuteMs);

/** A start tries at once, since the host may have mended something, unless there were this many failures in the last hour. */
export const failuresPerHour = 4;

/** What is remembered of attempts, also over restarts. Times in ms. */
export interface RenewalRecord {
  /** When attempts in a row failed, the latest last; empty after a success. */
  readonly failures: readonly number[];
  /** The authority takes no request before this. */
  readonly notBefore?: number;
}

/** No authority wants to hear nothing for longer. */
const silenceMsMax = 7 * 24 * hourMs;

/** A record of nothing. */
export const noFailures: RenewalRecord = { failures: [] };

/** From when to when a certificate is good, in ms. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** From when on a certificate should be replaced: with a third of its life left (90 days: 30 before the end; 6 days: 2). */
export function renewalDue({ from, until }: Validity): number {
  return until - Math.max(0, until - from) / 3;
}

/**
 * When to ask the authority next.
 *
 * @param certificate the one in use; undefined when there is none that could be used
 * @param isStart whether the server just started
 */
export function nextAttempt(
  record: RenewalRecord,
  certificate: Validity | undefined,
  now: number,
  isStart: boolean,
): number {
  const due = certificate === undefined ? now : renewalDue(certificate);
  // What was noted while the clock was wrong must not hold everything up once it is right.
  const failures = record.failures.filter((at) => at <= now);
  const notBefore = Math.min(record.notBefore ?? 0, now + silenceMsMax);
  const last = failures.at(-1);
  if (last === undefined) return Math.max(due, notBefore);
  const recent = failures.filter((at) => at > now - hourMs);
  const wait = renewalWaits[Math.min(failures.length, renewalWaits.length) - 1] ?? hourMs;
  const mayTry = isStart && recent.length < failuresPerHour ? now : last + wait;
  return Math.max(due, notBefore, mayTry);
}

/** The record after a failure. */
export function afterFailure(
  { failures }: RenewalRecord,
  now: number,
  retryAfterMs: number | undefined,
): RenewalRecord {
  const kept = [...failures, now].slice(-renewalWaits.length);
  return retryAfterMs === undefined ? { failures: kept } : { failures: kept, notBefore: now + retryAfterMs };
}
