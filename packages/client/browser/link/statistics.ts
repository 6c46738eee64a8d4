/** What the statistics say about the way that a connection takes. */
export interface Route {
  readonly path: "direct" | "relayed";
  /** Milliseconds; undefined until the browser has measured one. */
  readonly rttMs: number | undefined;
}

/** The pair in use: named by the transport (Chromium, newer Firefox) or marked `selected` (older Firefox). */
export function routeOf(report: RTCStatsReport): Route | undefined {
  let pair: Record<string, unknown> | undefined;
  report.forEach((entry: Record<string, unknown>) => {
    if (entry["type"] === "transport" && typeof entry["selectedCandidatePairId"] === "string")
      pair = report.get(entry["selectedCandidatePairId"]) ?? pair;
    else if (entry["type"] === "candidate-pair" && entry["selected"] === true) pair ??= entry;
  });
  if (pair === undefined) return undefined;
  const isRelay = (id: unknown): boolean =>
    (report.get(String(id)) as Record<string, unknown> | undefined)?.["candidateType"] === "relay";
  const rtt = pair["currentRoundTripTime"];
  return {
    path: isRelay(pair["localCandidateId"]) || isRelay(pair["remoteCandidateId"]) ? "relayed" : "direct",
    rttMs: typeof rtt === "number" ? Math.round(rtt * 1000) : undefined,
  };
}
