import { type Cause, causeOf, type Evidence } from "../../core/link/diagnosis.ts";
import type { LinkInput } from "../../core/link/link.ts";
import { type Preference, prefer } from "../../core/link/preference.ts";
import { ufragsOf } from "../../core/link/sdp.ts";
import type { Candidate } from "../../core/link/signal.ts";
import type { Diagnosis, JsonValue } from "../api.ts";
import { type Around, evidenceOf, foundOf, type Met, metOf, type Observed } from "./evidence.ts";
import { listenToLink, type Told } from "./listen.ts";
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
/** So long the statistics of a connection may take that is closed meanwhile. */
const lastWordMs = 500;
/** By then a browser has moved on from the way that it began with. */
const settledMs = 3_000;
/** Connections whose way went over a relay when it was last looked at. */
const relayed = new WeakSet<RTCPeerConnection>();

/**
 * Looks at a link from now on, now and then, and at once whenever what it returns is called, and tells what it finds. It is news when way or cause is another than before.
 * While its connection calls itself connected it listens, too: when nothing comes it says `quiet` in the log, starts ICE again when it is
 * certain, tells the link when that lasts, and asks for another connection when an answered restart brought nothing.
 */
export function watchLink(
  around: Around,
  observe: () => Observed,
  timekeeper: Timekeeper,
  onFindings: (findings: Findings, isNews: boolean) => void,
  log: (to: "log", event: string, detail: JsonValue) => void,
  feed: (input: LinkInput) => void,
): () => void {
  const { listen } = listenToLink(observe, timekeeper, (what: Told) => {
    // The browser will say so much later; the room is to know now (`onDoubt`).
    if (what === "doubt" || what === "restart") log("log", "quiet", "disconnected");
    if (what !== "doubt") feed({ kind: what, reason: "silence" });
  });
  let told = "[null,null]";
  let evidence: Evidence | undefined;
  /** What was met of a connection whose statistics were asked for and have not come. */
  let asked: { readonly seen: Observed; readonly met: Met } | undefined;
  /** Signals that made no sense, until it was connected last. */
  let forgiven = 0;
  /** The last connection that was helped out of a detour. */
  let detoured: RTCPeerConnection | undefined;
  let callOff = (): void => {};

  const conclude = (seen: Observed, met?: Met, report?: RTCStatsReport): void => {
    // What was seen of a connection may come when the link is further on. Of one that was given up it is the last word.
    const { status, since, violations } = observe();
    const { state } = status;
    if (state === "connected") forgiven = violations;
    if (state === "closed") callOff();
    else if (seen.status.state !== state) return;
    const found = met && report ? foundOf(met, report) : met;
    evidence = evidenceOf(
      around,
      { ...seen, status, since },
      timekeeper.now(),
      found,
      evidence,
      violations - forgiven,
    );
    const cause = causeOf(evidence);
    const route = state === "connected" && report ? routeOf(report) : undefined;
    if (route && seen.connection) relayed[route.path === "relayed" ? "add" : "delete"](seen.connection);
    const findings = {
      ...(route && { route }),
      ...(cause && { diagnosis: diagnosisOf(cause, evidence) }),
    };
    // Chromium may leave it at a relay over TCP although UDP gets through: it gathers no more once anything works, and gives up pairs over UDP unasked
    // when a check over TCP comes to the other side before its candidate (decision 27). An address that the world knows says that UDP does.
    if (
      cause?.code === "relayed-over-tcp" &&
      detoured !== seen.connection &&
      evidence.forMs > settledMs &&
      evidence.local.some(({ kind, relayProtocol, isPrivate }) =>
        kind === "relay" ? relayProtocol === "udp" : !isPrivate,
      )
    ) {
      detoured = seen.connection;
      feed({ kind: "restart", reason: "detour" });
    }
    const telling = JSON.stringify([cause, route]);
    const isNews = telling !== told;
    told = telling;
    onFindings(findings, isNews);
  };

  /**
   * Where DTLS failed there is no way back (WebRTC 1.0, section 5.5), and in Firefox it fails with ICE: half a minute without an answer, and
   * every channel is closed. A restart brings back ICE and the word `connected`, and nothing is sent any more. So only another connection
   * helps: now, or once the other side can be told.
   */
  const replace = ({ status, connection }: Observed): void => {
    const sctp = connection?.sctp;
    if (status.state !== "recovering" || (sctp?.state !== "closed" && sctp?.transport.state !== "failed"))
      return;
    const { isSignaling, presence } = around.situation?.() ?? { isSignaling: true, presence: "here" };
    feed({ kind: isSignaling && presence === "here" ? "rebuild" : "spent", reason: "dtls-failed" });
  };

  const look = (): void => {
    callOff();
    // Not in the midst of what the link is doing: it may be replacing it.
    queueMicrotask(() => replace(observe()));
    listen();
    const seen = observe();
    const every = everyMs[seen.status.state];
    if (every) callOff = timekeeper.after(every, look);
    const { connection } = seen;
    if (!connection) {
      if (!asked) conclude(seen);
      // More of the one that has just gone is on its way, if its browser still tells: Firefox does not.
      else callOff = timekeeper.after(lastWordMs, () => asked && conclude(asked.seen, asked.met));
      return;
    }
    const met = metOf(connection);
    const asking = { seen, met };
    asked = asking;
    const answered = (report?: RTCStatsReport): void => {
      if (asked === asking) asked = undefined;
      conclude(seen, met, report);
    };
    // Refused: closed meanwhile.
    connection.getStats().then(answered, () => answered());
  };
  look();
  return look;
}

/** How candidates of the other side are to be told to the browser from now on: those of a restart before all that were known. */
export function preferLast(observe: () => Observed): (candidate: Candidate) => Candidate {
  let of: RTCPeerConnection | undefined;
  let preference: Preference;
  const meet = (): void => {
    const { connection } = observe();
    if (connection === of && preference) return;
    of = connection;
    preference = { ufrag: ufragsOf(connection?.remoteDescription?.sdp ?? "")[0], restarts: 0 };
  };
  meet();
  return (candidate) => {
    meet();
    const preferred = prefer(preference, candidate, of !== undefined && relayed.has(of));
    preference = preferred.preference;
    return preferred.candidate;
  };
}

function diagnosisOf(cause: Cause, evidence: Evidence): Diagnosis {
  return { ...cause, ...sentenceOf(cause), isWorking: evidence.link === "connected", evidence };
}
