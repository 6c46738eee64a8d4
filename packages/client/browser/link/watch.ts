import { type Cause, causeOf, type Evidence } from "../../core/link/diagnosis.ts";
import type { Diagnosis } from "../api.ts";
import { type Around, evidenceOf, type Observed } from "./evidence.ts";
import { sentenceOf } from "./sentences.ts";
import { type Route, routeOf } from "./statistics.ts";
import type { Timekeeper } from "./timekeeper.ts";

/** What is found out about a link by looking. */
export interface Findings {
  readonly route?: Route;
  readonly diagnosis?: Diagnosis;
}

/** How often it is looked at: while all is well, and while it is not. */
const everyMs = { connected: 5_000, connecting: 2_000, recovering: 2_000, closed: undefined } as const;

/** Looks at a link now and then, and at once when asked to, and tells what it finds. It is news when way or cause is another than before. */
export function watchLink(
  around: Around,
  observe: () => Observed,
  timekeeper: Timekeeper,
  onFindings: (findings: Findings, isNews: boolean) => void,
): { look(): void } {
  let told = "[null,null]";
  let evidence: Evidence | undefined;
  let callOff = (): void => {};

  const conclude = (seen: Observed, report: RTCStatsReport | undefined): void => {
    // What was seen of a connection may come when the link is further on.
    const { state } = seen.status;
    if (observe().status.state !== state) return;
    evidence = evidenceOf(around, seen, timekeeper.now(), report, evidence);
    const cause = causeOf(evidence);
    const route = state === "connected" && report ? routeOf(report) : undefined;
    const findings = {
      ...(route && { route }),
      ...(cause && { diagnosis: diagnosisOf(cause, evidence) }),
    };
    const telling = JSON.stringify([cause, route]);
    const isNews = telling !== told;
    told = telling;
    onFindings(findings, isNews);
  };

  const look = (): void => {
    callOff();
    const seen = observe();
    const every = everyMs[seen.status.state];
    if (every) callOff = timekeeper.after(every, look);
    const { connection } = seen;
    if (!connection) {
      conclude(seen, undefined);
      return;
    }
    connection.getStats().then(
      (report) => conclude(seen, report),
      // Closed meanwhile: there will be another, or an end.
      () => {},
    );
  };
  return { look };
}

function diagnosisOf(cause: Cause, evidence: Evidence): Diagnosis {
  return { ...cause, ...sentenceOf(cause), isWorking: evidence.link === "connected", evidence };
}
