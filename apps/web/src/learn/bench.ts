/** The workbench: up to three sides, the steps done on each, and what came of them. */
import { type Signal, signal } from "@preact/signals";
import { newCode, openCarrier, readMessage, type SeatName, type ServerWord } from "./carrier.ts";
import { mistakeOf } from "./errors.ts";
import { readTogether, type Together, togetherText } from "./experiments/together.ts";
import { type Carried, type Happening, Log } from "./log.ts";
import { arrived, noArrivals, numberIn } from "./numbers.ts";
import { ownOffer } from "./own-offer.ts";
import { pairInUse } from "./pair.ts";
import { type Message, Peer, type PeerEars, type Side } from "./peer.ts";
import { configurationOf, defaultSettings, isLab, type Settings } from "./settings.ts";
import { type ChatLine, nothingShown, type Shown } from "./shown.ts";
import { standingOf } from "./standing.ts";
import { type StepId, stepOf } from "./steps/plan.ts";
import { receive } from "./steps/steps.ts";
import { watch } from "./watch.ts";

/** Who is at this page. */
export type Seating =
  /** Both sides. */
  | "both"
  /** One side; the other is opened by a link on another page. */
  | "one";

const waitingMax = 200;
const chatMax = 200;
const takesDescription: readonly StepId[] = [
  "set-remote-offer",
  "set-remote-answer",
  "answer-again",
  "take-answer",
];

export class Bench {
  readonly code: string;
  readonly log: Log;
  readonly seating: Signal<Seating>;
  readonly settings: Signal<Settings> = signal(defaultSettings);
  readonly chat: Signal<readonly ChatLine[]> = signal([]);
  /** What went over the server, and how many chat messages did not. */
  readonly carried: Signal<{ readonly texts: number; readonly bytes: number; readonly direct: number }> =
    signal({
      texts: 0,
      bytes: 0,
      direct: 0,
    });
  /** Sides that are at this page, in order. */
  readonly sides: Signal<readonly Side[]> = signal([]);
  readonly isOtherHere: Signal<boolean> = signal(false);
  readonly refusal: Signal<string | undefined> = signal(undefined);
  /** Counts up when anything that a peer holds has changed. */
  readonly version: Signal<number> = signal(0);
  /** What the other page says of an experiment. */
  onTogether: (word: Together) => void = () => undefined;
  readonly #shown = new Map<Side, Signal<Shown>>();
  readonly #peers = new Map<Side, Peer>();
  readonly #looks = new WeakMap<Peer, ReturnType<typeof setTimeout>>();
  /** What a side waits for before it hears more. */
  readonly #meeting = new WeakMap<Peer, Promise<void>>();
  readonly #ears: PeerEars;
  #hasServers = false;
  #isOver = false;

  constructor(options: { readonly code: string | undefined; readonly now?: () => number }) {
    this.code = options.code ?? newCode();
    this.seating = signal(options.code === undefined ? "both" : "one");
    this.log = new Log(options.now ?? (() => performance.now()));
    this.#ears = {
      shown: (peer, text, label) => this.#heard(peer, text, label),
      noted: (peer, note) => this.#log(peer, { kind: "note", note }),
    };
  }

  /** Takes the seats at the server. */
  open(): void {
    this.#takeSeat();
  }

  close(): void {
    this.#isOver = true;
    for (const peer of this.#peers.values()) {
      peer.end();
      peer.hangUp();
    }
  }

  peer(side: Side): Peer {
    let peer = this.#peers.get(side);
    if (peer === undefined) {
      peer = new Peer(side, this.#ears);
      this.#peers.set(side, peer);
    }
    return peer;
  }

  shown(side: Side): Signal<Shown> {
    let shown = this.#shown.get(side);
    if (shown === undefined) {
      shown = signal(nothingShown);
      this.#shown.set(side, shown);
    }
    return shown;
  }

  /** New sides on the same sockets; the third side goes. */
  restart(settings: Partial<Settings> = {}): void {
    this.settings.value = { ...this.settings.value, ...settings };
    const before = [...this.#peers];
    this.#peers.clear();
    for (const [side, old] of before) {
      const { socket, secondSocket } = old as Partial<Peer>;
      old.end();
      secondSocket?.close();
      if (side === "third") socket?.close();
      else if (socket !== undefined) this.peer(side).socket = socket;
      const { isSocketOpen } = this.shown(side).peek();
      this.shown(side).value = { ...nothingShown, isSocketOpen };
    }
    this.sides.value = this.sides.value.filter((side) => side !== "third");
    this.chat.value = [];
    this.carried.value = { texts: 0, bytes: 0, direct: 0 };
    this.log.clear();
    this.#changed();
  }

  /** Leaves the answerer's seat to whoever opens the link. */
  share(): void {
    if (this.seating.value === "one") return;
    this.seating.value = "one";
    this.restart();
    const answerer = this.#peers.get("answerer");
    this.sides.value = ["offerer"];
    this.isOtherHere.value = false;
    answerer?.end();
    answerer?.hangUp();
    this.#peers.delete("answerer");
  }

  /** Runs a step's code; true when it did what it should. */
  async run(side: Side, id: StepId): Promise<boolean> {
    const peer = this.peer(side);
    const step = stepOf(id);
    const isTaking = takesDescription.includes(id) && this.shown(side).peek().isUnread;
    if (isTaking) this.#show(side, { isUnread: false });
    if (id === "add-camera") this.#show(side, { isNegotiationNeeded: false });
    try {
      if (id.startsWith("create-connection")) peer.configuration = configurationOf(this.settings.value);
      peer.channelOptions = { ...this.settings.value.channel };
      await step.run(peer);
      this.#log(peer, { kind: "step", step: id });
      const { done } = this.shown(side).peek();
      this.#show(side, { done: new Set([...done, id]), problem: undefined });
      return true;
    } catch (error) {
      const { name, message } = error as Error;
      const mistake = mistakeOf(id, name, standingOf(peer));
      this.#log(peer, { kind: "error", step: id, name, message, mistake });
      const problem = { step: id, mistake, text: `${name}: ${message}` };
      this.#show(side, { problem, ...(isTaking ? { isUnread: true } : {}) });
      return false;
    } finally {
      this.#watch(peer);
      this.#changed();
    }
  }

  /** Says something over the data channel. False when it is not open. */
  say(side: Side, text: string): boolean {
    const channel = this.peer(side).channel as RTCDataChannel | undefined;
    if (channel?.readyState !== "open") return false;
    channel.send(text);
    this.#addLine(side, true, text);
    this.carried.value = { ...this.carried.value, direct: this.carried.value.direct + 1 };
    return true;
  }

  /** Says something of an experiment to the other page; it is no part of the handshake, and not counted with it. */
  tell(word: Together): void {
    const [side = "offerer"] = this.sides.peek();
    const { socket } = this.peer(side) as Partial<Peer>;
    if (socket?.readyState === WebSocket.OPEN) WebSocket.prototype.send.call(socket, togetherText(word));
  }

  /** A second pair at the server: the offerer takes its first seat, a third side its second. */
  async openThird(): Promise<void> {
    const code = newCode();
    const offerer = this.peer("offerer");
    const third = this.peer("third");
    this.sides.value = [...this.sides.value.filter((side) => side !== "third"), "third"];
    offerer.secondSocket = await this.#carrier(offerer, code);
    third.socket = await this.#carrier(third, code);
    this.#show("third", { isSocketOpen: true });
  }

  /** Takes a seat again after the server was away. */
  reconnect(): void {
    this.refusal.value = undefined;
    this.#takeSeat();
  }

  #takeSeat(): void {
    const socket = openCarrier(this.code, {
      onWord: (word) => {
        if (word.type === "seat") this.#seated(word, socket);
        else this.#serverSaid(word);
      },
      onText: (text) => this.#came(socket, text),
      onClose: () => this.#socketClosed(socket),
    });
    this.#countSent(socket);
  }

  #seated({ seat, iceServers, isOtherHere }: Extract<ServerWord, { type: "seat" }>, socket: WebSocket): void {
    if (this.#isOver) {
      socket.close();
      return;
    }
    if (!this.#hasServers) {
      this.#hasServers = true;
      const isBad = isLab(iceServers);
      this.settings.value = {
        ...this.settings.value,
        iceServers: JSON.stringify(iceServers, null, 2),
        isBad,
      };
    }
    this.#sit(seat, socket);
    this.isOtherHere.value = isOtherHere;
    const needed: readonly Side[] = ["offerer", "answerer"];
    const isMissing = needed.some((side) => !this.shown(side).peek().isSocketOpen);
    if (this.seating.value === "both" && isMissing) this.#takeSeat();
    this.#changed();
  }

  #sit(seat: SeatName, socket: WebSocket): void {
    const peer = this.peer(seat);
    peer.socket = socket;
    const order: readonly Side[] = ["offerer", "answerer", "third"];
    this.sides.value = order.filter((side) => side === seat || this.sides.value.includes(side));
    this.#show(seat, { isSocketOpen: true });
    this.#log(peer, { kind: "event", name: `WebSocket: ${seat}` });
  }

  #serverSaid(word: Exclude<ServerWord, { type: "seat" }>): void {
    if (word.type === "other-came") this.isOtherHere.value = true;
    else if (word.type === "other-left") this.isOtherHere.value = false;
    else {
      const [side = "offerer"] = this.sides.value;
      this.#log(this.peer(side), { kind: "server", text: `${word.code}: ${word.detail}` });
      if (word.type === "closing") this.refusal.value = word.code;
    }
  }

  #socketClosed(socket: WebSocket): void {
    if (this.#isOver) return;
    const mine = [...this.#peers.values()].find((peer) => peer.socket === socket);
    if (mine === undefined) {
      if (this.sides.value.length === 0) this.refusal.value ??= "unreachable";
      return;
    }
    this.#show(mine.side, { isSocketOpen: false });
    this.#log(mine, { kind: "event", name: "WebSocket: closed" });
    if (mine.side !== "third") this.refusal.value ??= "other";
  }

  /** A seat for a side that the page already knows. */
  #carrier(peer: Peer, code: string): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = openCarrier(code, {
        onWord: ({ type }) => type === "seat" && resolve(socket),
        onText: (text) => void this.#take(peer, text),
        onClose: () => reject(new Error("The server closed the socket.")),
      });
      this.#countSent(socket);
    });
  }

  #came(socket: WebSocket, text: string): void {
    const together = readTogether(text);
    if (together !== undefined) {
      this.onTogether(together);
      return;
    }
    const peer = [...this.#peers.values()].find((one) => one.socket === socket);
    if (peer !== undefined) void this.#take(peer, text);
  }

  async #take(peer: Peer, text: string): Promise<void> {
    const message = readMessage(text);
    this.#log(peer, { kind: "came", what: carriedIn(message) });
    if (message === undefined) return;
    const before = peer.waiting.length;
    // Held candidates are few, whatever the other side sends.
    if (before >= waitingMax && message.candidate !== undefined) return;
    await this.#meeting.get(peer);
    const isByHand = peer.onmessage === undefined;
    if (message.description !== undefined && isByHand) this.#show(peer.side, { isUnread: true });
    try {
      await (peer.onmessage?.(message) ?? receive(peer, message));
    } catch (error) {
      const { name, message: words } = error as Error;
      this.#log(peer, { kind: "failure", name, message: words });
    }
    if (peer.waiting.length > before) this.#log(peer, { kind: "held", count: peer.waiting.length });
    this.#watch(peer);
    this.#changed();
  }

  /**
   * From now on what comes for the sides here waits until the side has made an offer of its own, so that offers meet: on a busy
   * machine one side would often be done before the other begins. Not for ever: another code may never make one.
   */
  letOffersMeet(): void {
    for (const side of this.sides.peek()) {
      const peer = this.peer(side);
      this.#meeting.set(peer, ownOffer(peer.connection));
    }
  }

  /** Counts and logs what the steps' code sends, without standing in its way. */
  #countSent(socket: WebSocket): void {
    const send = socket.send.bind(socket);
    socket.send = (text: string) => {
      send(text);
      const { texts, bytes, direct } = this.carried.value;
      this.carried.value = { texts: texts + 1, bytes: bytes + text.length, direct };
      const peer = [...this.#peers.values()].find(
        (one) => one.socket === socket || one.secondSocket === socket,
      );
      if (peer !== undefined) this.#log(peer, { kind: "sent", what: carriedIn(readMessage(text)) });
    };
  }

  #heard(peer: Peer, text: string, label: string): void {
    const number = numberIn(text);
    if (number === undefined) {
      this.#addLine(peer.side, false, text);
      return;
    }
    const { arrivals } = this.shown(peer.side).peek();
    const next = arrived(arrivals[label] ?? noArrivals, number, performance.now());
    this.#show(peer.side, { arrivals: { ...arrivals, [label]: next } });
  }

  #addLine(side: Side, isOwn: boolean, text: string): void {
    const last = this.chat.value.at(-1)?.number ?? 0;
    const line = { number: last + 1, side, isOwn, text: text.slice(0, 4_000) };
    this.chat.value = [...this.chat.value, line].slice(-chatMax);
  }

  #watch(peer: Peer): void {
    watch(peer, {
      // What is left of a side that was begun anew says nothing more.
      log: (one, what) => {
        if (this.#peers.get(one.side) === one) this.#log(one, what);
      },
      changed: () => {
        this.#changed();
        void this.#look(peer);
      },
      video: ({ side }, video) => this.#show(side, { video }),
      needed: ({ side }) => this.#show(side, { isNegotiationNeeded: true }),
    });
  }

  /**
   * Which pair is in use, asked anew whenever a state changes and every second: Chromium's answer may be one from before the change, and Firefox does
   * not say that the pair is another.
   */
  async #look(peer: Peer): Promise<void> {
    const { connection, side } = peer;
    const looks = () => void this.#look(peer);
    clearTimeout(this.#looks.get(peer));
    const stats = await connection.getStats();
    if (this.#peers.get(side) !== peer || peer.connection !== connection) return;
    const pair = pairInUse(stats as unknown as ReadonlyMap<string, Record<string, unknown>>);
    if (JSON.stringify(pair) !== JSON.stringify(this.shown(side).peek().pair)) this.#show(side, { pair });
    clearTimeout(this.#looks.get(peer));
    if (connection.connectionState !== "closed") this.#looks.set(peer, setTimeout(looks, 1_000));
  }

  #show(side: Side, change: Partial<Shown>): void {
    const shown = this.shown(side);
    shown.value = { ...shown.peek(), ...change };
    this.#changed();
  }

  #log({ side }: Peer, what: Happening): void {
    this.log.add(side, what);
  }

  #changed(): void {
    this.version.value += 1;
  }
}

function carriedIn(message: Message | undefined): Carried {
  if (message?.description !== undefined) return message.description.type === "offer" ? "offer" : "answer";
  return message?.candidate === undefined ? "nothing" : "candidate";
}
