import { type Code, type RosterEntry, refusal, type ServerFrame } from "@parlour/protocol";
import { WebSocket } from "ws";
import { Bucket } from "../address/bucket.ts";
import type { Visitor } from "../address/visitors.ts";
import type { CameBy } from "../hub/setup.ts";
import type { Gateway } from "./gateway.ts";
import type { LiveRoom } from "./live-room.ts";

/**
 * Where a connection stands. Legal paths:
 *
 * ```
 *   new ──hello──▶ entering ──welcome──▶ seated
 *    │                │  │                 ▲ │
 *    │                │  └─────▶ knocking ─┘ │
 *    │                │              │       │
 *    └────────────────┴──▶ ended ◀───┴───────┘   (any close, from either side)
 * ```
 *
 * There is no way back: another hello needs another connection.
 */
export type Place =
  | { readonly phase: "new" }
  | { readonly phase: "entering"; readonly room: string }
  /** At the door, until the host decides. */
  | { readonly phase: "knocking"; readonly room: LiveRoom }
  | {
      readonly phase: "seated";
      readonly room: LiveRoom;
      readonly number: number;
      readonly id: RosterEntry["id"];
    }
  | { readonly phase: "ended" /** `page`: it said that it was going. */; readonly why: "page" | "silent" };

const fresh: Place = { phase: "new" };
/** From where each place can be reached. */
const ways: Readonly<Record<Exclude<Place["phase"], "new">, readonly Place["phase"][]>> = {
  entering: ["new"],
  knocking: ["entering"],
  seated: ["entering", "knocking"],
  ended: ["new", "entering", "knocking", "seated"],
};
const asText = { binary: false, compress: false } as const;
const asBytes = { binary: true, compress: false } as const;
const pingBytes = Buffer.from('{"type":"ping"}');
const pongBytes = Buffer.from('{"type":"pong"}');

/** The socket class that the WebSocket server makes: it knows its connection, so that shared handlers need no closure. */
export class GatewaySocket extends WebSocket {
  connection: Connection | undefined;
}

/**
 * One open WebSocket. Ten thousand of these may be idle at a time, so it holds no closure, no timer and no copy of a request: the
 * gateway's one timer sweeps over all of them, and handlers are shared.
 */
export class Connection {
  readonly id: string;
  readonly socket: GatewaySocket;
  readonly gateway: Gateway;
  readonly visitor: Visitor;
  /** Normalized. For counting and for the country: never logged at info, stored, or put in a frame. */
  readonly address: string;
  /** By which door the visitor came, for ICE URLs. */
  readonly cameBy: CameBy;
  #place: Place = fresh;
  readonly openedAt: number;
  heardAt: number;
  pingedAt: number;
  /** Newcomers with this seat's token wait for a sign of life from this connection. */
  isProbed = false;
  readonly #frames: Bucket;
  // Made when first needed: most connections say little and are never refused.
  #signalBytes: Bucket | undefined;
  #says: Bucket | undefined;
  #patience: Bucket | undefined;
  #reports: Bucket | undefined;
  /** Made for hosts alone. */
  #hostFrames: Bucket | undefined;

  constructor(
    gateway: Gateway,
    socket: GatewaySocket,
    from: {
      readonly id: string;
      readonly visitor: Visitor;
      readonly address: string;
      readonly cameBy: CameBy;
    },
    now: number,
  ) {
    this.gateway = gateway;
    this.socket = socket;
    this.id = from.id;
    this.visitor = from.visitor;
    this.address = from.address;
    this.cameBy = from.cameBy;
    this.openedAt = now;
    this.heardAt = now;
    this.pingedAt = now;
    this.#frames = new Bucket(gateway.rates.framesPerConnection, now);
  }

  get place(): Place {
    return this.#place;
  }

  /** The one door to another place. False when there is no way from here to there. */
  move(to: Exclude<Place, { phase: "new" }>): boolean {
    const from = this.#place.phase;
    const isLegal = ways[to.phase].includes(from);
    if (!isLegal) return false;
    if (to.phase === "knocking") this.visitor.waiting++;
    if (from === "knocking") this.visitor.waiting--;
    this.#place = to;
    return true;
  }

  /** False when this host asks for too much at once. */
  mayAsk(now: number, cost: number): boolean {
    const rate = this.gateway.rates.hostFramesPerConnection;
    this.#hostFrames ??= new Bucket(rate, now);
    return this.#hostFrames.take(rate, now, cost);
  }

  /** False when this page says too often what it sends. */
  mayReport(now: number): boolean {
    const rate = this.gateway.rates.mediaReportsPerConnection;
    this.#reports ??= new Bucket(rate, now);
    return this.#reports.take(rate, now);
  }

  /** Counts one frame; false when it is one too many. */
  takeFrame(now: number): boolean {
    return this.#frames.take(this.gateway.rates.framesPerConnection, now);
  }

  takeSignalBytes(now: number, bytes: number): boolean {
    const rate = this.gateway.rates.signalBytesPerConnection;
    this.#signalBytes ??= new Bucket(rate, now);
    return this.#signalBytes.take(rate, now, bytes);
  }

  takeSay(now: number): boolean {
    const rate = this.gateway.rates.saysPerConnection;
    this.#says ??= new Bucket(rate, now);
    return this.#says.take(rate, now);
  }

  send(frame: ServerFrame): void {
    this.sendText(Buffer.from(JSON.stringify(frame)));
  }

  /** Sends a frame that is already written, so that one text for a whole room is made once. */
  sendText(text: Buffer): void {
    if (this.#place.phase === "ended" || this.isTooSlow()) return;
    this.socket.send(text, asText);
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.#place.phase === "ended" || this.isTooSlow()) return;
    this.socket.send(bytes, asBytes);
  }

  ping(now: number): void {
    this.pingedAt = now;
    this.sendText(pingBytes);
  }

  pong(): void {
    this.sendText(pongBytes);
  }

  /** True, and the connection over, when more waits to be sent to it than a connection may hold. */
  isTooSlow(): boolean {
    if (this.socket.bufferedAmount <= this.gateway.limits.outgoingBytes) return false;
    this.gateway.end(this, "too-slow");
    return true;
  }

  /**
   * Says no to one frame. `cost` is what it takes of the connection's patience: 1 for what no honest page does, less for haste,
   * 0 for what the person typed. Patience at its end ends the connection with the same code.
   */
  refuse(
    code: Code,
    now: number,
    options: { readonly ref?: string; readonly detail?: string; readonly cost?: number } = {},
  ): void {
    this.gateway.counts.refused(code);
    const cost = options.cost ?? 1;
    if (cost > 0) {
      this.#patience ??= new Bucket(this.gateway.patience, now);
      if (!this.#patience.take(this.gateway.patience, now, cost)) {
        this.gateway.end(this, code);
        return;
      }
    }
    this.send({
      type: "refused",
      ...refusal(code, options.detail),
      ...(options.ref === undefined ? {} : { ref: options.ref }),
    });
  }
}
