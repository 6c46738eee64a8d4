import { firstPace, type Pace, paced } from "@parlour/transfer/core";

/** How often the call beside is asked how it is. */
const lookMs = 500;
/** After this long without a word of the call there is none. */
const quietMs = 3_000;

/** Slows files down while media flows on the same connection, by what the other side reports of it. */
export function callPacer(connection: () => RTCPeerConnection | undefined) {
  let pace: Pace = firstPace;
  let heardAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let freeAt = 0;
  let isClosed = false;
  let isMedia = false;
  const reports = new Map<string, number>();

  const look = async (): Promise<void> => {
    const stats = await connection()?.getStats();
    for (const report of stats?.values() ?? []) {
      if (report.type !== "remote-inbound-rtp" || report.roundTripTime === undefined) continue;
      // Each report counts once.
      if (reports.get(report.id) === report.timestamp) continue;
      reports.set(report.id, report.timestamp);
      heardAt = performance.now();
      pace = paced(pace, { rttMs: report.roundTripTime * 1000, lost: report.fractionLost ?? 0 });
    }
  };

  /** Media flows, or is about to: known before the first report of it comes, which may take seconds. */
  const hasMedia = (): boolean => {
    const at = connection();
    if (!at || at.connectionState === "closed") return false;
    return (
      at.getSenders().some(({ track }) => track?.readyState === "live") ||
      at.getReceivers().some(({ track }) => track.readyState === "live" && !track.muted)
    );
  };

  return {
    /** Waits until so many bytes more may go; undefined: at once, no call goes on. */
    pace(bytes: number): Promise<void> | undefined {
      const now = performance.now();
      if (isClosed) return undefined;
      if (now - lookedAt > lookMs) {
        lookedAt = now;
        isMedia = hasMedia();
        // Statistics cost some milliseconds each time: without media there is nothing to ask for.
        if (isMedia || now - heardAt < quietMs) look().catch(() => {});
      }
      if (!isMedia && now - heardAt > quietMs) {
        pace = firstPace;
        return undefined;
      }
      const waitMs = Math.max(0, freeAt - now);
      freeAt = Math.max(now, freeAt) + (bytes * 1000) / pace.bytesPerSecond;
      return waitMs < 1 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, waitMs));
    },
    close(): void {
      isClosed = true;
    },
  };
}
