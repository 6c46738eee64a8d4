/** The experiments: what each sets, and what it does when it is run. What to watch stands in the catalogue, under the same name. */
import type { Settings } from "../settings.ts";
import type { StepId } from "../steps/plan.ts";
import { again, both, handshake, type Move, meet, on, third, until } from "./moves.ts";

export type ExperimentId =
  | "handshake"
  | "noStun"
  | "relayOnly"
  | "mdns"
  | "answererOnly"
  | "early"
  | "glare"
  | "rollback"
  | "renegotiate"
  | "recvonly"
  | "restart"
  | "channels"
  | "close"
  | "twoAnswerers";

export interface Experiment {
  readonly id: ExperimentId;
  /** `own`: the ICE servers as they stand; `none`: without any. */
  readonly servers: "own" | "none";
  readonly policy: Settings["policy"];
  readonly channel: Settings["channel"];
  /** Steps that are shown besides the usual ones. */
  readonly extras: readonly StepId[];
  readonly moves: readonly Move[];
}

const plain = { servers: "own", policy: "all", channel: { ordered: true }, extras: [] } as const;

export const experiments: readonly Experiment[] = [
  { ...plain, id: "handshake", moves: handshake() },
  { ...plain, id: "noStun", servers: "none", moves: handshake() },
  { ...plain, id: "relayOnly", policy: "relay", moves: handshake() },
  {
    ...plain,
    id: "mdns",
    servers: "none",
    moves: [
      ...on("offerer", "create-connection", "create-channel", "create-offer", "set-local-offer"),
      ...until("offerer", "gathered"),
    ],
  },
  { ...plain, id: "answererOnly", moves: handshake({ doesOffererSendCandidates: false }) },
  {
    ...plain,
    id: "early",
    moves: [
      ...on("offerer", "create-connection", "create-channel", "create-offer", "set-local-offer"),
      ...until("offerer", "gathered"),
      ...on("offerer", "send-candidates"),
      ...until("answerer", "candidate"),
      ...on("answerer", "create-connection-b", "listen", "add-candidates-b"),
      ...on("offerer", "send-offer"),
      ...until("answerer", "offer"),
      ...on("answerer", "set-remote-offer", "add-candidates-b"),
      ...on("answerer", "create-answer", "set-local-answer", "send-answer", "send-candidates-b"),
      ...until("offerer", "answer"),
      ...on("offerer", "set-remote-answer", "add-candidates"),
      ...until("answerer", "channel open"),
    ],
  },
  {
    ...plain,
    id: "glare",
    moves: [
      ...handshake(),
      ...both("offer-again"),
      ...until("offerer", "offer"),
      ...until("answerer", "offer"),
      ...both("answer-again"),
      ...until("offerer", "answer"),
      ...until("answerer", "answer"),
      ...both("take-answer"),
    ],
  },
  {
    ...plain,
    id: "rollback",
    extras: ["negotiate-perfectly", "receive-video"],
    moves: [
      ...handshake(),
      ...both("negotiate-perfectly"),
      ...meet,
      ...both("receive-video"),
      ...until("offerer", "agreed"),
      ...until("answerer", "agreed"),
    ],
  },
  {
    ...plain,
    id: "renegotiate",
    moves: [
      ...handshake(),
      ...on("offerer", "add-camera"),
      ...until("offerer", "negotiation needed"),
      ...again,
      ...until("answerer", "video"),
    ],
  },
  {
    ...plain,
    id: "recvonly",
    extras: ["receive-video"],
    moves: [
      ...handshake({ offers: ["receive-video"], answers: ["add-camera"] }),
      ...until("offerer", "video"),
    ],
  },
  {
    ...plain,
    id: "restart",
    moves: [
      ...handshake(),
      ...on("offerer", "restart-ice"),
      ...again,
      ...on("answerer", "add-candidates-b"),
      ...until("offerer", "connected"),
    ],
  },
  {
    ...plain,
    id: "channels",
    extras: ["create-lossy", "send-numbers"],
    moves: [
      ...handshake({ offers: ["create-lossy"] }),
      ...on("offerer", "send-numbers"),
      ...until("answerer", "numbers"),
    ],
  },
  {
    ...plain,
    id: "close",
    moves: [
      ...handshake(),
      ...on("offerer", "close-channel"),
      ...until("answerer", "channel closed"),
      ...on("offerer", "close-connection"),
      ...until("answerer", "not connected"),
    ],
  },
  {
    ...plain,
    id: "twoAnswerers",
    extras: ["send-offer-to-both"],
    moves: [
      ...third,
      ...on("offerer", "create-connection", "create-channel", "create-offer", "set-local-offer"),
      ...on("offerer", "send-offer-to-both"),
      ...until("answerer", "offer"),
      ...until("third", "offer"),
      ...on(
        "answerer",
        "create-connection-b",
        "listen",
        "set-remote-offer",
        "create-answer",
        "set-local-answer",
      ),
      ...on(
        "third",
        "create-connection-b",
        "listen",
        "set-remote-offer",
        "create-answer",
        "set-local-answer",
      ),
      ...on("answerer", "send-answer", "send-candidates-b"),
      ...until("offerer", "answer"),
      ...on("offerer", "set-remote-answer", "add-candidates", "send-candidates"),
      ...until("answerer", "channel open"),
      ...on("third", "send-answer"),
      ...until("offerer", "answer"),
      ...on("offerer", "set-remote-answer"),
    ],
  },
];

export const experimentOf = (id: ExperimentId): Experiment =>
  experiments.find((experiment) => experiment.id === id) as Experiment;
