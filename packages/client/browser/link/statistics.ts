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
    rttMs: typeof rtt === "number" ? Math.round(rtt * 1000) : undefined,
  };
}
