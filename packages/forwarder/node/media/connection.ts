import type { KeyObject } from "node:crypto";
import type { StunMessage } from "@parlour/turn/core";
import { type ClientPath, primitives } from "@parlour/turn/datagrams";
import { type IceCredentials, IceLite } from "../../core/ice/lite.ts";
import type { RemoteEnd } from "../../core/sdp/offer.ts";
import type { TransportId } from "../../core/seams.ts";
import { DtlsServer } from "../dtls/server.ts";
import { headerLengthOf, SrtpReceiver, SrtpSender } from "../srtp/session.ts";

/** Why a connection is over. */
export type ConnectionEnd =
  /** The page said goodbye, or began another one. */
  | "closed"
  /** Nothing was heard for 30 s. */
  | "silent"
  /** DTLS could not be had. */
  | "handshake"
  | "evicted";

export interface ConnectionSetup {
  readonly transport: TransportId;
  /** The page's own number for it. */
  readonly number: number;
  readonly local: IceCredentials;
  readonly remote: RemoteEnd;
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly now: number;
  /** Memory for what is received, which may be kept. */
  readonly allocate: (bytes: number) => Uint8Array;
  /** Memory for what is sent; good until it was delivered. */
  readonly scratch: (bytes: number) => Uint8Array;
  readonly events: {
    connected(): void;
    rtp(packet: Uint8Array, now: number): void;
    rtcp(packet: Uint8Array, now: number): void;
    /** Once. */
    ended(why: ConnectionEnd, now: number): void;
  };
}

/** RFC 5761, section 4: packet types 192 to 223 are RTCP. */
const isControl = (packet: Uint8Array): boolean => (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223;

/**
 * One page's connection:
 *
 *   checking ─ a path is nominated, DTLS ─► connected ─► ended
 *      └──────────── silence, a stranger ─────────────────┘
 */
export class PageConnection {
  readonly transport: TransportId;
  readonly number: number;
  readonly fingerprints: readonly string[];
  readonly ice: IceLite<ClientPath>;
  readonly #setup: ConnectionSetup;
  #dtls: DtlsServer | undefined;
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;
  #isEnded = false;

  constructor(setup: ConnectionSetup) {
    this.#setup = setup;
    this.transport = setup.transport;
    this.number = setup.number;
    this.fingerprints = setup.remote.fingerprints;
    this.ice = new IceLite(primitives, setup.local, setup.remote.ufrag, setup.now);
  }

  get isConnected(): boolean {
    return this.#sender !== undefined && !this.#isEnded;
  }

  /** A connectivity check for one of `ice.ufrags`. Says whether the path is the page's, and which it is no more. */
  check(
    path: ClientPath,
    message: StunMessage,
    now: number,
  ): { readonly isSound: boolean; readonly dropped: readonly ClientPath[] } {
    const { reply, isSound, dropped } = this.ice.check(path, message, path.client, now);
    if (reply !== undefined) path.deliver(reply, false);
    return { isSound, dropped };
  }

  /** What is no STUN, by one of the connection's paths (RFC 7983). */
  receive(path: ClientPath, bytes: Uint8Array, now: number): void {
    if (this.#isEnded) return;
    const first = bytes[0] ?? 0;
    if (first >= 20 && first <= 63) this.#handshake(path, bytes, now);
    else if (first >= 128 && first <= 191 && this.#receiver !== undefined) {
      const { events, allocate } = this.#setup;
      if (isControl(bytes)) {
        const packet = this.#receiver.openControl(bytes);
        if (packet !== undefined) events.rtcp(packet, now);
      } else {
        const packet = this.#receiver.open(bytes, allocate);
        if (packet !== undefined) events.rtp(packet, now);
      }
    }
  }

  sendRtp(header: Uint8Array, payload: Uint8Array): void {
    const path = this.ice.selected;
    const sender = this.#sender;
    if (path === undefined || sender === undefined || this.#isEnded) return;
    const length = header.length + payload.length;
    const packet = this.#setup.scratch(length + sender.tagBytes);
    packet.set(header);
    packet.set(payload, header.length);
    // A header of the core's own making; the payload begins where it ends.
    const headerLength = headerLengthOf(packet.subarray(0, length)) ?? header.length;
    if (sender.protect(packet, headerLength, length)) path.deliver(packet, true);
  }

  sendRtcp(packet: Uint8Array): void {
    const path = this.ice.selected;
    if (path === undefined || this.#isEnded) return;
    const sealed = this.#sender?.protectControl(packet);
    if (sealed !== undefined) path.deliver(sealed, true);
  }

  /** When `tick` is due, ms; silence is looked for by whoever owns it, now and then. */
  get nextAt(): number {
    return this.#isEnded ? Number.POSITIVE_INFINITY : (this.#dtls?.nextAt ?? Number.POSITIVE_INFINITY);
  }

  tick(now: number): void {
    if (this.#isEnded) return;
    this.#dtls?.tick(now);
    this.#follow(now);
    if (this.ice.isSilent(now)) this.end("silent", now);
  }

  end(why: ConnectionEnd, now: number): void {
    if (this.#isEnded) return;
    this.#dtls?.close();
    this.#isEnded = true;
    this.#sender?.close();
    this.#receiver?.close();
    this.#setup.events.ended(why, now);
  }

  #handshake(path: ClientPath, bytes: Uint8Array, now: number): void {
    const { certificate, privateKey } = this.#setup;
    this.#dtls ??= new DtlsServer({
      certificate,
      privateKey,
      fingerprints: this.fingerprints,
      now,
      send: (datagram) => (this.ice.selected ?? path).deliver(datagram, false),
    });
    this.#dtls.receive(bytes, now);
    this.#follow(now);
  }

  /** Takes the keys as soon as there are any. */
  #follow(now: number): void {
    const state = this.#dtls?.state;
    if (state?.kind === "ended") this.end(this.isConnected ? "closed" : "handshake", now);
    else if (state?.kind === "connected" && this.#sender === undefined) {
      const { profile, ours, theirs } = state.keys;
      this.#sender = new SrtpSender(profile, ours);
      this.#receiver = new SrtpReceiver(profile, theirs);
      this.#setup.events.connected();
    }
  }
}
