import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Code, codes, type Refusal, refusal } from "@parlour/protocol";
import { type RawData, type Server, WebSocketServer } from "ws";
import type { GatewaySetup } from "../gateway/gateway.ts";
import { refuseUpgrade } from "../gateway/upgrade.ts";
import { tellGone } from "../hub/seats-gone.ts";
import type { HubSetup } from "../hub/setup.ts";
import { Learner, LearnerSocket } from "./learner.ts";

/** What the relay needs from the server around it. */
export type WorkbenchSetup = Omit<GatewaySetup, "node"> &
  Pick<HubSetup, "iceServers" | "onSeatGone" | "logger">;

/** Who made the first offer, and who answers it. */
export type WorkbenchSeat = "offerer" | "answerer";

/** Two learners, or one who waits for the other. It is forgotten with the last of them. */
type Pair = Record<WorkbenchSeat, Learner | undefined>;

const otherSeat = { offerer: "answerer", answerer: "offerer" } as const;
/** 80 bits and more, in letters that are hard to confuse. */
const codePattern = /^[a-z2-7]{16,32}$/;
const closeTimeoutMs = 2_000;
const fragmentsMax = 64;

/** No room has such a name, so nobody in a room shares credentials with a learner. */
const roomOf = (code: string): string => `learn/${code}`;

/**
 * The relay of the workbench (`WS /learn/relay/CODE`): two seats, and texts that are passed on unread, so that a learner can carry an
 * offer from one side to the other with nothing but a bare WebSocket. The first to come is the offerer, the second the answerer.
 *
 * What it sends begins with a word that says who speaks: `other TEXT` is what the other side sent, as it was; `server JSON` is
 * the relay's own: `seat` (which one is yours, ICE servers, whether the other is here), `other-came`, `other-left`, `refused` and `closing`.
 */
export class WorkbenchRelay {
  readonly #setup: WorkbenchSetup;
  readonly #server: Server<typeof LearnerSocket>;
  readonly #pairs = new Map<string, Pair>();
  readonly #learners = new Set<Learner>();
  readonly #patience: { readonly burst: number; readonly perSecond: number };
  #stopSweep: () => void;
  #isDraining = false;

  constructor(setup: WorkbenchSetup) {
    this.#setup = setup;
    this.#patience = { burst: setup.limits.refusalsBeforeClose, perSecond: 0.1 };
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: setup.limits.workbenchTextBytes,
      maxFragments: fragmentsMax,
      closeTimeout: closeTimeoutMs,
      WebSocket: LearnerSocket,
    } as ConstructorParameters<typeof WebSocketServer<typeof LearnerSocket>>[0]);
    this.#stopSweep = setup.clock.after(setup.limits.pingEveryMs, () => this.#lookAround());
  }

  /** Pairs with somebody at them. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Turns a request into a seat, or answers why not. Browsers can't read an answer, so a taken place is said over the socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, code: string): void {
    const now = this.#setup.clock.monotonic();
    const visitor = this.#setup.visitors.at(this.#setup.addressOf(request));
    const refused = this.#whyNot(request, visitor, code, now);
    if (refused !== undefined) {
      this.#setup.counts.refused(refused.refusal.code);
      refuseUpgrade(socket, refused.status, refused.refusal, refused.headers);
      return;
    }
    const cameBy = this.#setup.cameBy(request);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const rates = { ...this.#setup.rates, patience: this.#patience };
      const id = randomBytes(12).toString("base64url");
      const learner = new Learner(webSocket, { id, code, visitor }, rates, now);
      visitor.connections++;
      visitor.learning++;
      this.#setup.counts.opened++;
      this.#learners.add(learner);
      webSocket.on("message", (data, isBinary) => this.#receive(learner, data, isBinary));
      webSocket.on("ping", (data) => this.#answer(learner, data));
      webSocket.on("pong", () => learner.heard(this.#setup.clock.monotonic()));
      webSocket.on("close", () => this.#closed(learner));
      // What breaks the WebSocket protocol is answered by the close code; `close` follows.
      webSocket.on("error", () => {
        this.#setup.counts.broken++;
      });
      this.#seat(learner, cameBy);
    });
  }

  #whyNot(
    request: IncomingMessage,
    visitor: Learner["visitor"],
    code: string,
    now: number,
  ):
    | {
        readonly status: number;
        readonly refusal: Refusal;
        readonly headers?: Readonly<Record<string, string>>;
      }
    | undefined {
    const { limits, isOriginAllowed } = this.#setup;
    const refuse = (status: number, why: Refusal, headers: Readonly<Record<string, string>> = {}) => ({
      status,
      refusal: why,
      headers,
    });
    if (this.#isDraining) return refuse(503, refusal("draining"), { "retry-after": "2" });
    if (!isOriginAllowed(request)) return refuse(403, refusal("forbidden-origin"));
    for (const rate of ["requestsPerAddress", "joinsPerAddress"] as const) {
      if (visitor.take(rate, now)) continue;
      const seconds = Math.max(1, Math.ceil(visitor.waitMs(rate, now) / 1000));
      return refuse(429, refusal("too-many"), { "retry-after": String(seconds) });
    }
    const isFull =
      visitor.connections >= limits.connectionsPerAddress ||
      visitor.learning >= limits.workbenchSeatsPerAddress;
    if (isFull) {
      const detail = "Too many connections are open from your address.";
      return refuse(429, refusal("too-many", detail), { "retry-after": "10" });
    }
    if (!this.#pairs.has(code) && this.#pairs.size >= limits.workbenches) {
      return refuse(503, refusal("too-many", "Too many people are at the workbench now."), {
        "retry-after": "60",
      });
    }
    if (request.method !== "GET" || request.headers.upgrade?.toLowerCase() !== "websocket") {
      const detail = "This address takes WebSocket connections only.";
      return refuse(426, refusal("bad-request", detail), { upgrade: "websocket" });
    }
    if (codePattern.test(code)) return undefined;
    const detail = "A workbench's code has 16 to 32 of the letters a to z and the digits 2 to 7.";
    return refuse(400, refusal("bad-request", detail, "Open /learn again for a fresh one."));
  }

  #seat(learner: Learner, cameBy: ReturnType<WorkbenchSetup["cameBy"]>): void {
    const { code, id } = learner;
    const pair = this.#pairs.get(code) ?? { offerer: undefined, answerer: undefined };
    const seat = (["offerer", "answerer"] as const).find((one) => pair[one] === undefined);
    if (seat === undefined) {
      const detail = "Two are at this workbench already.";
      this.#end(learner, refusal("room-full", detail, "Open a workbench of your own at /learn."));
      return;
    }
    pair[seat] = learner;
    learner.seat = seat;
    this.#pairs.set(code, pair);
    const other = pair[otherSeat[seat]];
    const iceServers = this.#iceServers({ ...cameBy, room: roomOf(code), seat: id });
    learner.say({ type: "seat", seat, iceServers, isOtherHere: other !== undefined });
    other?.say({ type: "other-came" });
  }

  #iceServers(
    visitor: Parameters<WorkbenchSetup["iceServers"]>[0],
  ): ReturnType<WorkbenchSetup["iceServers"]> {
    try {
      return this.#setup.iceServers(visitor);
    } catch (error) {
      this.#setup.logger.error({ err: error, doing: "ice servers" }, "something went wrong at the workbench");
      return [];
    }
  }

  #receive(learner: Learner, data: RawData, isBinary: boolean): void {
    if (learner.isOver) return;
    const now = this.#setup.clock.monotonic();
    learner.heard(now);
    const bytes = data as Buffer;
    const other = this.#otherOf(learner);
    if (!learner.mayText(now, bytes.length)) this.#refuse(learner, "too-many", now);
    else if (isBinary) this.#refuse(learner, "bad-frame", now);
    else if (other === undefined) this.#refuse(learner, "no-such-peer", now, 0);
    else if (other.isTooSlow(this.#setup.limits.outgoingBytes)) this.#end(other, refusal("too-slow"));
    else other.passOn(bytes);
  }

  #answer(learner: Learner, data: Buffer): void {
    if (learner.isOver) return;
    const now = this.#setup.clock.monotonic();
    learner.heard(now);
    if (!learner.mayText(now, data.length)) this.#refuse(learner, "too-many", now);
    else if (!learner.isTooSlow(this.#setup.limits.outgoingBytes)) learner.socket.pong(data);
  }

  #otherOf({ code, seat }: Learner): Learner | undefined {
    return seat === undefined ? undefined : this.#pairs.get(code)?.[otherSeat[seat]];
  }

  /** `cost` is what it takes of the learner's patience; the last of it ends the connection with the same code. */
  #refuse(learner: Learner, code: Code, now: number, cost = 1): void {
    this.#setup.counts.refused(code);
    const why =
      code === "no-such-peer"
        ? refusal(code, "Nobody is at the other side yet.", "Open the link there first.")
        : refusal(code);
    if (cost > 0 && !learner.isForgiven(now, cost)) this.#end(learner, why);
    else if (learner.isTooSlow(this.#setup.limits.outgoingBytes)) this.#end(learner, refusal("too-slow"));
    else learner.say({ type: "refused", ...why });
  }

  #end(learner: Learner, why: Refusal): void {
    if (learner.isOver) return;
    this.#setup.counts.closed(why.code);
    if (why.code === "too-slow") learner.socket.terminate();
    else {
      learner.say({ type: "closing", ...why });
      learner.socket.close(codes[why.code].close, why.code);
    }
    this.#leave(learner);
  }

  #closed(learner: Learner): void {
    this.#leave(learner);
    if (!this.#learners.delete(learner)) return;
    learner.visitor.connections--;
    learner.visitor.learning--;
  }

  /** Gives the seat up: the other is told, the credentials are taken back, and an empty pair is forgotten. */
  #leave(learner: Learner): void {
    const { code, id, seat } = learner;
    learner.isOver = true;
    const pair = this.#pairs.get(code);
    if (seat === undefined || pair?.[seat] !== learner) return;
    pair[seat] = undefined;
    tellGone(this.#setup, roomOf(code), [id]);
    const other = pair[otherSeat[seat]];
    if (other === undefined) this.#pairs.delete(code);
    else other.say({ type: "other-left" });
  }

  /** Asks for signs of life, and lets go of the silent and of those whose time is up. */
  #lookAround(): void {
    const now = this.#setup.clock.monotonic();
    const { pingEveryMs, silentAfterMs, workbenchMs } = this.#setup.limits;
    for (const learner of this.#learners) {
      if (learner.isOver) continue;
      if (now - learner.openedAt >= workbenchMs || now - learner.heardAt >= silentAfterMs + pingEveryMs) {
        this.#end(learner, refusal("timeout"));
      } else learner.socket.ping();
    }
    this.#stopSweep = this.#setup.clock.after(pingEveryMs, () => this.#lookAround());
  }

  /** Tells everyone that the server goes. Connections between learners go on without it. */
  drain(): void {
    this.#isDraining = true;
    for (const learner of this.#learners) this.#end(learner, refusal("draining"));
  }

  close(): void {
    this.#stopSweep();
    for (const { socket } of this.#learners) socket.terminate();
    this.#server.close();
  }
}
