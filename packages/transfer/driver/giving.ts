import {
  base64url,
  bits,
  fromBase64url,
  fullBits,
  type Manifest,
  type OfferMessage,
  offerBytes,
  readManifest,
  type Signer,
  type Source,
  type SwarmMessage,
  TransferProblem,
  writeManifest,
} from "../core/index.ts";
import type { Entry, Inner } from "./exchange.ts";
import { newJournal, openJournal, readHeads, rememberedMost } from "./journal.ts";
import { meter } from "./meter.ts";
import { bytesOf, type Run, startRun } from "./run.ts";

export type TakerState = "offered" | "taking" | "paused" | "done" | "declined" | "failed";

export interface GivingOptions {
  /** For the transfer, unless the same files were offered before. Missing: one is made. */
  readonly id?: string;
  /** Seats; missing: everyone. */
  readonly to?: readonly string[];
  readonly thumbnail?: string;
}

/** Something that is on offer from here. */
export interface Giving {
  /** Undefined while folders are listed. */
  readonly manifest: Manifest | undefined;
  readonly thumbnail: string | undefined;
  readonly state: "preparing" | "offered" | "paused" | "ended";
  readonly takers: ReadonlyMap<string, { readonly state: TakerState; readonly bytes: number }>;
  readonly isSpread: boolean;
  readonly progress: {
    readonly bytes: number;
    readonly total: number;
    readonly bytesPerSecond: number;
    readonly secondsLeft: number | undefined;
    readonly peers: number;
  };
  readonly done: Promise<void>;
  pause(): void;
  resume(): void;
  cancel(): void;
  /** The room is left. Resolves when nothing of it is open any more. */
  close(): Promise<void>;
  on(listener: () => void): () => void;
  /** A page came, said something, left the transfer, or is gone. */
  met(peer: string): void;
  heard(peer: string, message: SwarmMessage): void;
  left(peer: string, message: SwarmMessage & { type: "leave" }): void;
  gone(peer: string): void;
}

export function startGiving<Content>(
  inner: Inner<Content>,
  sources: Promise<readonly Source[]>,
  { id: fresh, to, thumbnail }: GivingOptions,
  onEnd: () => void,
): Giving {
  const { world, ports } = inner;
  const states = new Map<string, TakerState>();
  const speed = meter();
  const listeners = new Set<() => void>();
  let entry: Entry<Content> | undefined;
  let run: Run<Content> | undefined;
  let isPaused = false;
  let isEnded = false;
  let settle: { resolve(): void; reject(error: unknown): void } | undefined;
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  done.catch(() => {});
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
    inner.onChange();
  };
  const isFor = (peer: string): boolean => to === undefined || to.includes(peer);

  /** Tells everyone to whom it was offered that it no longer is. */
  const finish = (problem?: TransferProblem): void => {
    if (isEnded) return;
    isEnded = true;
    const id = entry?.manifest.id;
    if (id)
      for (const peer of ports.keys())
        if (isFor(peer))
          ports.get(peer)?.carrier.control({ type: "leave", id, code: problem?.code ?? "withdrawn" });
    if (entry) inner.release(entry);
    void run?.close(false);
    if (problem) settle?.reject(problem);
    else settle?.resolve();
    onEnd();
    changed();
  };

  const offerTo = (peer: string): void => {
    if (!entry || isEnded || !isFor(peer)) return;
    states.set(peer, "offered");
    ports.get(peer)?.carrier.control(entry.message);
  };

  /** With `to`: ends when each of them has it, does not want it, or can't. */
  const settleIfAll = (): void => {
    if (to === undefined || isEnded) return;
    const all = to.map((peer) => states.get(peer));
    if (all.every((state) => state === "done")) {
      settle?.resolve();
      return;
    }
    if (all.length > 0 && all.every((state) => state === "declined")) finish(new TransferProblem("declined"));
    else if (all.every((state) => state === "done" || state === "declined")) settle?.resolve();
  };

  /** The same files offered before in this room, and what brings their signer back. */
  const remembered = async (files: readonly Source[], seatKey: string | undefined) => {
    const place = inner.givenPlace("").slice(0, -1);
    const heads = await readHeads(world.edge.journals, place).catch(() => new Map());
    for (const [id] of [...heads].slice(rememberedMost))
      await world.edge.journals.remove(`${inner.givenPlace(id)}/`).catch(() => {});
    for (const [id, head] of heads) {
      const manifest = readManifest(head.text);
      if (!manifest || (seatKey !== undefined && manifest.key !== seatKey)) continue;
      if (writeManifest(id, manifest.key, files) === head.text) return { id, head, manifest };
    }
    return undefined;
  };

  const begin = async (): Promise<void> => {
    const files = await sources;
    if (isEnded) return;
    const seat = world.signer?.();
    const before = await remembered(files, seat && base64url(seat.key));
    let signer: Signer | undefined = seat;
    let kept: string | undefined;
    if (!signer) {
      const made = await world.edge.signer(
        before?.head.signer === undefined ? undefined : fromBase64url(before.head.signer),
      );
      signer = made.signer;
      kept = base64url(made.kept);
    }
    const isSame = before !== undefined && before.manifest.key === base64url(signer.key);
    const id = isSame ? before.id : (fresh ?? world.makeId());
    let text: string;
    try {
      text = isSame ? before.head.text : writeManifest(id, base64url(signer.key), files);
    } catch (cause) {
      throw new TransferProblem("too-many", undefined, { cause });
    }
    const manifest = readManifest(text);
    if (!manifest) throw new TransferProblem("bad-offer");
    const signature = base64url(await signer.sign(offerBytes(world.room, text)));
    const message: OfferMessage = {
      type: "offer",
      text,
      signature,
      giver: world.self(),
      ...(to && { to }),
      ...(thumbnail && { thumbnail }),
    };
    const { cut } = manifest;
    const place = inner.givenPlace(id);
    const { journals } = world.edge;
    const journal = isSame
      ? (await openJournal(journals, place, cut.count)).journal
      : newJournal(journals, place, cut.count);
    if (isEnded) return;
    entry = { manifest, key: signer.key, message, offeredBy: new Set(), run: undefined };
    run = startRun({
      world,
      manifest,
      key: signer.key,
      bytes: { is: "given", sources: files, signer },
      have: fullBits(cut.count),
      flushed: bits(cut.count),
      journal,
      portOf: (peer) => ports.get(peer),
      onChange: changed,
      onWhole: () => {},
      onFailed: finish,
    });
    entry.run = run;
    inner.claim(entry);
    run.begin();
    for (const peer of ports.keys()) offerTo(peer);
    // After the offer went out: nobody waits for it.
    journal
      .head({
        text,
        signature,
        giver: world.self(),
        to,
        thumbnail,
        isWhole: true,
        at: world.now(),
        signer: kept,
      })
      .catch(() => {});
    changed();
  };

  const takers = (): Map<string, { state: TakerState; bytes: number }> => {
    const all = new Map<string, { state: TakerState; bytes: number }>();
    for (const [peer, state] of states) {
      const has = run?.swarm.members.get(peer)?.has;
      const bytes =
        state === "done" ? (entry?.manifest.cut.size ?? 0) : has && entry ? bytesOf(has, entry.manifest) : 0;
      all.set(peer, { state, bytes });
    }
    return all;
  };

  begin().catch((error: unknown) =>
    finish(
      error instanceof TransferProblem
        ? error
        : new TransferProblem("unreadable", undefined, { cause: error }),
    ),
  );

  return {
    get manifest() {
      return entry?.manifest;
    },
    thumbnail,
    get state() {
      if (isEnded) return "ended";
      if (!run) return "preparing";
      return isPaused ? "paused" : "offered";
    },
    get takers() {
      return takers();
    },
    get isSpread() {
      return run?.swarm.isSpread ?? false;
    },
    get progress() {
      const total = entry?.manifest.cut.size ?? 0;
      const at = [...takers().values()].filter(
        ({ state }) => state === "taking" || state === "done" || state === "paused",
      );
      const bytes = at.length > 0 ? Math.min(...at.map((one) => one.bytes)) : 0;
      speed.note(run?.sentBytes ?? 0, world.now());
      let peers = 0;
      for (const one of run?.swarm.members.values() ?? []) if (one.serving.size > 0) peers++;
      const { bytesPerSecond } = speed;
      const isMoving = peers > 0 && bytesPerSecond > 0;
      const left = at.reduce((sum, one) => sum + total - one.bytes, 0);
      return {
        bytes,
        total,
        bytesPerSecond: isMoving ? bytesPerSecond : 0,
        secondsLeft: isMoving ? left / bytesPerSecond : undefined,
        peers,
      };
    },
    done,
    pause() {
      if (isEnded || isPaused) return;
      isPaused = true;
      run?.tellAll({ type: "hold", held: true });
      changed();
    },
    resume() {
      if (isEnded || !isPaused) return;
      isPaused = false;
      run?.tellAll({ type: "hold", held: false });
      changed();
    },
    cancel: () => finish(),
    async close() {
      if (!isEnded) {
        isEnded = true;
        if (entry) inner.release(entry);
        settle?.resolve();
        onEnd();
      }
      await run?.close(false);
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    met: offerTo,
    heard(peer, message) {
      if (!entry || message.id !== entry.manifest.id || !isFor(peer)) return;
      if (message.type === "field") {
        if (states.get(peer) !== "done")
          states.set(peer, run?.swarm.members.get(peer)?.has.isFull ? "done" : "taking");
        if (isPaused) ports.get(peer)?.carrier.control({ type: "hold", id: message.id, held: true });
      } else if (message.type === "state") states.set(peer, message.state);
      else return;
      settleIfAll();
      changed();
    },
    left(peer, message) {
      if (!entry || message.id !== entry.manifest.id || !states.has(peer)) return;
      if (states.get(peer) !== "done")
        states.set(peer, message.code === "declined" || message.code === "aborted" ? "declined" : "failed");
      settleIfAll();
      changed();
    },
    gone(peer) {
      if (states.get(peer) === "done" && to) return;
      states.delete(peer);
      changed();
    },
  };
}
