import {
  type FakeDescription,
  type FakeDirection,
  type FakeSection,
  intersection,
  readFakeSdp,
  reversed,
  writeFakeSdp,
} from "./fake-connection-description.ts";
import { needsNegotiation } from "./fake-connection-need.ts";
import { FakeOperations } from "./fake-connection-operations.ts";
import {
  type FakeCandidate,
  FakeDataChannel,
  FakeEvents,
  type FakeIceTransport,
  type FakeTrack,
  FakeTransceiver,
  namedError,
} from "./fake-connection-parts.ts";
import { fakeStatistics } from "./fake-connection-statistics.ts";
import type { World } from "./fake-connection-world.ts";

export const fakeConnectionTimes = {
  connectMs: 5,
  carryMs: 2,
  disconnectedMs: 5_000,
  failedMs: 20_000,
} as const;

export interface FakeSessionDescription {
  readonly type: "offer" | "answer";
  readonly sdp: string;
}
interface Applied extends FakeSessionDescription {
  readonly content: FakeDescription;
}

/**
 * Stands in for `RTCPeerConnection` in tests: signaling states, rollback, `negotiationneeded` and candidates by the letter
 * (WebRTC 1.0, section 4.4; JSEP, RFC 9429), time from the fake clock. It has no media and no packets.
 */
export class FakeConnection extends FakeEvents {
  signalingState: "stable" | "have-local-offer" | "have-remote-offer" | "closed" = "stable";
  connectionState: "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed" = "new";
  currentLocalDescription: Applied | null = null;
  currentRemoteDescription: Applied | null = null;
  pendingLocalDescription: Applied | null = null;
  pendingRemoteDescription: Applied | null = null;
  readonly channels = new Map<number, FakeDataChannel>();
  #configuration: object;
  readonly #world: World;
  readonly #transceivers: FakeTransceiver[] = [];
  readonly #remoteCandidates = new Set<string>();
  readonly #operations: FakeOperations;
  #restarts = false;
  #mids = 0;
  /** Transceivers that the pending local offer gave their mid. */
  #associated: FakeTransceiver[] = [];
  readonly #ice: FakeIceTransport = { onselectedcandidatepairchange: null };
  #transition: (() => void) | undefined;
  #failedWith: string | undefined;

  constructor(world: World, configuration: object = {}) {
    super();
    this.#world = world;
    this.#configuration = configuration;
    this.#operations = new FakeOperations(world, {
      isClosed: () => this.signalingState === "closed",
      isStable: () => this.signalingState === "stable",
      isNeeded: () => this.#needsNegotiation,
      onNeeded: () => this.dispatch({ type: "negotiationneeded" }),
    });
  }
  getConfiguration(): object {
    return this.#configuration;
  }
  /** Holds from the next start of ICE on (WebRTC 1.0, section 4.4.1.6). */
  setConfiguration(configuration: object): void {
    this.#configuration = configuration;
  }
  get localDescription(): Applied | null {
    return this.pendingLocalDescription ?? this.currentLocalDescription;
  }
  get remoteDescription(): Applied | null {
    return this.pendingRemoteDescription ?? this.currentRemoteDescription;
  }
  get iceConnectionState(): FakeConnection["connectionState"] {
    return this.connectionState;
  }
  /** Two candidates and their end come within milliseconds. */
  readonly iceGatheringState = "complete";
  readonly sctp = null;
  getSenders(): FakeTransceiver["sender"][] {
    return this.#transceivers.map(({ sender }) => sender);
  }
  getTransceivers(): FakeTransceiver[] {
    return [...this.#transceivers];
  }

  addTransceiver(
    trackOrKind: FakeTrack | "audio" | "video",
    init: { readonly direction?: FakeDirection } = {},
  ): FakeTransceiver {
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    const transceiver = this.#transceiver(kind, init.direction ?? "sendrecv");
    if (typeof trackOrKind !== "string") transceiver.sender.track = trackOrKind;
    this.#operations.checkNeed();
    return transceiver;
  }
  #transceiver(kind: "audio" | "video", direction: FakeDirection): FakeTransceiver {
    const receiving = { kind, id: `track-${this.#world.ids++}` };
    const made = new FakeTransceiver(kind, direction, receiving, this.#ice, () =>
      this.#operations.checkNeed(),
    );
    this.#transceivers.push(made);
    return made;
  }

  createDataChannel(
    label: string,
    init: { readonly negotiated: true; readonly id: number },
  ): FakeDataChannel {
    const channel = new FakeDataChannel(label, init.id);
    channel.carry = (data) => {
      const other = this.#other;
      this.#world.clock.after(fakeConnectionTimes.carryMs, () => {
        if (!this.#world.isBlocked) other?.channels.get(init.id)?.dispatch({ type: "message", data });
      });
    };
    this.channels.set(init.id, channel);
    this.#operations.checkNeed();
    return channel;
  }

  restartIce(): void {
    if (this.currentLocalDescription === null && this.pendingLocalDescription === null) return;
    this.#restarts = true;
    this.#operations.checkNeed();
  }

  setLocalDescription(): Promise<void> {
    return this.#operations.enqueue(() => {
      if (this.signalingState === "have-remote-offer") this.#setAnswer();
      else this.#setOffer();
    });
  }

  setRemoteDescription(description: FakeSessionDescription): Promise<void> {
    return this.#operations.enqueue(() => {
      const content = readFakeSdp(description.sdp);
      if (content === undefined) throw namedError("OperationError", "that is no description");
      const applied: Applied = { type: description.type, sdp: description.sdp, content };
      if (description.type === "offer") this.#takeOffer(applied);
      else this.#takeAnswer(applied);
    });
  }

  addIceCandidate(candidate: FakeCandidate): Promise<void> {
    return this.#operations.enqueue(() => {
      const remote = this.remoteDescription;
      if (remote === null) throw namedError("InvalidStateError", "there is no remote description");
      const ufrag = candidate.usernameFragment ?? remote.content.ufrag;
      const known = [this.pendingRemoteDescription, this.currentRemoteDescription];
      if (!known.some((description) => description?.content.ufrag === ufrag))
        throw namedError("OperationError", "no description has that fragment");
      if (candidate.candidate !== "") this.#remoteCandidates.add(ufrag);
      this.reconsider();
    });
  }

  getStats(): Promise<Map<string, Record<string, unknown>>> {
    return Promise.resolve(
      fakeStatistics(this.connectionState === "connected", 2 * fakeConnectionTimes.carryMs),
    );
  }

  close(): void {
    if (this.signalingState === "closed") return;
    const other = this.#other;
    this.signalingState = "closed";
    this.connectionState = "closed";
    this.#transition?.();
    for (const channel of this.channels.values()) channel.enter("closed");
    for (const channel of other?.channels.values() ?? []) channel.enter("closed");
    other?.reconsider();
  }

  #setOffer(): void {
    const before = this.currentLocalDescription?.content;
    const ufrag = before === undefined || this.#restarts ? this.#newUfrag() : before.ufrag;
    const sections: FakeSection[] = [];
    const known = this.#agreedSections;
    for (const section of known) {
      const transceiver = this.#transceivers.find(({ mid }) => mid === section.mid);
      sections.push(transceiver === undefined ? section : { ...section, direction: transceiver.direction });
    }
    const associated = this.#associated;
    for (const transceiver of this.#transceivers) {
      if (transceiver.mid === null) {
        transceiver.mid = this.#newMid(known);
        associated.push(transceiver);
      } else if (!associated.includes(transceiver)) continue;
      sections.push({ kind: transceiver.kind, mid: transceiver.mid, direction: transceiver.direction });
    }
    if (this.channels.size > 0 && !known.some(({ kind }) => kind === "application"))
      sections.push({ kind: "application", mid: this.#newMid(known), direction: "sendrecv" });
    this.pendingLocalDescription = this.#written("offer", ufrag, sections);
    this.#enter("have-local-offer");
    if (ufrag !== before?.ufrag) this.#gather(ufrag);
  }

  #setAnswer(): void {
    const offer = this.pendingRemoteDescription;
    if (offer === null) throw namedError("InvalidStateError", "there is no offer to answer");
    const before = this.currentLocalDescription?.content;
    const isRestart = offer.content.ufrag !== this.currentRemoteDescription?.content.ufrag;
    const ufrag = before === undefined || isRestart ? this.#newUfrag() : before.ufrag;
    const sections = offer.content.sections.map((section) => {
      const transceiver = this.#transceivers.find(({ mid }) => mid === section.mid);
      const direction = intersection(transceiver?.direction ?? "sendrecv", reversed(section.direction));
      return { ...section, direction };
    });
    this.#agree(this.#written("answer", ufrag, sections), offer, sections);
    if (ufrag !== before?.ufrag) this.#gather(ufrag);
  }

  #takeOffer(offer: Applied): void {
    if (this.signalingState === "have-local-offer") {
      this.pendingLocalDescription = null;
      for (const transceiver of this.#associated) transceiver.mid = null;
      this.#associated = [];
    }
    for (const { kind, mid } of offer.content.sections) {
      if (kind === "application" || this.#transceivers.some((each) => each.mid === mid)) continue;
      this.#transceiver(kind, "recvonly").mid = mid;
    }
    this.pendingRemoteDescription = offer;
    this.#enter("have-remote-offer");
  }

  #takeAnswer(answer: Applied): void {
    const offer = this.pendingLocalDescription;
    if (this.signalingState !== "have-local-offer" || offer === null)
      throw namedError("InvalidStateError", "there is no offer that this answers");
    const mids = (description: Applied): string => description.content.sections.map(({ mid }) => mid).join();
    if (mids(offer) !== mids(answer)) throw namedError("InvalidAccessError", "it answers another offer");
    const sections = answer.content.sections.map((section) => ({
      ...section,
      direction: reversed(section.direction),
    }));
    this.#agree(offer, answer, sections);
  }

  #agree(local: Applied, remote: Applied, sections: readonly FakeSection[]): void {
    if (local.content.ufrag !== this.currentLocalDescription?.content.ufrag) this.#restarts = false;
    this.currentLocalDescription = local;
    this.currentRemoteDescription = remote;
    this.pendingLocalDescription = this.pendingRemoteDescription = null;
    this.#associated = [];
    for (const { mid, direction } of sections) {
      const transceiver = this.#transceivers.find((each) => each.mid === mid);
      if (transceiver !== undefined) transceiver.currentDirection = direction;
    }
    this.#enter("stable");
    this.#operations.agreed();
    this.reconsider();
  }

  get #agreedSections(): readonly FakeSection[] {
    return this.currentLocalDescription?.content.sections ?? [];
  }
  #newMid(known: readonly FakeSection[]): string {
    const isTaken = (mid: string): boolean =>
      known.some((section) => section.mid === mid) || this.#transceivers.some((each) => each.mid === mid);
    while (isTaken(String(this.#mids))) this.#mids++;
    return String(this.#mids++);
  }
  #newUfrag(): string {
    const ufrag = `u${this.#world.ids++}`;
    this.#world.byUfrag.set(ufrag, this);
    return ufrag;
  }
  #written(type: "offer" | "answer", ufrag: string, sections: readonly FakeSection[]): Applied {
    const fingerprint = this.#world.fingerprint ?? "sha-256 AA:BB";
    const content: FakeDescription = { ufrag, fingerprint, sections };
    return { type, sdp: writeFakeSdp(content), content };
  }
  #gather(usernameFragment: string): void {
    const tell = (candidate: FakeCandidate | null) => () => {
      if (this.signalingState !== "closed") this.dispatch({ type: "icecandidate", candidate });
    };
    for (const at of [1, 3])
      this.#world.clock.after(
        at,
        tell({ candidate: `candidate:${at}`, sdpMid: "0", sdpMLineIndex: 0, usernameFragment }),
      );
    this.#world.clock.after(5, tell(null));
  }
  #enter(state: "stable" | "have-local-offer" | "have-remote-offer"): void {
    this.signalingState = state;
    this.dispatch({ type: "signalingstatechange" });
  }

  get #needsNegotiation(): boolean {
    const [local, remote] = [this.currentLocalDescription, this.currentRemoteDescription];
    return this.#restarts || needsNegotiation(local, remote, this.#transceivers, this.channels.size > 0);
  }
  get #other(): FakeConnection | undefined {
    const local = this.currentLocalDescription?.content.ufrag;
    const remote = this.currentRemoteDescription?.content.ufrag;
    if (remote === undefined) return undefined;
    const other = this.#world.byUfrag.get(remote);
    const isMutual =
      other?.currentRemoteDescription?.content.ufrag === local &&
      other?.currentLocalDescription?.content.ufrag === remote;
    return isMutual && other?.signalingState !== "closed" ? other : undefined;
  }
  /** The credentials of both sides: a connection that failed with them only comes back with others. */
  get #credentials(): string {
    return `${this.currentLocalDescription?.content.ufrag} ${this.currentRemoteDescription?.content.ufrag}`;
  }
  get #reaches(): boolean {
    const other = this.#other;
    if (other === undefined || this.#world.isBlocked || this.#failedWith === this.#credentials) return false;
    return this.#knowsCandidate || other.#knowsCandidate;
  }
  get #knowsCandidate(): boolean {
    const remote = this.currentRemoteDescription?.content.ufrag;
    return remote !== undefined && this.#remoteCandidates.has(remote);
  }

  /** Something that decides over the connection may be another now. */
  reconsider(fromOther = false): void {
    if (this.signalingState === "closed") return;
    const reaches = this.#reaches;
    const { connectionState: state } = this;
    this.#transition?.();
    this.#transition = undefined;
    const fail = (): void => this.#become("failed", fakeConnectionTimes.failedMs);
    if (reaches && state !== "connected")
      this.#become("connecting", 0, () => this.#become("connected", fakeConnectionTimes.connectMs));
    else if (!reaches && state === "connected")
      this.#become("disconnected", fakeConnectionTimes.disconnectedMs, fail);
    else if (!reaches && state === "disconnected") fail();
    else if (!reaches && this.currentRemoteDescription !== null && this.#failedWith !== this.#credentials)
      this.#become("connecting", 0, fail);
    if (!fromOther) this.#other?.reconsider(true);
  }
  #become(state: FakeConnection["connectionState"], afterMs: number, next?: () => void): void {
    this.#transition = this.#world.clock.after(afterMs, () => {
      this.#transition = undefined;
      if (state === "failed") this.#failedWith = this.#credentials;
      if (this.connectionState !== state) {
        this.connectionState = state;
        if (state === "connected") this.#ice.onselectedcandidatepairchange?.();
        this.dispatch({ type: "connectionstatechange" });
      }
      if (state === "connected" && this.#agreedSections.some(({ kind }) => kind === "application"))
        for (const channel of this.channels.values()) channel.enter("open");
      if (this.connectionState === state) next?.();
    });
  }
}
