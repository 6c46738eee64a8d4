/** Which terms of the glossary a step is about. */
import type { StepId } from "./steps/plan.ts";

export const termIds = [
  ...["signaling", "sdp", "offer", "answer", "description", "signaling-state", "ice", "candidate", "host"],
  ...["srflx", "prflx", "relay", "mdns", "trickle", "check", "pair", "ufrag", "restart", "consent", "stun"],
  ...["turn", "nat", "dtls", "fingerprint", "srtp", "sctp", "data-channel", "transceiver", "direction"],
  ...["bundle", "negotiationneeded", "glare", "rollback", "perfect-negotiation"],
] as const;

/** The address of a term, from anywhere in the product. */
export const termHref = (id: string): string => `/learn#term-${id}`;

export const termsOf: Readonly<Record<StepId, readonly string[]>> = {
  "create-connection": ["ice", "stun", "turn"],
  "create-channel": ["data-channel", "sctp"],
  "create-offer": ["offer", "sdp", "fingerprint"],
  "set-local-offer": ["description", "signaling-state", "candidate"],
  "send-offer": ["signaling"],
  "send-candidates": ["trickle", "host", "srflx", "relay"],
  "create-connection-b": ["ice"],
  listen: ["data-channel"],
  "set-remote-offer": ["description", "signaling-state"],
  "add-candidates-b": ["candidate", "ufrag"],
  "create-answer": ["answer", "direction", "dtls"],
  "set-local-answer": ["signaling-state", "check"],
  "send-answer": ["signaling"],
  "send-candidates-b": ["trickle", "prflx"],
  "set-remote-answer": ["pair", "dtls", "sctp"],
  "add-candidates": ["candidate", "ufrag"],
  "add-camera": ["negotiationneeded", "transceiver", "srtp"],
  "offer-again": ["offer", "bundle"],
  "answer-again": ["answer", "glare"],
  "take-answer": ["signaling-state"],
  "restart-ice": ["restart", "ufrag"],
  "receive-video": ["transceiver", "direction"],
  "create-lossy": ["data-channel", "sctp"],
  "send-numbers": ["sctp"],
  "send-offer-to-both": ["offer", "fingerprint"],
  "negotiate-perfectly": ["perfect-negotiation", "rollback", "glare"],
  "close-channel": ["data-channel"],
  "close-connection": ["dtls", "consent"],
};
