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
import { turns } from "../../core/turns.ts";
import { pageRest, type RestSource } from "../later.ts";

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
  readonly log: (event: string, peer?: undefined, bytes?: number) => void;
}

export interface SessionDriver {
  put(input: Extract<SessionInput, { readonly type: "say" | "leave" | "renewed" | "wake" | "lost" }>): void;
  /** To be called only while there is a connection. */
  send(frame: ClientFrame): void;
  /** Numbers the live connections; undefined when there is none. */
  readonly connection: number | undefined;
  /** False when there is no live connection. */
  signalTo(number: number, payload: Uint8Array): boolean;
  readonly unacknowledged: number;
}

/** The close code of a page that goes (see `codes` in the protocol). */
const pageGone = 4024;
/** The other half of this room's machines is loaded so long after there was a seat: a first link is there by then, or is waited for anyway. */
const restAfterMs = 1_000;
/** Inputs that wait for that half. With more, the server is talking to nobody. */
const waitingMost = 256;

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
export function startSessionDriver(setup: SessionSetup, rest: RestSource = pageRest): SessionDriver {
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
      if (effect.type === "live" && !connections++) setTimeout(load, rest.there ? 0 : restAfterMs);
    }
    clearTimeout(timer);
    const due = nextDeadline(state);
    // What is due already has a wait below zero, which browsers take for none.
    if (due !== undefined) timer = setTimeout(() => put({ type: "time" }), due - performance.now());
    if (state.stage.at === "left") listening.abort();
    if (forRoom[0]) setup.onEffects(forRoom);
  };
  const take = (input: SessionInput | (() => void)): boolean => {
    if (input instanceof Function) {
      input();
      return true;
    }
    const step = session(state, input, performance.now(), Math.random(), rest.there?.further);
    if (step) took(step);
    return !!step;
  };
  let isWatched = false;
  const load = (): void =>
    rest.need(
      ({ watchPage }) => {
        if (!isWatched) watchPage(put, listening.signal);
        isWatched = true;
        inputs.proceed();
      },
      () => {
        put({ type: "helpless" });
        return !listening.signal.aborted;
      },
    );
  const inputs = turns(take, load);
  const put = (input: SessionInput): void => {
    const { type } = input;
    if (inputs.waiting > waitingMost && socket) {
      disconnect();
      inputs.put({ type: "lost" });
    }
    // A sign of life says nothing about what came before it.
    if (!inputs.waiting || type !== "heard") inputs.put(input, type === "leave" || type === "helpless");
  };

  const sendRaw = (type: string, data: string | Uint8Array<ArrayBuffer>): boolean => {
    if (socket?.readyState !== 1) return false;
    socket.send(data);
    setup.log(`sent ${type}`, undefined, data.length);
    return true;
  };
  const send = (frame: ClientFrame): void => void sendRaw(frame.type, JSON.stringify(frame));

  const disconnect = (code?: number): void => {
    const old = socket;
    socket = undefined;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.close(code);
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
      const received = (type: string, bytes: number): void => setup.log(`received ${type}`, undefined, bytes);
      if (typeof data === "string") {
        const frame = readServerFrame(data);
        received(frame?.type ?? "a frame of a later version", data.length);
        put(frame ? { type: "frame", frame } : { type: "heard" });
      } else {
        received("signal", data.byteLength);
        put({ type: "heard" });
        const signal = decodeSignal(new Uint8Array(data));
        // Frames that wait may be about whom it comes from.
        if (signal) inputs.put(() => setup.onSignal(signal.peer, signal.payload));
      }
    };
  };

  const listening = new AbortController();
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
    signalTo: (number, payload) =>
      state.stage.at === "live" && sendRaw("signal", encodeSignal(number, payload)),
    get unacknowledged() {
      return state.unacknowledged.length;
    },
  };
}
