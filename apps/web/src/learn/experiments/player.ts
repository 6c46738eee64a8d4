/** Runs an experiment on the bench, move by move. */
import { effect, type Signal, signal } from "@preact/signals";
import type { Bench } from "../bench.ts";
import { numbersSent } from "../numbers.ts";
import type { Peer, Side } from "../peer.ts";
import type { Settings } from "../settings.ts";
import { type Experiment, type ExperimentId, experimentOf } from "./experiments.ts";
import type { Condition, Move } from "./moves.ts";
import type { Together } from "./together.ts";

/** What takes longer than this does not come; a second offer never waits so long. */
const waitMs = 20_000;
/** On another page somebody may have to allow a camera first. */
const otherMs = 60_000;

export type Playing =
  | { readonly state: "none" }
  | { readonly state: "set" | "running" | "done"; readonly id: ExperimentId }
  /** Across two pages: this one waits for the other to play along, or is asked to. */
  | { readonly state: "asking" | "asked"; readonly id: ExperimentId; readonly isRun: boolean }
  /** The other page does not want to, or is gone. */
  | { readonly state: "declined" | "lost"; readonly id: ExperimentId };

export class Player {
  readonly playing: Signal<Playing> = signal({ state: "none" });
  readonly #bench: Bench;
  /** The last move that the other page made. */
  readonly #otherDid: Signal<number> = signal(-1);
  #stop = new AbortController();

  constructor(bench: Bench) {
    this.#bench = bench;
    bench.onTogether = (word) => this.#told(word);
  }

  /** Clears the bench and sets what the experiment needs: the steps are the learner's. Across two pages when the other one agrees. */
  set(experiment: Experiment): void {
    if (this.#isTogether) this.#invite(experiment, false);
    else this.#set(experiment);
  }

  /** The same, and then runs all of it. Never rejects: a step that fails is part of it. */
  async run(experiment: Experiment): Promise<void> {
    if (this.#isTogether) this.#invite(experiment, true);
    else await this.#run(experiment);
  }

  /** Yes to the other page's invitation, or no. */
  answer(isJoining: boolean): void {
    const { value } = this.playing;
    if (value.state !== "asked") return;
    this.#bench.tell({ kind: isJoining ? "join" : "decline", id: value.id });
    if (isJoining) this.#begin(value);
    else this.playing.value = { state: "none" };
  }

  /** Back to the plain handshake. */
  leave(): void {
    this.stop();
    this.#bench.restart({ policy: "all", channel: { ordered: true } });
    this.playing.value = { state: "none" };
  }

  stop(): void {
    const { state } = this.playing.peek();
    if (this.#isTogether && (state === "running" || state === "asking")) this.#bench.tell({ kind: "leave" });
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  get #isTogether(): boolean {
    return this.#bench.seating.peek() === "one";
  }

  #invite({ id }: Experiment, isRun: boolean): void {
    this.stop();
    this.playing.value = { state: "asking", id, isRun };
    this.#bench.tell({ kind: "invite", id, isRun });
  }

  #told(word: Together): void {
    const now = this.playing.peek();
    switch (word.kind) {
      case "invite":
        // When both ask at once, the offerer's question counts.
        if (now.state === "asking" && this.#isHere("offerer")) return;
        if (now.state === "running") {
          this.#bench.tell({ kind: "decline", id: word.id });
          return;
        }
        this.playing.value = { state: "asked", id: word.id, isRun: word.isRun };
        return;
      case "join":
        if (now.state === "asking" && now.id === word.id) this.#begin(now);
        return;
      case "decline":
        if (now.state === "asking" && now.id === word.id)
          this.playing.value = { state: "declined", id: word.id };
        return;
      case "did":
        this.#otherDid.value = Math.max(this.#otherDid.peek(), word.move);
        return;
      case "leave":
        if (now.state === "asked") this.playing.value = { state: "none" };
        if (now.state === "running") this.#lose(now.id);
    }
  }

  #begin({ id, isRun }: { readonly id: ExperimentId; readonly isRun: boolean }): void {
    this.#otherDid.value = -1;
    // Nothing is given up: this is where it goes on.
    this.playing.value = { state: "none" };
    const experiment = experimentOf(id);
    if (isRun) void this.#run(experiment);
    else this.#set(experiment);
  }

  #set(experiment: Experiment): void {
    this.stop();
    this.#bench.restart(this.#settings(experiment));
    this.playing.value = { state: "set", id: experiment.id };
  }

  async #run(experiment: Experiment): Promise<void> {
    this.#set(experiment);
    const { signal } = this.#stop;
    const { id, moves } = experiment;
    this.playing.value = { state: "running", id };
    for (const [index, move] of moves.entries()) {
      if (this.#isMine(move)) await this.#make(move, signal);
      if (signal.aborted) return;
      if (!this.#isTogether) continue;
      const next = moves[index + 1];
      // One word for all moves in a row.
      if (this.#isMine(move) && (next === undefined || this.#isTheirs(next)))
        this.#bench.tell({ kind: "did", move: index });
      if (this.#isTheirs(move) && !(await this.#otherMakes(index, signal))) {
        if (!signal.aborted) this.#lose(id);
        return;
      }
    }
    this.playing.value = { state: "done", id };
  }

  #lose(id: ExperimentId): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.playing.value = { state: "lost", id };
  }

  /** The third side sits at the offerer's page. */
  #isHere(side: Side): boolean {
    return !this.#isTogether || this.#bench.sides.peek().includes(side === "third" ? "offerer" : side);
  }
  #isMine(move: Move): boolean {
    if (move.kind === "meet") return true;
    return move.kind === "both" || this.#isHere(move.kind === "third" ? "third" : move.side);
  }
  #isTheirs(move: Move): boolean {
    return this.#isTogether && (move.kind === "both" || move.kind === "meet" || !this.#isMine(move));
  }

  /** False when the other page is gone, or takes too long. */
  #otherMakes(move: number, signal: AbortSignal): Promise<boolean> {
    const { isOtherHere } = this.#bench;
    return this.#when(otherMs, signal, () => {
      if (this.#otherDid.value >= move) return true;
      return isOtherHere.value ? undefined : false;
    });
  }

  #settings({ id, servers, policy, channel }: Experiment): Partial<Settings> {
    const { isBad } = this.#bench.settings.peek();
    // A network that is bad on purpose is bad at the relay alone.
    const forced = id === "channels" && isBad ? "relay" : policy;
    return { policy: forced, channel, withServers: servers === "own" };
  }

  async #make(move: Move, signal: AbortSignal): Promise<void> {
    const bench = this.#bench;
    if (move.kind === "step") await bench.run(move.side, move.step);
    else if (move.kind === "both") {
      const both: readonly Side[] = ["offerer", "answerer"];
      const sides = both.filter((side) => this.#isHere(side));
      await Promise.all(sides.map((side) => bench.run(side, move.step)));
    } else if (move.kind === "meet") bench.letOffersMeet();
    else if (move.kind === "third") await bench.openThird().catch(() => undefined);
    else if (!(await this.#comes(move.side, move.condition, signal)) && !signal.aborted) {
      bench.log.add(move.side, { kind: "late", condition: move.condition });
    }
  }

  /** False when it did not come in time. */
  #comes(side: Side, condition: Condition, signal: AbortSignal): Promise<boolean> {
    const bench = this.#bench;
    return this.#when(waitMs, signal, () => {
      void bench.version.value;
      return holds(bench, side, condition) ? true : undefined;
    });
  }

  /** Waits until it is decided; false when that takes too long. */
  #when(ms: number, signal: AbortSignal, decide: () => boolean | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      let dispose: (() => void) | undefined;
      const finish = (came: boolean): void => {
        clearTimeout(timer);
        // The first look is made while `effect` is still about to return.
        queueMicrotask(() => dispose?.());
        resolve(came);
      };
      const timer = setTimeout(() => finish(false), ms);
      signal.addEventListener("abort", () => finish(false), { once: true });
      dispose = effect(() => {
        const decided = decide();
        if (decided !== undefined) finish(decided);
      });
    });
  }
}

/** Whether that is so now. */
export function holds(bench: Bench, side: Side, condition: Condition): boolean {
  const { connection, channel, received, waiting } = bench.peer(side) as Partial<Peer>;
  const { isUnread, isNegotiationNeeded, video, arrivals } = bench.shown(side).value;
  switch (condition) {
    case "offer":
    case "answer":
      return isUnread && received?.type === condition;
    case "candidate":
      return (waiting?.length ?? 0) > 0;
    case "gathered":
      return connection?.iceGatheringState === "complete";
    case "channel open":
      return channel?.readyState === "open";
    case "channel closed":
      return channel?.readyState === "closed";
    case "connected":
      return connection?.connectionState === "connected";
    case "not connected":
      return connection !== undefined && !["connected", "connecting"].includes(connection.connectionState);
    case "negotiation needed":
      return isNegotiationNeeded;
    case "agreed": {
      const all = connection?.getTransceivers() ?? [];
      return (
        connection?.signalingState === "stable" &&
        all.length > 1 &&
        all.every(({ currentDirection }) => currentDirection !== null)
      );
    }
    case "video":
      return video !== undefined;
    case "numbers":
      return (arrivals["chat"]?.count ?? 0) >= numbersSent;
  }
}
