import type { Allotment, Wanted } from "../../core/media/uplink.ts";
import type { JsonValue, Source } from "../api.ts";
import type { LinkPart } from "../seams.ts";
import type { OwnMedia } from "./publication.ts";
import { type Sized, size } from "./sizing.ts";
import {
  type Kind,
  kinds,
  type MediaDescription,
  type MediaState,
  parseMediaDescription,
  type Wants,
} from "./state.ts";

/** A transceiver with a purpose. It is made once per connection and used again for whatever its source publishes next. */
interface Slot extends Sized {
  readonly source: Source;
  readonly kind: Kind;
  sent: MediaStreamTrack | null;
}

export interface MeshLinkSetup {
  readonly own: ReadonlyMap<Source, OwnMedia>;
  state(): MediaState;
  /** They have that by another way. */
  holds(source: Source, kind: Kind): boolean;
  /** What they publish, or what brings it, is another now. */
  onChange(): void;
  /** There is another link, another picture, or another wish: the uplink is to be shared out anew. */
  onDemand(): void;
}

export interface MeshLink {
  readonly part: LinkPart;
  /** What they said last, beside a description or over the channel. */
  readonly theirs: MediaState;
  receiver(source: Source, kind: Kind): RTCRtpReceiver | undefined;
  /** Our publications changed: brings the slots in line. Settles when the browser has taken it. */
  sync(): Promise<void>;
  /** Their state, as it came over the channel. */
  told(state: MediaState): void;
  /** What they want of our pictures, as it came over the channel. */
  asked(wants: Wants): void;
  /** How high they show that picture of ours. */
  wanted(source: Source): Wanted;
  readonly isLinked: boolean;
  /** What this link gets of that picture from now on. */
  allot(source: Source, allotment: Allotment): void;
}

/**
 * Media with one other page over the link to it, in both directions. Every slot is `sendrecv` for good, with or without a track: so whoever has something
 * to send later only puts it in, and nothing is negotiated again. What is really sent is told beside.
 */
export function meshLink(setup: MeshLinkSetup): MeshLink {
  let connection: RTCPeerConnection | undefined;
  /** The side that answers first has no slots of its own before it has seen the other's. */
  let isReady = false;
  let slots: Slot[] = [];
  let theirMids: MediaDescription["mids"] = {};
  let theirs: MediaState = { n: -1, sources: {} };
  let theirWants: Wants = {};

  const slotFor = (source: Source, kind: Kind): Slot | undefined =>
    slots.find(
      (slot) => slot.source === source && slot.kind === kind && slot.transceiver.direction !== "stopped",
    );

  const toSend = (source: Source, kind: Kind): MediaStreamTrack | null =>
    setup.holds(source, kind) ? null : (setup.own.get(source)?.track(kind) ?? null);

  const addSlot = (
    on: RTCPeerConnection,
    source: Source,
    kind: Kind,
    early?: RTCRtpTransceiver | undefined,
  ): void => {
    const track = toSend(source, kind);
    const transceiver = early ?? on.addTransceiver(track ?? kind, { direction: "sendrecv" });
    slots.push({ source, kind, transceiver, sent: early ? early.sender.track : track });
  };

  const sync = async (): Promise<void> => {
    const on = connection;
    if (on === undefined || !isReady) return;
    for (const [source, own] of setup.own)
      for (const kind of kinds)
        if (own.has(kind) && slotFor(source, kind) === undefined) addSlot(on, source, kind);
    await Promise.allSettled(
      slots.map((slot) => {
        const wanted = toSend(slot.source, slot.kind);
        if (slot.sent === wanted) return undefined;
        slot.sent = wanted;
        void size(slot);
        return slot.transceiver.sender.replaceTrack(wanted);
      }),
    );
    setup.onDemand();
  };

  /** Their slots become ours too, where we have none for the same purpose. */
  const share = (on: RTCPeerConnection): void => {
    for (const transceiver of on.getTransceivers()) {
      const meant = transceiver.mid === null ? undefined : theirMids[transceiver.mid];
      if (meant === undefined || slots.some((slot) => slot.transceiver === transceiver)) continue;
      const [source, kind] = meant;
      if (slotFor(source, kind) !== undefined || transceiver.receiver.track.kind !== kind) continue;
      transceiver.direction = "sendrecv";
      slots.push({ source, kind, transceiver, sent: null });
    }
  };

  const told = (state: MediaState): void => {
    if (state.n > theirs.n) theirs = { n: state.n, sources: state.sources };
    setup.onChange();
  };

  const sendWholePictures = (): void => {
    for (const slot of slots) {
      Object.assign(slot, { told: undefined, needsWholePicture: true });
      void size(slot);
    }
  };

  const part: LinkPart = {
    attach(on, role) {
      connection = on;
      on.addEventListener("connectionstatechange", () => {
        const isUp = on === connection && on.connectionState === "connected";
        const transport = slots[0]?.transceiver.sender.transport?.iceTransport;
        if (isUp && transport) transport.onselectedcandidatepairchange = sendWholePictures;
      });
      slots = [];
      isReady = role !== "answerer";
      if (!isReady) return;
      // What was made ahead of time is in this order.
      const early = on.getTransceivers();
      for (const [i, kind] of kinds.entries()) addSlot(on, "camera", kind, early[i]);
      void sync();
    },
    described(value: JsonValue, on) {
      const description = parseMediaDescription(value);
      if (description === undefined) return;
      theirMids = description.mids;
      if (on.signalingState === "have-remote-offer") share(on);
      told(description);
    },
    beforeAnswer() {
      isReady = true;
      void sync();
    },
    describe() {
      const mids: Record<string, [Source, Kind]> = {};
      for (const { transceiver, source, kind } of slots)
        if (transceiver.mid !== null) mids[transceiver.mid] = [source, kind];
      return { ...setup.state(), mids };
    },
    detach() {
      connection = undefined;
      isReady = false;
      slots = [];
      theirMids = {};
      setup.onDemand();
    },
  };

  return {
    part,
    get theirs() {
      return theirs;
    },
    receiver: (source, kind) =>
      connection?.getTransceivers().find(({ mid, receiver }) => {
        const meant = mid === null ? undefined : theirMids[mid];
        return meant?.[0] === source && meant[1] === kind && receiver.track.kind === kind;
      })?.receiver,
    sync,
    told,
    asked(wants) {
      theirWants = wants;
      setup.onDemand();
    },
    wanted: (source) =>
      setup.holds(source, "video") ? 0 : Object.hasOwn(theirWants, source) ? theirWants[source] : undefined,
    get isLinked() {
      return connection !== undefined;
    },
    allot(source, allotment) {
      const slot = slotFor(source, "video");
      if (slot === undefined) return;
      slot.allotment = allotment;
      void size(slot);
    },
  };
}
