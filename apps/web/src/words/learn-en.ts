/** What the workbench says, in English. A catalogue of its own, fetched with the workbench. */
import type { Mistake } from "../learn/errors.ts";
import type { ExperimentId } from "../learn/experiments/experiments.ts";
import type { Condition } from "../learn/experiments/moves.ts";
import type { Carried } from "../learn/log.ts";
import type { PeerNote, Side } from "../learn/peer.ts";
import type { Stage } from "../learn/steps/plan.ts";
import { glossaryEn } from "./glossary-en.ts";
import { learnStepsEn } from "./learn-steps-en.ts";

interface ExperimentWords {
  readonly title: string;
  readonly watch: string;
}

const stages: Readonly<Record<Stage, string>> = {
  offer: "1. Offer",
  answer: "2. Answer",
  connect: "3. Connect",
  talk: "4. Talk, and change what is sent",
  close: "5. Close",
};

const mistakes: Readonly<Record<Mistake, string>> = {
  noConnection: "There is no connection on this side yet. Press “Create connection” first.",
  noChannel:
    "There is no channel on this side yet. The offerer creates it; the answerer gets it once the connection is up.",
  noSocket: "This side has no socket to the server.",
  nothingReceived: "Nothing has come from the other side yet, so there is no description to set.",
  wrongAnswerState:
    "An answer fits only an open offer of one's own (signaling state have-local-offer). This side has none: it made none, or it was answered already. The message sounds like an internal fault, and is a matter of order.",
  wrongOfferState: "That description does not fit the signaling state in which this side is.",
  noOfferToAnswer:
    "Only an offer that was set as the remote description can be answered (signaling state have-remote-offer).",
  noRemoteDescription:
    "A candidate can't be added before the description that it belongs to. It is kept; set the remote description, then try again.",
  badCandidate:
    "The browser can't read that candidate, or it belongs to another description than the one that is set.",
  changedText:
    "The browser does not take this text. What it wrote itself may be changed little, in some browsers not at all; what came from the other side must still be valid SDP.",
  badServers:
    "The browser can't make a connection of these settings. Look at the ICE servers: a list in JSON, each with “urls”.",
  closed: "This connection was closed. A closed one never opens again: begin anew.",
  channelNotOpen: "The channel is not open. It opens when ICE, DTLS and SCTP are done.",
  cameraRefused: "The browser was not allowed to use the camera.",
  noCamera: "There is no camera, or another program has it.",
  insecurePage: "Browsers give cameras only to pages that come over HTTPS, or from this computer itself.",
  unknown: "The browser refuses it, for the reason that it names.",
};

const experiments: Readonly<Record<ExperimentId, ExperimentWords>> = {
  handshake: {
    title: "The handshake, by itself",
    watch:
      "Watch the states go from new to connected, and the count of texts over the server stand still from then on.",
  },
  noStun: {
    title: "Without STUN",
    watch:
      "Watch the candidates: only host ones, the addresses of this machine itself. Here that is enough; from behind a router nobody outside could reach them.",
  },
  relayOnly: {
    title: "Relay only",
    watch:
      "Watch the candidates: none but relay ones, and a pair that goes through the server's relay. Without a relay, or on 127.0.0.1 in Chromium, there are none at all and nothing connects.",
  },
  mdns: {
    title: "mDNS candidates",
    watch:
      "Watch the host candidates. A page that may use no camera gets names that end in .local in place of addresses, which only machines in the same network can look up; once you have allowed the camera, it gets addresses.",
  },
  answererOnly: {
    title: "Only the answerer sends candidates",
    watch:
      "Watch it connect all the same: the offerer's checks reach the answerer, which learns the address from them. Its remote candidate is prflx, peer-reflexive.",
  },
  early: {
    title: "Candidates before the description",
    watch:
      "Watch the candidates wait at the answerer, the error when they are added too early, and how they all go in once the remote description is set.",
  },
  glare: {
    title: "Glare",
    watch:
      "Watch both sides offer at the same moment. Each drops its own offer for the other's, both answer, and neither answer has an offer left to fit.",
  },
  rollback: {
    title: "Perfect negotiation's rollback",
    watch:
      "Watch the same collision end well: both ask for video at once. The answerer is polite and rolls its offer back, the offerer ignores the one that came; then the answerer offers again.",
  },
  renegotiate: {
    title: "Add a track later",
    watch:
      "Watch negotiationneeded, then a second offer and answer over the same connection: ICE and DTLS stay as they are, and the picture arrives over there.",
  },
  recvonly: {
    title: "recvonly",
    watch:
      "Watch the direction lines: the offer says a=recvonly, the answer a=sendonly. The picture goes one way.",
  },
  restart: {
    title: "ICE restart",
    watch:
      "Watch the ice-ufrag change and candidates come anew, while the connection stays connected and the channel open.",
  },
  channels: {
    title: "Ordered against lossy channel",
    watch:
      "Watch the table of arrivals. On a good network both look alike. Where packets get lost the ordered channel is complete but pauses, the lossy one has gaps and goes on.",
  },
  close: {
    title: "Close the channel, then the connection",
    watch:
      "Watch the other side: the channel's end leaves it connected; the connection's end it notices by itself, sooner or later.",
  },
  twoAnswerers: {
    title: "One offer to two",
    watch:
      "Watch the second answer: “wrong state” sounds like a fault of the browser, but the offer was answered already. The second answerer waits and fails. Each pair needs a connection of its own.",
  },
};

export const learnEn = {
  title: "Workbench",
  intro:
    "Make a WebRTC connection by hand, and see all of it. Two sides, a bare WebSocket between them, and the browser's own objects.",
  home: "Home",
  loading: "Taking the seats at the server…",
  sides: { offerer: "Offerer", answerer: "Answerer", third: "Second answerer" } satisfies Record<
    Side,
    string
  >,
  regionOf: (side: string) => `Side: ${side}`,
  stages,
  steps: learnStepsEn,
  mistakes,
  experiments,
  step: {
    code: "Its code",
    done: "done",
    optional: "if you like",
    waits: "Waits for an offer.",
    waitsMeaning: "The buttons of this side appear when the offer arrives.",
    showAnyway: "Show them now",
    failed: "That did not work",
    offerText: "Offer, editable until it is set",
    answerText: "Answer, editable until it is set",
    receivedOffer: "Offer that came, editable until it is set",
    receivedAnswer: "Answer that came, editable until it is set",
    unread: (what: string): string => (what === "offer" ? "An offer has come." : "An answer has come."),
    standing: "What runs for each text that comes",
    showSteps: "Show the steps of the handshake",
  },
  states: {
    title: "States",
    signaling: "Signaling",
    gathering: "Gathering",
    ice: "ICE",
    dtls: "DTLS",
    connection: "Connection",
    channel: "Channel",
    none: "–",
    socket: "Socket",
    open: "open",
    closed: "closed",
  },
  candidates: {
    own: (count: number) => (count === 1 ? "1 candidate of its own" : `${count} candidates of its own`),
    waiting: (count: number) => (count === 1 ? "1 waits to be added" : `${count} wait to be added`),
    kind: "Kind",
    protocol: "Protocol",
    address: "Address",
    pair: "In use",
    pairText: (local: string, remote: string, protocol: string) => `${local} to ${remote}, ${protocol}`,
  },
  arrivals: {
    title: "Arrivals",
    channel: "Channel",
    ordered: "ordered",
    lossy: "lossy",
    count: "Arrived",
    outOfOrder: "Out of order",
    pause: "Longest pause",
    ms: (value: string) => `${value} ms`,
    bad: "This server's relay is bad on purpose (--turn-lab): the channels go through it.",
    good: "This network loses hardly anything. A host can make the relay bad on purpose, for trying: --turn-lab loss=0.1,delay=50.",
  },
  video: { own: "Your camera", theirs: "What comes from the other side" },
  chat: {
    title: "Messages, directly",
    message: "Message",
    send: "Send",
    own: "you",
    other: "other side",
    proof: (texts: string, bytes: string) =>
      `Over the server so far: ${texts} texts, ${bytes} bytes. Messages go directly and add nothing to it.`,
  },
  settings: {
    title: "Settings",
    meaning: "They count for the next “Create connection” and “Create data channel”.",
    servers: "ICE servers",
    withServers: "Use the ICE servers",
    policy: "ICE transport policy",
    policyAll: "all",
    policyRelay: "relay: through the relay only",
    ordered: "Ordered channel",
    retransmits: "Send lost messages again",
    always: "until they arrive",
    never: "never",
  },
  share: {
    button: "With another machine",
    title: "The other side on another machine",
    meaning: "Open this link there. Whoever opens it is the answerer.",
    copy: "Copy link",
    copied: "Copied",
    waiting: "Nobody has opened it yet.",
    here: "The other side is here.",
    back: "Both sides on this page",
  },
  refused: {
    "room-full": "Two are at this workbench already. Open one of your own.",
    timeout: "The server closed this workbench because its time was up.",
    unreachable: "The server can't be reached.",
    other: "The server closed the connection. What is connected directly goes on.",
    again: "Connect to the server again",
    fresh: "Open a workbench of your own",
  },
  anew: "Begin anew",
  play: {
    title: "Experiments",
    choose: "Experiment",
    none: "By hand, no experiment",
    watch: "What to watch",
    run: "Run it",
    set: "Set it up, and press the steps yourself",
    states: {
      running: "Running…",
      done: "Done. Look at the states, the steps and the log.",
      asking: "Waiting for the other side to play along…",
      declined: "The other side does not want to now.",
      lost: "The other side has left the experiment.",
    },
    together: "Each page makes the moves of its own side; the other one is asked first.",
    alone: "Experiments can be run as soon as the other side is here.",
    asked: (title: string) =>
      `The other side would like to run “${title}” with you. Both pages begin anew; some experiments use your camera.`,
    join: "Play along",
    decline: "Not now",
  },
  log: {
    title: "Log",
    empty: "Nothing yet.",
    sent: {
      offer: "offer sent",
      answer: "answer sent",
      candidate: "candidate sent",
      nothing: "a text without a description sent: there was nothing to send",
    } satisfies Record<Carried, string>,
    came: {
      offer: "offer came",
      answer: "answer came",
      candidate: "candidate came",
      nothing: "a text came that has no description and no candidate",
    } satisfies Record<Carried, string>,
    held: (count: number) => `kept aside until the description is set: ${count}`,
    failed: "failed",
    server: "server",
    late: {
      offer: "no offer came",
      answer: "no answer came",
      candidate: "no candidate came",
      gathered: "gathering did not end",
      "channel open": "the channel did not open",
      "channel closed": "the channel did not close",
      connected: "it did not connect",
      "not connected": "the end was not noticed",
      "negotiation needed": "negotiationneeded did not come",
      agreed: "they did not agree",
      video: "no picture came",
      numbers: "not all numbers came",
    } satisfies Record<Condition, string>,
    notes: {
      ignored: "offers met: this side is impolite and ignores the one that came",
      "rolled-back": "offers met: this side is polite and rolls its own back",
    } satisfies Record<PeerNote, string>,
  },
  glossary: glossaryEn,
};

export type LearnWords = typeof learnEn;
