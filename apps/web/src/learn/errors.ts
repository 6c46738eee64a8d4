/** Why a step failed, told from the error itself and where the side stood: the name of a sentence. */
import type { StepId } from "./steps/plan.ts";

export type Mistake =
  | "noConnection"
  | "noChannel"
  | "noSocket"
  | "nothingReceived"
  | "wrongAnswerState"
  | "wrongOfferState"
  | "noOfferToAnswer"
  | "noRemoteDescription"
  | "badCandidate"
  | "changedText"
  | "badServers"
  | "closed"
  | "channelNotOpen"
  | "cameraRefused"
  | "noCamera"
  | "insecurePage"
  | "unknown";

/** What is known of a side when its step fails. */
export interface Standing {
  readonly hasConnection: boolean;
  readonly hasChannel: boolean;
  readonly hasSocket: boolean;
  readonly hasReceived: boolean;
  readonly signalingState: RTCSignalingState | undefined;
  readonly hasRemoteDescription: boolean;
  readonly channelState: RTCDataChannelState | undefined;
  /** Whether the browser gives this page devices at all. */
  readonly hasDevices: boolean;
}

const takesAnswer: readonly StepId[] = ["set-remote-answer", "take-answer"];
const takesOffer: readonly StepId[] = ["set-remote-offer", "answer-again"];
const sends: readonly StepId[] = ["send-offer", "send-answer", "send-candidates", "send-candidates-b"];
const changed = ["InvalidModificationError", "InvalidAccessError", "OperationError", "RTCError"];

/** @param name the error's `name`, such as `InvalidStateError` */
export function mistakeOf(step: StepId, name: string, standing: Standing): Mistake {
  const { hasConnection, hasReceived, signalingState } = standing;
  if (step === "create-connection" || step === "create-connection-b") return "badServers";
  if (step === "add-camera") {
    if (!standing.hasDevices) return "insecurePage";
    if (name === "NotAllowedError") return "cameraRefused";
    if (name === "NotFoundError" || name === "NotReadableError") return "noCamera";
  }
  if (sends.includes(step) && !standing.hasSocket) return "noSocket";
  if (!hasConnection) return "noConnection";
  if (signalingState === "closed") return "closed";
  if (step === "close-channel" || step === "send-numbers") {
    if (!standing.hasChannel) return "noChannel";
    if (standing.channelState !== "open") return "channelNotOpen";
  }
  if ((takesAnswer.includes(step) || takesOffer.includes(step)) && !hasReceived) return "nothingReceived";
  if (name === "InvalidStateError") {
    if (step === "create-answer" || step === "set-local-answer") return "noOfferToAnswer";
    if (step.startsWith("add-candidates")) return "noRemoteDescription";
    if (takesAnswer.includes(step)) return "wrongAnswerState";
    return "wrongOfferState";
  }
  if (step.startsWith("add-candidates")) {
    return standing.hasRemoteDescription ? "badCandidate" : "noRemoteDescription";
  }
  return changed.includes(name) ? "changedText" : "unknown";
}
