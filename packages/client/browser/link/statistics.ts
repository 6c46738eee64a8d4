/** What the statistics say about the way that a connection takes. */
export interface Route {
  readonly path: "direct" | "relayed";
  /** Milliseconds; undefined until the browser has measured one. */
  readonly rttMs: number | undefined;
}

export type Entry = Readonly<Record<string, unknown>>;

/** The pair in use: named by the transport (Chromium, newer Firefox) or marked `selected` (older Firefox). */
export function pairOf(report: RTCStatsReport): Entry | undefined {
  let pair: Entry | undefined;
  report.forEach((entry: Entry) => {
    if (entry["type"] === "transport") pair = report.get(entry["selectedCandidatePairId"] as string) ?? pair;
    else if (entry["selected"] === true) pair ??= entry;
  });
  return pair;
}

export function routeOf(report: RTCStatsReport): Route | undefined {
  const pair = pairOf(report);
  if (!pair) return undefined;
  const isRelayed = [pair["localCandidateId"], pair["remoteCandidateId"]].some(
    (id) => (report.get(id as string) as Entry | undefined)?.["candidateType"] === "relay",
  );
  const rtt = pair["currentRoundTripTime"];
  return {
    path: isRelayed ? "relayed" : "direct",
    // Firefox says 0 as long as it does not know.
    rttMs: rtt ? Math.round(Number(rtt) * 1000) : undefined,
  };
}

/** What came in: of a connection itself, and of ICE's own checks and their answers. */
export interface Arrivals {
  readonly count: number;
  readonly checks: number;
  /** The pair in use, as far as it is known. */
  readonly pair: Entry | undefined;
}
const countedAs = {
  count: ["bytesReceived", "packetsReceived"],
  checks: ["requestsReceived", "responsesReceived"],
} as const;

/**
 * Adds up what came in over all pairs, from one look to the next: pairs come and go, and a browser forgets what came over those that went.
 * As long as something comes over the pair in use nothing else is read: each entry that is read costs time, and there are about a hundred.
 */
export function arrivals(): (report: RTCStatsReport) => Arrivals {
  const sums = { count: 0, checks: 0 };
  let inUse: string | undefined;
  let before = new Map<string, number>();
  const add = (id: string, entry: Entry, seen: Map<string, number>): void => {
    for (const sum of ["count", "checks"] as const)
      for (const key of countedAs[sum]) {
        const name = `${id} ${key}`;
        const value = Number(entry[key]) || 0;
        sums[sum] += Math.max(0, value - (before.get(name) ?? 0));
        seen.set(name, value);
      }
  };
  return (report) => {
    const known = report.get(inUse as string) as Entry | undefined;
    const had = sums.count;
    if (inUse && known) add(inUse, known, before);
    if (sums.count > had) return { ...sums, pair: known };
    const seen = new Map<string, number>();
    report.forEach((entry: Entry, id: string) => {
      if (entry["type"] === "candidate-pair") add(id, entry, seen);
    });
    before = seen;
    const pair = pairOf(report);
    inUse = pair?.["id"] as string | undefined;
    return { ...sums, pair };
  };
}
