import { bits, type Received, type SwarmState, TransferProblem } from "../core/index.ts";
import type { Entry, Inner, OfferEntry } from "./exchange.ts";
import { type Head, newJournal, openJournal } from "./journal.ts";
import { laterSink } from "./later-sink.ts";
import { lookAgain } from "./look-again.ts";
import { meter } from "./meter.ts";
import { type Run, startRun } from "./run.ts";

export type TakingState =
  | "starting"
  | "taking"
  | "paused"
  | "waiting"
  | "finishing"
  | "done"
  | "failed"
  | "cancelled";

/** Something that is being received, or was, and is passed on. */
export type Taking<Content> = ReturnType<typeof startTaking<Content>>;

/**
 * ```
 *  starting ─▶ taking ⇄ waiting ─▶ finishing ─▶ done      any before done: ─▶ failed | cancelled
 *                 ⇅
 *               paused
 * ```
 */
export function startTaking<Content>(
  inner: Inner<Content>,
  offer: OfferEntry<Content>,
  /** The sink of an earlier taking of the same is let go of. */
  isFree: Promise<void> | undefined,
  events: { readonly onEnd: () => void },
) {
  const { world, ports } = inner;
  const { manifest } = offer;
  const { id, cut, files } = manifest;
  const entry: Entry<Content> = offer;
  const speed = meter();
  let run: Run<Content> | undefined;
  let end: { readonly is: "done" | "failed" | "cancelled" } | undefined;
  let isPaused = false;
  /** There is a place on the disk for it. */
  let isOpen = false;
  let settle:
    | { resolve(files: readonly Received<Content>[]): void; reject(error: unknown): void }
    | undefined;
  const done = new Promise<readonly Received<Content>[]>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever does not ask is not told by the runtime.
  done.catch(() => {});
  let close: (() => void) | undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
    inner.onChange();
  };

  const finish = (is: "failed" | "cancelled", problem: TransferProblem): void => {
    if (end) return;
    end = { is };
    const at = run;
    at?.tellAll({ type: "leave", code: problem.code });
    taking.bytes = at?.bytes ?? taking.bytes;
    inner.release(entry);
    const isDiscarded = is === "cancelled" || !isOpen;
    if (at)
      void at.close(isDiscarded).finally(() => {
        taking.bytes = isDiscarded ? 0 : at.bytes;
        close?.();
      });
    settle?.reject(problem);
    events.onEnd();
    changed();
  };

  const failed = (error: unknown): void =>
    finish(
      "failed",
      error instanceof TransferProblem
        ? error
        : new TransferProblem("no-storage", undefined, { cause: error }),
    );

  /** What was begun before; undefined: that is no longer there. */
  const openKept = async (place: string) => {
    const { journals, storage } = world.edge;
    try {
      const sink = await storage.open({ id, size: cut.size, files, isResumed: true });
      const kept = await openJournal(journals, place, cut.count);
      return { sink, journal: kept.journal, ...(await lookAgain(world, manifest, sink, kept)) };
    } catch (error) {
      if (!(error instanceof TransferProblem) || error.code !== "no-storage") throw error;
      await journals.remove(`${place}/`);
      return undefined;
    }
  };
  /** What is asked for comes while the disk is still opened: only writing waits for that. */
  const openFresh = (place: string, head: Omit<Head, "at">) => {
    const { journals, storage } = world.edge;
    const journal = newJournal(journals, place, cut.count);
    const opening = storage.open({ id, size: cut.size, files, isResumed: false }).then(async (sink) => {
      isOpen = true;
      await journal.head({ ...head, at: world.now() });
      return sink;
    });
    opening.catch(failed);
    return { sink: laterSink(opening), journal, have: bits(cut.count), flushed: bits(cut.count) };
  };
  const begin = async (): Promise<void> => {
    await isFree;
    const place = inner.takenPlace(id);
    const { text, signature, giver, to, thumbnail } = offer.message;
    const head = { text, signature, giver, to, thumbnail, isWhole: false };
    const kept = offer.kept > 0 || offer.isResumed ? await openKept(place) : undefined;
    isOpen = kept !== undefined;
    if (end) {
      await (end.is === "cancelled" ? kept?.sink.discard() : kept?.sink.close());
      close?.();
      return;
    }
    const { sink, journal, have, flushed } = kept ?? openFresh(place, head);
    run = startRun({
      world,
      manifest,
      key: offer.key,
      bytes: { is: "taken", sink },
      have,
      flushed,
      journal,
      portOf: (peer) => ports.get(peer),
      onChange: changed,
      onWhole(received) {
        const whole = journal.head({ ...head, isWhole: true, at: world.now() }).catch(() => {});
        // Said once it is noted: whoever reloads then finds it whole.
        void whole.then(() => {
          if (end) return;
          end = { is: "done" };
          run?.tellAll({ type: "state", state: "done" });
          settle?.resolve(received);
          events.onEnd();
          changed();
        });
      },
      onFailed: (problem) => finish("failed", problem),
    });
    entry.run = run;
    inner.claim(entry);
    if (isPaused) run.put({ type: "pause" });
    run.begin();
    for (const peer of ports.keys())
      if (offer.message.to === undefined || offer.message.to.includes(peer) || offer.message.giver === peer)
        run.greet(peer, true);
    inner.passOn(entry);
    changed();
  };

  const state = (): TakingState => {
    if (end) return end.is;
    if (!run) return isPaused ? "paused" : "starting";
    const { is }: SwarmState = run.swarm.state;
    if (is === "whole" || is === "finishing") return "finishing";
    if (is === "paused") return "paused";
    return run.swarm.isWaiting ? "waiting" : "taking";
  };

  const taking = {
    offer,
    done,
    /** Nothing of it is open any more. */
    closed,
    /** Bytes that are here. */
    bytes: offer.kept,
    get state(): TakingState {
      return state();
    },
    get progress() {
      const bytes = run?.bytes ?? taking.bytes;
      speed.note(bytes, world.now());
      const isMoving = state() === "taking";
      const { bytesPerSecond } = speed;
      let peers = 0;
      for (const one of run?.swarm.members.values() ?? []) if (one.asked.size > 0) peers++;
      return {
        bytes,
        total: cut.size,
        bytesPerSecond: isMoving ? bytesPerSecond : 0,
        secondsLeft: isMoving && bytesPerSecond > 0 ? (cut.size - bytes) / bytesPerSecond : undefined,
        peers,
      };
    },
    /** Bytes of that file that are here. */
    received(index: number): number {
      const file = files[index];
      if (!file || file.size === 0) return 0;
      if (end?.is === "done") return file.size;
      const have = run?.swarm.have;
      if (!have) return 0;
      let sum = 0;
      const last = file.offset + file.size;
      for (let piece = Math.floor(file.offset / cut.pieceBytes); piece * cut.pieceBytes < last; piece++)
        if (have.has(piece))
          sum += Math.min(last, (piece + 1) * cut.pieceBytes) - Math.max(file.offset, piece * cut.pieceBytes);
      return sum;
    },
    async read(index: number, offset: number, length: number, isWanted: () => boolean, isPatient = false) {
      const file = files[index];
      if (!file || offset < 0 || length < 0 || offset + length > file.size)
        throw new TransferProblem("unreadable");
      while (!run) {
        if (end || !isWanted()) throw new TransferProblem("aborted");
        await new Promise<void>((resolve) => {
          const listener = (): void => {
            listeners.delete(listener);
            resolve();
          };
          listeners.add(listener);
        });
      }
      return run.read(file.offset + offset, length, isWanted, isPatient);
    },
    /** Those who wait in `read` look again. */
    wake(): void {
      run?.wake();
      for (const listener of [...listeners]) listener();
    },
    pause(): void {
      if (end || isPaused) return;
      isPaused = true;
      run?.put({ type: "pause" });
      run?.tellAll({ type: "state", state: "paused" });
      changed();
    },
    resume(): void {
      if (end || !isPaused) return;
      isPaused = false;
      run?.put({ type: "resume" });
      run?.tellAll({ type: "state", state: "taking" });
      changed();
    },
    cancel(): void {
      finish("cancelled", new TransferProblem("aborted"));
    },
    /** No longer passes it on. */
    stopSharing(): void {
      if (end?.is !== "done" || !run) return;
      run.tellAll({ type: "leave", code: "aborted" });
      inner.release(entry);
      void run.close(false).finally(close);
      run = undefined;
      changed();
    },
    /** The room is left: what is here is kept. */
    close(): void {
      if (end?.is === "done") {
        void run?.close(false).finally(close);
        return;
      }
      finish("failed", new TransferProblem("aborted"));
    },
    on(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  begin().catch((error: unknown) => {
    close?.();
    failed(error);
  });
  return taking;
}
