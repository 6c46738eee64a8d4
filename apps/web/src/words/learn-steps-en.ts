/** What the workbench says of each step, in English. A part of the catalogue in `learn-en.ts`. */
import type { StepId } from "../learn/steps/plan.ts";

export interface StepWords {
  readonly title: string;
  readonly why: string;
}

export const learnStepsEn: Readonly<Record<StepId, StepWords>> = {
  "create-connection": {
    title: "Create connection",
    why: "An RTCPeerConnection holds everything: descriptions, addresses, keys, channels. Nothing is sent yet. The ICE servers tell it whom to ask for its public address (STUN) and who lends it one (TURN).",
  },
  "create-channel": {
    title: "Create data channel",
    why: "An offer has to be about something. The channel is announced in band: once the connection is up, the browser itself tells the other side to open it.",
  },
  "create-offer": {
    title: "Create offer",
    why: "The browser writes down what it has to offer, as SDP: a section for each kind of media or data, its ICE name and password, and the fingerprint of its certificate. Nothing has changed yet: you may edit the text before you set it.",
  },
  "set-local-offer": {
    title: "Set local description",
    why: "Now the offer counts. The signaling state becomes have-local-offer, ports are opened, and candidates are gathered.",
  },
  "send-offer": {
    title: "Send offer",
    why: "WebRTC does not say how an offer gets to the other side. Here it is one text over a WebSocket, and the server passes it on unread. This text was written before there were candidates, so it has none.",
  },
  "send-candidates": {
    title: "Send candidates",
    why: "A candidate is an address where this side may be reached. To send each as soon as it is found is called trickle ICE; those found from now on are sent at once.",
  },
  "create-connection-b": {
    title: "Create connection",
    why: "The answerer needs a connection of its own. Its ICE servers may be others.",
  },
  listen: {
    title: "Listen for the channel",
    why: "The channel is made over there. Here it arrives as an event, as soon as the connection is up.",
  },
  "set-remote-offer": {
    title: "Set remote description",
    why: "The browser reads what the other side offers and makes ready for each section of it. The signaling state becomes have-remote-offer.",
  },
  "add-candidates-b": {
    title: "Add the candidates that waited",
    why: "A candidate belongs to a description, by its ICE name (ufrag). Those that came before it were kept aside. Added now, they can be paired with this side's own.",
  },
  "create-answer": {
    title: "Create answer",
    why: "The answer goes through the offer section by section: it takes it, refuses it, or takes one direction of it. It has the answerer's ICE name and fingerprint, and says which side opens DTLS.",
  },
  "set-local-answer": {
    title: "Set local description",
    why: "For this side the exchange is over: stable. It gathers candidates, and checks begin as soon as there are addresses of both sides.",
  },
  "send-answer": { title: "Send answer", why: "Back the same way, unread again." },
  "send-candidates-b": {
    title: "Send candidates",
    why: "The answerer's addresses. Those that come before the answer is set over there have to wait there.",
  },
  "set-remote-answer": {
    title: "Set remote description",
    why: "The answer ends the exchange; both sides are stable. ICE looks for a pair of addresses that works, DTLS makes the keys over it, SCTP carries the channel inside.",
  },
  "add-candidates": {
    title: "Add the candidates that waited",
    why: "The answerer's candidates that came before its answer was set. Pressed too early, this fails, and they go on waiting.",
  },
  "add-camera": {
    title: "Add camera",
    why: "The track is there at once, but nothing is sent: the other side has not agreed to video. The browser says so with negotiationneeded.",
  },
  "offer-again": {
    title: "Offer again",
    why: "Without an argument setLocalDescription makes the offer itself. This one has the candidates that are known already.",
  },
  "answer-again": {
    title: "Answer the new offer",
    why: "The same as the answerer's steps, in one: set the remote description, add what waited, make and set the answer, send it. Either side may do it.",
  },
  "take-answer": {
    title: "Take the new answer",
    why: "An answer fits only an offer of one's own that is still open.",
  },
  "restart-ice": {
    title: "Restart ICE",
    why: "The next offer will have a new ICE name and password, and candidates are gathered anew. Until a new pair works, the old one is used.",
  },
  "receive-video": {
    title: "Ask for video",
    why: "A transceiver with the direction recvonly: this side wants a picture and sends none.",
  },
  "create-lossy": {
    title: "Create a lossy channel",
    why: "Unordered, and nothing is sent twice: what is lost stays lost, and nothing waits for it.",
  },
  "send-numbers": {
    title: "Send 500 numbers over each channel",
    why: "The same numbers, at the same time. The other side counts what arrives, in which order, and how long nothing came.",
  },
  "send-offer-to-both": {
    title: "Send the offer to two sides",
    why: "Nothing keeps you from it. But the offer's ICE name, password and certificate belong to one connection, which takes one answer.",
  },
  "negotiate-perfectly": {
    title: "Negotiate by itself",
    why: "Perfect negotiation: both sides run the same code and may offer at any time. When offers meet, the polite side rolls its own back, the other ignores what came.",
  },
  "close-channel": {
    title: "Close channel",
    why: "Only the channel ends, on both sides. The connection stays and can carry another one.",
  },
  "close-connection": {
    title: "Close connection",
    why: "Everything ends here at once, without an event here. Browsers tell the other side through the connection itself; where that gets lost, ICE notices that nobody answers.",
  },
};
