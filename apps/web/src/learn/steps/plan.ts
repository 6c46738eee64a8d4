/** The steps as data: which there are, in which order, for which side, what they run, and where it is written. */
import type { Peer } from "../peer.ts";
import { codeOf } from "./source.ts";
import * as steps from "./steps.ts";

export type Stage = "offer" | "answer" | "connect" | "talk" | "close";
export type StepSide = "offerer" | "answerer" | "both";

/** Where a step's meaning is defined. */
export interface Reference {
  readonly name: string;
  readonly href: string;
}

export interface Step {
  readonly id: StepId;
  readonly stage: Stage;
  readonly side: StepSide;
  readonly run: (peer: Peer) => Promise<void>;
  /** What `run` consists of. */
  readonly code: string;
  readonly reference: Reference;
  /** Shown only where an experiment needs it. */
  readonly isExtra: boolean;
}

/** A section of an RFC. */
export const rfc = (number: number, section: string): Reference => ({
  name: `RFC ${number}, ${section}`,
  href: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
});
/** A place in the W3C's WebRTC text. */
const w3c = (name: string, anchor: string): Reference => ({
  name: `W3C WebRTC, ${name}`,
  href: `https://www.w3.org/TR/webrtc/#${anchor}`,
});

const at = {
  "create-connection": ["offer", "offerer", "createConnection", rfc(9429, "4.1.1")],
  "create-channel": ["offer", "offerer", "createChannel", rfc(8832, "4")],
  "create-offer": ["offer", "offerer", "createOffer", rfc(9429, "4.1.8")],
  "set-local-offer": ["offer", "offerer", "setLocalOffer", rfc(9429, "4.1.11")],
  "send-offer": ["offer", "offerer", "sendOffer", rfc(3264, "5")],
  "send-candidates": ["offer", "offerer", "sendCandidates", rfc(8838, "9")],

  "create-connection-b": ["answer", "answerer", "createConnection", rfc(9429, "4.1.1")],
  listen: ["answer", "answerer", "listen", rfc(8832, "6")],
  "set-remote-offer": ["answer", "answerer", "setRemoteOffer", rfc(9429, "4.1.12")],
  "add-candidates-b": ["answer", "answerer", "addCandidates", rfc(9429, "4.1.19")],
  "create-answer": ["answer", "answerer", "createAnswer", rfc(9429, "4.1.9")],
  "set-local-answer": ["answer", "answerer", "setLocalAnswer", rfc(9429, "4.1.11")],
  "send-answer": ["answer", "answerer", "sendAnswer", rfc(3264, "6")],
  "send-candidates-b": ["answer", "answerer", "sendCandidates", rfc(8838, "9")],

  "set-remote-answer": ["connect", "offerer", "setRemoteAnswer", rfc(9429, "4.1.12")],
  "add-candidates": ["connect", "offerer", "addCandidates", rfc(9429, "4.1.19")],

  "add-camera": ["talk", "both", "addCamera", rfc(9429, "4.1.2")],
  "offer-again": ["talk", "both", "offerAgain", rfc(9429, "5.2.2")],
  "answer-again": ["talk", "both", "answerAgain", rfc(9429, "5.3.2")],
  "take-answer": ["talk", "both", "takeAnswer", rfc(9429, "4.1.12")],
  "restart-ice": ["talk", "both", "restartIce", rfc(8445, "9")],
  "receive-video": ["talk", "both", "receiveVideo", rfc(9429, "4.1.4")],
  "create-lossy": ["talk", "both", "createLossy", rfc(8831, "6.4")],
  "send-numbers": ["talk", "both", "sendNumbers", rfc(8831, "6.6")],
  "send-offer-to-both": ["talk", "both", "sendOfferToBoth", rfc(3264, "5")],
  "negotiate-perfectly": [
    "talk",
    "both",
    "negotiatePerfectly",
    w3c("perfect negotiation", "perfect-negotiation-example"),
  ],

  "close-channel": ["close", "both", "closeChannel", rfc(8831, "6.7")],
  "close-connection": ["close", "both", "closeConnection", w3c("close", "dom-rtcpeerconnection-close")],
} as const satisfies Readonly<
  Record<string, readonly [Stage, StepSide, Exclude<keyof typeof steps, "receive">, Reference]>
>;
export type StepId = keyof typeof at;

const extras: readonly StepId[] = [
  "receive-video",
  "create-lossy",
  "send-numbers",
  "send-offer-to-both",
  "negotiate-perfectly",
];

const functions = { ...steps };

export const plan: readonly Step[] = (Object.keys(at) as StepId[]).map((id) => {
  const [stage, side, name, reference] = at[id];
  return {
    id,
    stage,
    side,
    run: functions[name],
    code: codeOf(name),
    reference,
    isExtra: extras.includes(id),
  };
});

export const stepOf = (id: StepId): Step => plan.find((step) => step.id === id) as Step;

/** What runs for each text that comes: no button, but part of the story. */
export const receiveCode = codeOf("receive");

export const stages = ["offer", "answer", "connect", "talk", "close"] as const satisfies readonly Stage[];
