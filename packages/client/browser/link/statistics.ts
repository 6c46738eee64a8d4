/** What the statistics say about the way that a connection takes. */
export interface Route {
  readonly path: "direct" | "relayed";
  /** Milliseconds; undefined until the browser has measured one. */
  readonly rttMs: number | undefined;
}

type Entry = Readonly<Record<string, unknown>>;

/** The pair in use: named by the transport (Chromium, newer Firefox) or marked `selected` (older Firefox). */
export function routeOf(report: RTCStatsReport): Route | undefined {
  const at = (id: unknown): Entry | undefined => report.get(id as string);
  let pair: Entry | undefined;
  report.forEach((entry: Entry) => {
    if (entry["type"] === "transport") pair = at(entry["selectedCandidatePairId"]) ?? pair;
    else if (entry["selected"] === true) pair ??= entry;
  });
  if (!pair) return undefined;
  const isRelayed = [pair["localCandidateId"], pair["remoteCandidateId"]].some(
    (id) => at(id)?.["candidateType"] === "relay",
  );
  const rtt = pair["currentRoundTripTime"];
  return {
    path: isRelayed ? "relayed" : "direct",
    rttMs: typeof rtt === "number" ? Math.round(rtt * 1000) : undefined,
  };
}
