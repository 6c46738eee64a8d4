import { type ClientFrame, decodeSignal, encodeSignal, subprotocol } from "@parlour/protocol";
import {
  type Introduction,
  nextDeadline,
  readServerFrame,
  type SessionEffect,
  type SessionInput,
  type SessionStep,
  session,
  startSession,
} from "../../core/session/index.ts";

/** What the session means to the room. What concerns the socket alone is done here. */
export type RoomEffect = Exclude<SessionEffect, { readonly type: "connect" | "disconnect" | "send" }>;

export interface SessionSetup {
  /** Makes the connection. The first may have been under way before the session began. */
  readonly open: () => WebSocket;
  readonly introduction: Introduction;
  readonly token: string | undefined;
  /** In order; called with what one input led to, all at once. */
  readonly onEffects: (effects: readonly RoomEffect[]) => void;
  /** `number` is the sender's seat. The payload is this call's own. */
  readonly onSignal: (number: number, payload: Uint8Array) => void;
  readonly log: (event: string) => void;
}

export interface SessionDriver {
  put(input: Extract<SessionInput, { readonly type: "say" | "leave" | "renewed" | "wake" }>): void;
  /** To be called only while there is a connection. */
  send(frame: ClientFrame): void;
  /** Numbers the live connections; undefined when there is none. */
  readonly connection: number | undefined;
  /** False when there is no live connection. */
  signal(number: number, payload: Uint8Array): boolean;
  /** Loses the connection without a word, as a network would. */
  drop(): void;
  readonly unacknowledged: number;
  readonly counts: { framesSent: number; framesReceived: number; bytesSent: number; bytesReceived: number };
}

/** A page whose timers are this late was stopped: a laptop asleep. Browsers slow timers of hidden pages less, while they have connections. */
const sleptMs = 10_000;
/** The close code of a page that goes (see `codes` in the protocol). */
const pageGone = 4024;

/**
 * Opens the WebSocket of the server at that origin and path. The first one is opened at once, so that keys are made while it
 * connects.
 */
export function socketOpener(server: string): () => WebSocket {
  const open = (): WebSocket => {
    const socket = new WebSocket(`${server.replace(/^http/, "ws")}/v1`, subprotocol);
    socket.binaryType = "arraybuffer";
    return socket;
  };
  let early: WebSocket | undefined = open();
  return () => {
    const socket = early ?? open();
    early = undefined;
    return socket;
  };
}

/** Runs the session over WebSockets, timers and the page's own events. */
export function startSessionDriver(setup: SessionSetup): SessionDriver {
  const counts = { framesSent: 0, framesReceived: 0, bytesSent: 0, bytesReceived: 0 };
  let socket: WebSocket | undefined;
  let connections = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const took = ({ session: next, effects }: SessionStep): void => {
    state = next;
    const forRoom: RoomEffect[] = [];
    for (const effect of effects) {
      if (effect.type === "connect") connect();
      else if (effect.type === "disconnect") disconnect(effect.why === "page" ? pageGone : undefined);
      else if (effect.type === "send") send(effect.frame);
      else forRoom.push(effect);
      if (effect.type === "live") connections++;
    }
    clearTimeout(timer);
    const due = nextDeadline(state);
    if (due !== undefined)
      timer = setTimeout(() => put({ type: "time" }), Math.max(0, due - performance.now()));
    if (state.stage.at === "left") listening.abort();
    if (forRoom.length > 0) setup.onEffects(forRoom);
  };
  const put = (input: SessionInput): void => took(session(state, input, performance.now(), Math.random()));

  const sendRaw = (data: string | Uint8Array<ArrayBuffer>): boolean => {
    if (socket?.readyState !== 1) return false;
    socket.send(data);
    counts.framesSent++;
    counts.bytesSent += data.length;
    return true;
  };
  const send = (frame: ClientFrame): void => {
    setup.log(`sent ${frame.type}`);
    sendRaw(JSON.stringify(frame));
  };

  const disconnect = (code?: number): void => {
    const old = socket;
    socket = undefined;
    if (old !== undefined) old.onopen = old.onmessage = old.onclose = null;
    old?.close(code);
  };
  const connect = (): void => {
    disconnect();
    const own = setup.open();
    socket = own;
    // It may be there, or lost again, before anyone listened.
    if (own.readyState > 0)
      queueMicrotask(() => {
        if (socket === own) put({ type: own.readyState === 1 ? "opened" : "lost" });
      });
    own.onopen = () => put({ type: "opened" });
    own.onclose = ({ code }) => {
      setup.log(`lost ${code}`);
      put({ type: "lost" });
    };
    own.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      counts.framesReceived++;
      if (typeof data === "string") {
        counts.bytesReceived += data.length;
        const frame = readServerFrame(data);
        setup.log(`received ${frame?.type ?? "a frame that this version does not know"}`);
        put(frame === undefined ? { type: "heard" } : { type: "frame", frame });
      } else {
        counts.bytesReceived += data.byteLength;
        put({ type: "heard" });
        const signal = decodeSignal(new Uint8Array(data));
        if (signal !== undefined) setup.onSignal(signal.peer, signal.payload);
      }
    };
  };

  const wake = (): void => put({ type: "wake" });
  const seen = (): void => {
    if (document.visibilityState === "visible") wake();
  };
  const hide = (): void => put({ type: "hide" });
  // Outside of a page (tests, a terminal) there are no such events.
  const listening = new AbortController();
  if (typeof document === "object") {
    const { signal } = listening;
    const network = (): void => put({ type: "network" });
    addEventListener("online", network, { signal });
    let at = Date.now();
    // A page that slept hears of it from nobody but the clock on the wall.
    const clock = setInterval(() => {
      const before = at;
      at = Date.now();
      if (at - before > sleptMs) network();
    }, 1_000);
    signal.addEventListener("abort", () => clearInterval(clock));
    addEventListener("pageshow", wake, { signal });
    addEventListener("pagehide", hide, { signal });
    document.addEventListener("visibilitychange", seen, { signal });
  }

  const first = startSession(setup.introduction, setup.token, performance.now());
  let state = first.session;
  // After this call returned, so that whoever started it holds the driver when the first effects come.
  queueMicrotask(() => took(state === first.session ? first : { session: state, effects: [] }));

  return {
    put,
    send,
    get connection() {
      return state.stage.at === "live" ? connections : undefined;
    },
    signal: (number, payload) => state.stage.at === "live" && sendRaw(encodeSignal(number, payload)),
    drop() {
      setup.log("dropped on demand");
      disconnect();
      put({ type: "lost" });
    },
    get unacknowledged() {
      return state.unacknowledged.length;
    },
    counts,
  };
}
