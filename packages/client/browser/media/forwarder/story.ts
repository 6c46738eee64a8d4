import type { FactBody } from "../../../core/inspect/facts.ts";

/** Facts of a connection to the forwarder that nobody but its driver knows: see `core/inspect`. */
export type Observe = (...facts: readonly FactBody[]) => void;

/** Writes down what the browser finds and how the connection fares. */
export function observeConnection(made: RTCPeerConnection, observe: Observe): void {
  made.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate)
      observe({ kind: "candidates", side: "local", candidates: [{ candidate: candidate.candidate }] });
  });
  made.addEventListener("connectionstatechange", () => {
    const state = made.connectionState;
    observe({ kind: "state", of: "connection", state });
    if (state === "connected") observe({ kind: "state", of: "link", state });
  });
}

/** An offer that went to the forwarder. */
export const offered = (sdp: string): readonly FactBody[] => [
  { kind: "description", side: "local", type: "offer", sdp },
  { kind: "signal", way: "sent", type: "offer", bytes: sdp.length },
];

/** Its answer, before the browser has taken it. */
export const answerCame = (sdp: string): readonly FactBody[] => [
  { kind: "signal", way: "received", type: "answer", bytes: sdp.length },
  { kind: "setting", side: "remote" },
];

/** The answer that the browser has taken, with the forwarder's candidates in it. */
export function answerTaken(sdp: string): readonly FactBody[] {
  const lines = new Set([...sdp.matchAll(/^a=(candidate:[^\r\n]+)/gm)].map(([, line]) => line as string));
  return [
    { kind: "description", side: "remote", type: "answer", sdp },
    { kind: "candidates", side: "remote", candidates: [...lines].map((candidate) => ({ candidate })) },
  ];
}
