import type { Allotment, Wanted } from "../../core/media/uplink.ts";
import type { JsonValue, Peer, RemoteMedia, Source } from "../api.ts";
import type { LinkPart } from "../seams.ts";
import type { OwnMedia } from "./publication.ts";
import {
  type Kind,
  kinds,
  type MediaDescription,
  type MediaState,
  mostHeight,
  parseMediaDescription,
  type Wants,
} from "./state.ts";

/** A transceiver with a purpose. It is made once per connection and used again for whatever its source publishes next. */
interface Slot {
  readonly source: Source;
  readonly kind: Kind;
  readonly transceiver: RTCRtpTransceiver;
  sent: MediaStreamTrack | null;
  /** What this link gets of the picture, and what the browser was told of that. */
  allotment?: Allotment;
  told?: Allotment | undefined;
  isTelling?: boolean;
  /** The other side missed some of it. */
  needsWholePicture?: boolean;
}

export interface PeerMediaSetup {
  readonly peer: Peer;
  readonly own: ReadonlyMap<Source, OwnMedia>;
  state(): MediaState;
  createStream(): MediaStream;
  onMedia(media: RemoteMedia): void;
  onEnded(media: RemoteMedia): void;
  /** We want their pictures in other sizes than before. */
  onWants(wants: Wants): void;
  /** There is another link, another picture, or another wish: the uplink is to be shared out anew. */
  onDemand(): void;
}

export interface PeerMedia {
  readonly part: LinkPart;
  readonly remote: ReadonlyMap<Source, RemoteMedia>;
  /** Our publications changed: brings the slots in line. Settles when the browser has taken it. */
  sync(): Promise<void>;
  /** Their state, as it came over the channel. */
  told(state: MediaState): void;
  /** What they want of our pictures, as it came over the channel. */
  asked(wants: Wants): void;
  /** How high they show that picture of ours. */
  wanted(source: Source): Wanted;
  /** What we want of theirs. */
  readonly wants: Wants;
  readonly isLinked: boolean;
  /** What this link gets of that picture from now on. */
  allot(source: Source, allotment: Allotment): void;
  end(): void;
}

const wantStep = 60;

/** With the second argument, which TypeScript's library does not know yet. */
type SetParameters = (
  parameters: RTCRtpSendParameters,
  options: { readonly encodingOptions: readonly { readonly keyFrame: boolean }[] },
) => Promise<void>;

function isSame(one: Allotment | undefined, other: Allotment): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Media with one other page, in both directions. Every slot is `sendrecv` for good, with or without a track: so whoever has something
 * to send later only puts it in, and nothing is negotiated again. What is really sent is told beside.
 */
export function peerMedia(setup: PeerMediaSetup): PeerMedia {
  let connection: RTCPeerConnection | undefined;
  /** The side that answers first has no slots of its own before it has seen the other's. */
  let isReady = false;
  let slots: Slot[] = [];
  let theirMids: MediaDescription["mids"] = {};
  let theirs: MediaState = { n: -1, sources: {} };
  let theirWants: Wants = {};
  let wants: Wants = {};
  const remote = new Map<Source, RemoteMedia>();

  const slotFor = (source: Source, kind: Kind): Slot | undefined =>
    slots.find(
      (slot) => slot.source === source && slot.kind === kind && slot.transceiver.direction !== "stopped",
    );

  const addSlot = (
    on: RTCPeerConnection,
    source: Source,
    kind: Kind,
    early?: RTCRtpTransceiver | undefined,
  ): void => {
    const track = setup.own.get(source)?.track(kind) ?? null;
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
        const wanted = setup.own.get(slot.source)?.track(slot.kind) ?? null;
        if (slot.sent === wanted) return undefined;
        slot.sent = wanted;
        return slot.transceiver.sender.replaceTrack(wanted);
      }),
    );
    setup.onDemand();
  };

  /** One setting at a time, and then the latest: whoever changes their mind often costs us no more than that. */
  const tell = async (slot: Slot): Promise<void> => {
    if (slot.isTelling) return;
    slot.isTelling = true;
    while (slot.allotment !== undefined && !isSame(slot.told, slot.allotment)) {
      const { isActive, maxBitrate, scaleDownBy } = slot.allotment;
      const { sender } = slot.transceiver;
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (encoding === undefined) break;
      slot.told = slot.allotment;
      // WebRTC Extensions, section on `RTCEncodingOptions`; browsers without it leave it aside.
      const options = { encodingOptions: [{ keyFrame: slot.needsWholePicture === true }] };
      slot.needsWholePicture = false;
      Object.assign(encoding, { active: isActive, maxBitrate, scaleResolutionDownBy: scaleDownBy });
      // Refused on a connection that is going: the next one is told anew.
      await (sender.setParameters as SetParameters).call(sender, parameters, options).catch(() => {});
    }
    slot.isTelling = false;
  };

  const want = (source: Source, height: number | undefined): void => {
    if (wants[source] === height) return;
    const { [source]: _, ...rest } = wants;
    wants = height === undefined ? rest : { ...rest, [source]: height };
    setup.onWants(wants);
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

  const theirTrack = (source: Source, kind: Kind): MediaStreamTrack | undefined =>
    connection?.getTransceivers().find(({ mid, receiver }) => {
      const meant = mid === null ? undefined : theirMids[mid];
      return meant?.[0] === source && meant[1] === kind && receiver.track.kind === kind;
    })?.receiver.track;

  const end = (source: Source, media: RemoteMedia): void => {
    remote.delete(source);
    want(source, undefined);
    setup.onEnded(media);
  };

  /** Brings streams in line with what they say and what the connection brings. */
  const update = (): void => {
    for (const [source, media] of [...remote]) if (!Object.hasOwn(theirs.sources, source)) end(source, media);
    for (const [source, said] of Object.entries(theirs.sources)) {
      const before = remote.get(source);
      const tracks: MediaStreamTrack[] = [];
      const wanted = kinds.filter((kind) => said[kind] !== "none");
      for (const kind of wanted) {
        const track = theirTrack(source, kind);
        if (track !== undefined) tracks.push(track);
      }
      // They told us before their offer was here, or the connection is being replaced.
      if (tracks.length < wanted.length) continue;
      const stream = before?.stream ?? setup.createStream();
      const present = stream.getTracks();
      const isOther = present.length !== tracks.length || tracks.some((track) => !present.includes(track));
      for (const track of present) if (!tracks.includes(track)) stream.removeTrack(track);
      for (const track of tracks) stream.addTrack(track);
      // Also told when only the tracks are others (a new connection): an element without `autoplay` may have to play again.
      const isSame = before?.audio === said.audio && before.video === said.video && !isOther;
      if (isSame) continue;
      const { audio, video } = said;
      const media: RemoteMedia = {
        peer: setup.peer,
        source,
        stream,
        audio,
        video,
        want(picture) {
          // In steps, so that a window that is being resized does not send one for each pixel.
          const height = picture === "none" ? 0 : Math.ceil(picture.height / wantStep) * wantStep;
          if (remote.has(source)) want(source, Math.min(Math.max(0, height) || 0, mostHeight));
        },
      };
      remote.set(source, media);
      setup.onMedia(media);
    }
  };

  const told = (state: MediaState): void => {
    if (state.n > theirs.n) theirs = { n: state.n, sources: state.sources };
    update();
  };

  const sendWholePictures = (): void => {
    for (const slot of slots) {
      Object.assign(slot, { told: undefined, needsWholePicture: true });
      void tell(slot);
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
    remote,
    sync,
    told,
    asked(wants) {
      theirWants = wants;
      setup.onDemand();
    },
    wanted: (source) => (Object.hasOwn(theirWants, source) ? theirWants[source] : undefined),
    get wants() {
      return wants;
    },
    get isLinked() {
      return connection !== undefined;
    },
    allot(source, allotment) {
      const slot = slotFor(source, "video");
      if (slot === undefined) return;
      slot.allotment = allotment;
      void tell(slot);
    },
    end() {
      for (const [source, media] of [...remote]) end(source, media);
    },
  };
}
