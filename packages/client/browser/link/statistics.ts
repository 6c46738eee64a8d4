import type { Timekeeper } from "./timekeeper.ts";

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

const routeEveryMs = 5_000;

/** Looks up, now and every five seconds, which way a connection takes, and tells each time that it is another. Returns how to stop. */
export function watchRoute(
  connection: RTCPeerConnection,
  timekeeper: Timekeeper,
  onRoute: (route: Route) => void,
): () => void {
  let last: Route | undefined;
  let callOff = (): void => {};
  let isStopped = false;
  const look = (): void => {
    callOff = timekeeper.after(routeEveryMs, look);
    connection.getStats().then(
      (report) => {
        const route = routeOf(report);
        if (isStopped || !route || (route.path === last?.path && route.rttMs === last.rttMs)) return;
        last = route;
        onRoute(route);
      },
      // Closed meanwhile: whoever watches stops.
      () => {},
    );
  };
  look();
  return () => {
    isStopped = true;
    callOff();
  };
}
