/** Goes into a room of its own, as a page does: that is how a visitor learns of STUN and relay. */
import { randomBytes } from "node:crypto";
import type { SocketFacts, Target } from "@parlour/cli/checks";
import { codeOfClose, codes, type IceServer, subprotocol } from "@parlour/protocol";
import { WebSocket } from "ws";
import { codeOf, type Looking, tlsOptions } from "./trust.ts";
import { ask } from "./web.ts";

/** What came of it. The room is there until `leave`, and the relay's credentials are good as long. */
export interface Visit {
  readonly facts: SocketFacts;
  readonly iceServers: readonly IceServer[];
  leave(): void;
}

const frameBytesMax = 1024 * 1024;
const text64 = (bytes: number): string => randomBytes(bytes).toString("base64url");

/** Private, so that nobody sees it and nothing of it is kept. The card is opened by nobody. */
const hello = (room: string) => ({
  type: "hello",
  room,
  epoch: text64(12),
  id: text64(16),
  key: text64(16),
  card: text64(48),
});

/** Opens the WebSocket with the page's origin and says hello. Never throws. */
export async function visit(target: Target, looking: Looking): Promise<Visit> {
  const room = `check-${randomBytes(10).toString("hex")}`;
  const first = await enter(target, looking, room);
  if (first.facts.state !== "refused" || first.facts.code !== "no-such-room") return first;
  // A server where rooms are made over HTTP alone.
  first.leave();
  const made = await ask(target, "/api/rooms", looking, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: room, visibility: "private", capacity: 1 }),
  }).catch(() => undefined);
  return made?.status === 201 ? await enter(target, looking, room) : first;
}

function enter(target: Target, looking: Looking, room: string): Promise<Visit> {
  return new Promise((done) => {
    const started = performance.now();
    const socket = new WebSocket(`${target.url.replace(/^http/, "ws")}/v1`, subprotocol, {
      origin: new URL(target.url).origin,
      handshakeTimeout: looking.timeoutMs,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      ...(target.isSecure ? tlsOptions(looking) : {}),
    });
    const leave = () => {
      clearTimeout(late);
      if (socket.readyState === WebSocket.OPEN) {
        socket.send('{"type":"leave"}');
        socket.close(1000);
        // Who does not say goodbye as well is not waited for.
        setTimeout(() => socket.terminate(), 1_000).unref();
      } else socket.terminate();
    };
    const settle = (facts: SocketFacts, iceServers: readonly IceServer[] = []) => {
      clearTimeout(late);
      done({ facts, iceServers, leave });
    };
    const late = setTimeout(() => {
      settle({ state: "closed", code: "timeout" });
      socket.terminate();
    }, looking.timeoutMs * 2);
    socket.on("error", (error) => settle({ state: "closed", code: codeOf(error) }));
    socket.once("close", (close) => {
      const code = codeOfClose(close);
      if (code === undefined) return settle({ state: "closed", code: `close-${close}` });
      settle({ state: "refused", ms: performance.now() - started, code, detail: codes[code].detail });
    });
    socket.once("unexpected-response", (request, response) => {
      settle({ state: "closed", code: `http-${response.statusCode}`, status: response.statusCode ?? 0 });
      request.destroy();
    });
    socket.once("open", () => socket.send(JSON.stringify(hello(room))));
    socket.on("message", (data, isBinary) => {
      if (isBinary) return;
      const ms = performance.now() - started;
      const frame = frameIn(String(data));
      if (frame?.type === "refused")
        settle({ state: "refused", ms, code: short(frame.code), detail: short(frame.detail) });
      if (frame?.type === "welcome")
        settle(
          { state: "welcome", ms, aheadMs: Number(frame.at ?? Date.now()) - Date.now() },
          iceServersIn(frame.iceServers),
        );
    });
  });
}

/** A frame of some server, of this version or another: only what is needed is looked at, and nothing of it is believed to be there. */
interface Frame {
  readonly type?: unknown;
  readonly at?: unknown;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly iceServers?: unknown;
}

function frameIn(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}

const short = (value: unknown): string => String(value ?? "").slice(0, 200);

function iceServersIn(value: unknown): readonly IceServer[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 8).flatMap((each: { urls?: unknown; username?: unknown; credential?: unknown }) => {
    const urls = Array.isArray(each?.urls) ? each.urls.filter((url) => typeof url === "string") : [];
    const { username, credential } = each ?? {};
    const login =
      typeof username === "string" && typeof credential === "string" ? { username, credential } : {};
    return urls.length === 0 ? [] : [{ urls: urls.slice(0, 8), ...login }];
  });
}
