import {
  type ClientFrame,
  decodeSignal,
  encodeSignal,
  limits,
  type RosterEntry,
  type ServerFrame,
} from "@parlour/protocol";
import { list, match, shape, text } from "../../core/shape.ts";
import type { Carrier } from "./carrier.ts";

/** What a page says of itself over the carrier. */
export type Greeting = Pick<RosterEntry, "id" | "epoch" | "capabilities"> & { readonly card: string };

/** What goes over the carrier besides signals, which are binary. */
type Word = { readonly hello: Greeting } | { readonly presence: "here" | "away" } | { readonly bye: "left" };

const isGreeting = shape({
  id: match(/^[\w-]{22}$/),
  epoch: match(/^[\w-]{16}$/),
  card: text(limits.cardCharacters),
  capabilities_: list(text(limits.capabilityCharacters), limits.capabilities),
});
const isWord = (value: unknown): value is Partial<Record<"hello" | "presence" | "bye", unknown>> =>
  typeof value === "object" && value !== null;

export const sayHello = ({ id, epoch, card, capabilities }: Greeting): string =>
  JSON.stringify({ hello: { id, epoch, card, ...(capabilities && { capabilities }) } } satisfies Word);

/** Undefined when it is something else. */
export function readHello(data: string | Uint8Array): Greeting | undefined {
  const word = readWord(data);
  return word && isGreeting(word.hello) ? (word.hello as Greeting) : undefined;
}

function readWord(data: string | Uint8Array) {
  if (typeof data !== "string" || data.length > limits.clientFrameBytes) return undefined;
  try {
    const word: unknown = JSON.parse(data);
    return isWord(word) ? word : undefined;
  } catch {
    return undefined;
  }
}

export interface TwoSeatsSetup {
  readonly room: string;
  readonly own: Greeting;
  readonly other: Greeting;
  /** Who invited came first. */
  readonly isInviter: boolean;
  readonly carrier: Carrier;
}

/** Signals that came before this page's own session asked for them. */
const earlyMost = 64;

/**
 * A private room with two seats, served in the page: what a server would say of it, over a socket that is none. Both pages have one, and
 * each tells its own session of the other's seat; nothing else of a server is needed. The other page's presence is what the carrier
 * knows: `silent` while nothing gets through, gone after a while, as on a server.
 */
export function twoSeats(setup: TwoSeatsSetup): { openSocket(): WebSocket } {
  const { carrier, isInviter, room } = setup;
  const [ownNumber, otherNumber] = isInviter ? [1, 2] : [2, 1];
  const own: RosterEntry = { ...setup.own, number: ownNumber, role: "member", presence: "here" };
  let other: RosterEntry | undefined = {
    ...setup.other,
    number: otherNumber,
    role: "member",
    presence: "here",
  };
  let socket: LocalSocket | undefined;
  let wasWelcomed = false;
  let early: Uint8Array<ArrayBuffer>[] = [];
  let goneTimer: ReturnType<typeof setTimeout> | undefined;

  const tell = (frame: ServerFrame): void => socket?.hear(JSON.stringify(frame));
  const say = (word: Word): void => void carrier.send(JSON.stringify(word));
  const gone = (reason: string): void => {
    clearTimeout(goneTimer);
    if (other) tell({ type: "left", id: other.id, reason });
    other = undefined;
  };
  const isAt = (presence: RosterEntry["presence"]): void => {
    if (!other || other.presence === presence) return;
    other = { ...other, presence };
    tell({ type: "changed", peer: other });
    clearTimeout(goneTimer);
    if (presence === "away") goneTimer = setTimeout(() => gone("page"), limits.seatAfterPageGoneMs);
    if (presence === "silent") goneTimer = setTimeout(() => gone("timeout"), limits.seatAfterSilenceMs);
  };
  const welcome = (): void => {
    tell({
      type: "welcome",
      version: 1,
      at: Date.now(),
      room: {
        name: room,
        visibility: "private",
        capacity: 2,
        topology: "mesh",
        locked: false,
        knock: false,
        hasPasscode: false,
      },
      you: own,
      peers: other ? [other] : [],
      token: "none",
      resumed: wasWelcomed,
      iceServers: [],
      history: [],
    });
    wasWelcomed = true;
    const signals = early;
    early = [];
    for (const payload of signals) socket?.hear(encodeSignal(otherNumber, payload).buffer);
  };

  carrier.onData = (data) => {
    if (typeof data !== "string") {
      if (data.length > limits.signalBytes || !other) return;
      if (socket && wasWelcomed) socket.hear(encodeSignal(otherNumber, data).buffer);
      else if (early.length < earlyMost) early.push(data);
      return;
    }
    const word = readWord(data);
    if (word?.presence === "here" || word?.presence === "away") isAt(word.presence);
    if (word?.bye === "left") gone("left");
  };
  carrier.onConnected = (isConnected) => {
    // A page that said it goes is silent because it is gone.
    if (!isConnected && other?.presence === "here") isAt("silent");
    else if (isConnected && other?.presence === "silent") isAt("here");
  };
  // A page that says goodbye says it before; this one was closed without, or its browser ended.
  carrier.onClosed = () => gone("page");

  const take = (frame: ClientFrame): void => {
    switch (frame.type) {
      case "hello":
        welcome();
        break;
      case "ping":
        tell({ type: "pong" });
        break;
      case "leave":
        say({ bye: "left" });
        carrier.close();
        clearTimeout(goneTimer);
        break;
      case "pong":
      case "media":
      case "say":
        break;
      default:
        tell({
          type: "refused",
          code: "not-host",
          detail: "Nobody is host in a room of two without a server.",
          hint: "Say it to the other one.",
          ref: frame.type,
        });
    }
  };

  return {
    openSocket() {
      const opened = new LocalSocket({
        onText: (data) => take(JSON.parse(data) as ClientFrame),
        onSignal: (frame) => {
          const signal = decodeSignal(frame);
          if (signal && other) carrier.send(signal.payload.slice());
        },
        onClose: (isPageGone) => {
          if (socket !== opened) return;
          socket = undefined;
          if (isPageGone) say({ presence: "away" });
        },
      });
      // A page that was put away and comes back.
      if (wasWelcomed) say({ presence: "here" });
      socket = opened;
      return opened as unknown as WebSocket;
    },
  };
}

interface LocalEnds {
  onText(data: string): void;
  onSignal(frame: Uint8Array): void;
  onClose(isPageGone: boolean): void;
}

/** As much of a `WebSocket` as a session uses. It is open from the start. */
class LocalSocket {
  readyState = 1;
  onopen: (() => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null = null;
  readonly #ends: LocalEnds;
  constructor(ends: LocalEnds) {
    this.#ends = ends;
  }
  send(data: string | Uint8Array): void {
    if (this.readyState !== 1) return;
    if (typeof data === "string") this.#ends.onText(data);
    else this.#ends.onSignal(data);
  }
  /** What the room has to say, after whoever is speaking now has finished, as from a network. */
  hear(data: string | ArrayBuffer): void {
    queueMicrotask(() => this.onmessage?.({ data }));
  }
  close(code?: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#ends.onClose(code === 4024);
  }
}
