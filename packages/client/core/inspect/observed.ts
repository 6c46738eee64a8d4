import type { LinkEffect, LinkInput } from "../link/link.ts";
import type { Candidate, LinkSignal } from "../link/signal.ts";
import type { FactBody, ForwarderNow } from "./facts.ts";

/** What happened on a connection to a forwarder. With a new one comes what tells what flows by it. */
export interface ForwarderObserved {
  readonly kind: "forwarder";
  readonly facts: readonly FactBody[];
  readonly look?: () => Promise<ForwarderNow>;
}
/** What a link was told, or does: the same objects that its machine takes and gives. */
export type Observed = LinkInput | LinkEffect | ForwarderObserved;

const bytesOf = (signal: object): number => JSON.stringify(signal).length;

function signalled(
  way: "sent" | "received",
  signal: { readonly type: LinkSignal["type"] } & object,
): FactBody {
  const count = "candidates" in signal && Array.isArray(signal.candidates) && signal.candidates.length;
  return { kind: "signal", way, type: signal.type, bytes: bytesOf(signal), ...(count && { count }) };
}

/** A browser's own objects have nothing of their own that a copy would take along. */
const plain = ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: Candidate): Candidate => ({
  candidate,
  ...(sdpMid !== undefined && { sdpMid }),
  ...(sdpMLineIndex !== undefined && { sdpMLineIndex }),
  ...(usernameFragment !== undefined && { usernameFragment }),
});

/** The facts in what a link was told or does; none for what only its machine cares about. */
export function factsOf(observed: Observed): readonly FactBody[] {
  switch (observed.kind) {
    case "forwarder":
      return observed.facts;
    case "build":
      return [{ kind: "connection", generation: observed.generation }];
    case "negotiation": {
      const { input } = observed;
      if (input.kind === "found")
        return [{ kind: "candidates", side: "local", candidates: input.candidates.map(plain) }];
      if (input.kind === "done" && input.local)
        return [{ kind: "description", side: "local", ...input.local }];
      return input.kind === "failed" ? [{ kind: "trouble", what: "refused", detail: input.detail }] : [];
    }
    case "connection":
      return [{ kind: "state", of: "connection", state: observed.state }];
    case "signal":
      return [signalled("received", observed.signal)];
    case "send":
      return [signalled("sent", observed.signal)];
    case "set-local":
      return [{ kind: "setting", side: "local" }];
    case "set-remote":
      return [{ kind: "setting", side: "remote" }];
    case "described": {
      const { type, sdp } = observed.description;
      return [{ kind: "description", side: "remote", type, sdp }];
    }
    case "add-candidates":
      return [{ kind: "candidates", side: "remote", candidates: observed.candidates }];
    case "log":
      return logged(observed.event, observed.detail);
    default:
      return [];
  }
}

const states = ["connected", "recovering", "closed"];
const rungs = ["restart", "rebuild"] as const;
const troubles = ["offer-ignored", "bad-signal", "candidate-refused"];

function logged(event: string, detail = ""): readonly FactBody[] {
  if (states.includes(event))
    return [{ kind: "state", of: "link", state: event, ...(detail && { reason: detail }) }];
  const rung = rungs.find((one) => one === event);
  if (rung) return [{ kind: "recovery", rung, reason: detail }];
  return troubles.includes(event) ? [{ kind: "trouble", what: event, detail }] : [];
}
