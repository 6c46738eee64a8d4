import {
  type Bits,
  base64url,
  createSwarm,
  lengthOf,
  type Manifest,
  pieceProofBytes,
  piecesIn,
  type Received,
  roomFor,
  type Signer,
  type Sink,
  type Source,
  type SwarmEffect,
  type SwarmInput,
  type SwarmMessage,
  sameBytes,
  type TransferCode,
  TransferProblem,
  writeBlock,
} from "../core/index.ts";
import type { Journal } from "./journal.ts";
import type { Port, World } from "./port.ts";
import { pieceReader, type ReadPiece } from "./space.ts";

/** Where a page's bytes are. */
export type Bytes<Content> =
  | { readonly is: "given"; readonly sources: readonly Source[]; readonly signer: Signer }
  | { readonly is: "taken"; readonly sink: Sink<Content> };

export interface RunSetup<Content> {
  readonly world: World<Content>;
  readonly manifest: Manifest;
  /** The giver's public key. */
  readonly key: Uint8Array<ArrayBuffer>;
  readonly bytes: Bytes<Content>;
  readonly have: Bits;
  readonly flushed: Bits;
  readonly journal: Journal;
  readonly portOf: (peer: string) => Port | undefined;
  readonly onChange: () => void;
  readonly onWhole: (files: readonly Received<Content>[]) => void;
  readonly onFailed: (problem: TransferProblem) => void;
}

/** How often what was written is noted; a giver's proofs could be made again, and wait longer. */
const noteMs = { taken: 500, given: 2_000 };
/** Pieces whose memory is kept for the next ones. */
const spareMost = 8;
/** What is wanted next when somebody plays from here on: so many pieces. */
const aheadPieces = 16;

/** One transfer at work: performs what the swarm decides, on the edges. */
export type Run<Content> = ReturnType<typeof startRun<Content>>;

export function startRun<Content>(setup: RunSetup<Content>) {
  const { world, manifest, bytes, journal, flushed, portOf } = setup;
  const { id, cut } = manifest;
  const { hashing } = world.edge;
  /** Memory of pieces that are written: fresh memory has to be cleared by the system, page by page. */
  const spare: Uint8Array<ArrayBuffer>[] = [];
  const swarm = createSwarm({
    id,
    cut,
    have: setup.have,
    random: world.random,
    memory(length) {
      const last = length === cut.pieceBytes ? spare.pop() : undefined;
      return last ?? new Uint8Array(length);
    },
  });
  /** One piece after another on each way, while the next is being read. */
  const lines = new Map<string, Promise<unknown>>();
  /** Memory for the frame that is on its way there. */
  const frames = new Map<string, Uint8Array<ArrayBuffer>>();
  const readers = new Set<() => void>();
  const writes = new Set<Promise<void>>();
  let turn = 0;
  let timer: (() => void) | undefined;
  let timerAt = 0;
  let noting: Promise<void> | undefined;
  let notes: (() => void) | undefined;
  let end: TransferProblem | undefined;
  let isClosed = false;
  let closing: Promise<void> | undefined;
  let sentBytes = 0;

  const problemOf = (error: unknown, code: TransferCode): TransferProblem =>
    error instanceof TransferProblem ? error : new TransferProblem(code, undefined, { cause: error });

  const put = (input: SwarmInput): void => {
    if (isClosed) return;
    for (const effect of swarm.take(input, world.now())) perform(effect);
    const now = world.now();
    const at = swarm.nextAt(now);
    // One that is due sooner does no harm, and this is said with each block.
    if (at === undefined || (timer && timerAt <= at)) return;
    timer?.();
    timerAt = at;
    timer = world.after(Math.max(0, at - now), () => {
      timer = undefined;
      put({ type: "time" });
    });
  };
  const fail = (error: unknown, code: TransferCode): void => {
    end ??= problemOf(error, code);
    put({ type: "fail", code: end.code });
  };

  const readPiece =
    bytes.is === "given"
      ? pieceReader({ sources: bytes.sources, files: manifest.files, edge: world.edge }, cut)
      : async (piece: number): Promise<ReadPiece> => ({
          bytes: await bytes.sink.read(piece * cut.pieceBytes, lengthOf(cut, piece)),
        });
  /** A giver hashes what it reads each time: a file that was changed is never sent as the one that was offered. */
  const prove = async (piece: number, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
    const known = journal.proofs.get(piece);
    if (bytes.is === "taken") {
      if (known) return known;
      throw new TransferProblem("unreadable");
    }
    const hash = await hashing.sha256(content);
    if (known) {
      if (sameBytes(known.subarray(0, 32), hash)) return known;
      throw new TransferProblem("file-changed");
    }
    const proof = new Uint8Array(96);
    proof.set(hash);
    proof.set(await bytes.signer.sign(pieceProofBytes(id, piece, hash)), 32);
    // Somebody else's reading of the same piece may have been faster, and found something else.
    const other = journal.proofs.get(piece);
    if (other && !sameBytes(other.subarray(0, 32), hash)) throw new TransferProblem("file-changed");
    journal.proofs.set(piece, proof);
    note();
    return proof;
  };

  const serve = async (peer: string, piece: number): Promise<void> => {
    const content = readPiece(piece).then(async (read) => ({ read, proof: await prove(piece, read.bytes) }));
    content.catch(() => {});
    const before = lines.get(peer);
    const sending = (async () => {
      await before;
      const { read, proof } = await content;
      const { length } = read.bytes;
      const port = portOf(peer);
      const thisTurn = turn++;
      for (let offset = 0; port && offset < length && !isClosed; ) {
        const { frameBytes } = port.carrier;
        let room = frames.get(peer);
        if (!room || room.length < frameBytes) {
          room = new Uint8Array(frameBytes);
          frames.set(peer, room);
        }
        const part = read.bytes.subarray(offset, offset + roomFor(frameBytes, offset));
        const first = offset === 0 ? proof : undefined;
        const frame = writeBlock({ id, piece, turn: thisTurn, offset, proof: first, bytes: part }, room);
        if (!(await port.carrier.send(frame))) break;
        offset += part.length;
        sentBytes += part.length;
      }
      read.letGo?.();
    })();
    lines.set(
      peer,
      sending.catch(() => {}),
    );
    try {
      await sending;
    } catch (error) {
      // Whoever gives what it can't read (any more) has nothing to give; whoever passes on just doesn't pass on.
      if (bytes.is === "given") setup.onFailed(problemOf(error, "unreadable"));
    }
    put({ type: "served", peer, piece });
  };

  const check = async ({
    peer,
    piece,
    bytes: content,
    proof,
  }: SwarmEffect & { type: "check" }): Promise<void> => {
    const hash = await hashing.sha256(content);
    const isGood =
      sameBytes(hash, proof.subarray(0, 32)) &&
      (await hashing.verify(setup.key, proof.slice(32), pieceProofBytes(id, piece, hash)));
    put({ type: "checked", peer, piece, bytes: content, proof, isGood });
  };

  const write = async ({ piece, bytes: content, proof }: SwarmEffect & { type: "write" }): Promise<void> => {
    if (bytes.is !== "taken") return;
    try {
      const free = await bytes.sink.write(piece * cut.pieceBytes, content, true);
      if (free?.length === cut.pieceBytes && spare.length < spareMost) spare.push(free);
    } catch (error) {
      fail(error, "no-storage");
      return;
    }
    journal.proofs.set(piece, proof);
    put({ type: "written", piece });
    note();
  };

  const flush = async (): Promise<void> => {
    if (bytes.is !== "taken") return;
    const pieces: number[] = [];
    for (let piece = 0; piece < cut.count; piece++)
      if (swarm.have.has(piece) && !flushed.has(piece)) pieces.push(piece);
    try {
      await bytes.sink.flush();
      for (const piece of pieces) flushed.add(piece);
      await journal.save(flushed, swarm.have);
    } catch (error) {
      fail(error, "no-storage");
      return;
    }
    put({ type: "flushed" });
  };

  /** Notes what is there, soon and not too often. */
  const note = (): void => {
    notes ??= world.after(noteMs[bytes.is], () => {
      notes = undefined;
      noting = journal.save(flushed, swarm.have).catch(() => {});
    });
  };

  const wake = (): void => {
    for (const reader of [...readers]) reader();
  };

  const perform = (effect: SwarmEffect): void => {
    switch (effect.type) {
      case "tell":
        portOf(effect.peer)?.carrier.control({ ...effect.message, id });
        break;
      case "serve":
        void serve(effect.peer, effect.piece);
        break;
      case "check":
        void check(effect);
        break;
      case "write": {
        const writing = write(effect).finally(() => writes.delete(writing));
        writes.add(writing);
        break;
      }
      case "flush":
        void flush();
        break;
      case "arrived":
        wake();
        setup.onChange();
        break;
      case "whole":
        void finish();
        break;
      case "failed":
        end ??= new TransferProblem(effect.code);
        wake();
        setup.onFailed(end);
        break;
      case "put-aside":
        world.log("files-put-aside", effect.peer);
    }
  };

  const finish = async (): Promise<void> => {
    if (bytes.is !== "taken") return;
    spare.length = 0;
    try {
      const files = await bytes.sink.finish();
      if (isClosed) return;
      setup.onWhole(files);
    } catch (error) {
      end ??= problemOf(error, "no-storage");
      setup.onFailed(end);
    }
  };

  return {
    manifest,
    swarm,
    put,
    /** Begins; what is whole from the start is finished now. */
    begin(): void {
      if (bytes.is === "taken" && swarm.state.is === "whole") void finish();
      put({ type: "time" });
    },
    /** What a peer said about this transfer. */
    receive(peer: string, message: SwarmMessage, have: (text: string) => Uint8Array): void {
      switch (message.type) {
        case "field":
          put({ type: "field", peer, have: have(message.have) });
          if (message.answer) this.greet(peer, false);
          put({ type: "lane", peer, isOpen: portOf(peer)?.carrier.isOpen ?? false });
          break;
        case "have":
        case "deny":
          put({ type: message.type, peer, pieces: message.pieces });
          break;
        case "ask":
          put({
            type: "ask",
            peer,
            pieces: message.pieces,
            isUrgent: message.urgent === true,
            isSoon: message.soon === true,
          });
          break;
        case "unask":
          put({ type: "unask", peer, pieces: message.pieces });
          break;
        case "ready":
          put({ type: "ready", peer, isAnswerWanted: message.answer === true });
          break;
        case "hold":
          put({ type: "hold", peer, isHeld: message.held });
      }
    },
    /** Says what is here. */
    greet(peer: string, isAnswerWanted: boolean): void {
      const answer = isAnswerWanted ? { answer: true } : {};
      portOf(peer)?.carrier.control({ type: "field", id, have: base64url(swarm.have.bytes), ...answer });
    },
    tellAll(message: object): void {
      for (const peer of swarm.members.keys()) portOf(peer)?.carrier.control({ ...message, id });
    },
    /** Bytes that are here. */
    get bytes(): number {
      return bytesOf(swarm.have, manifest);
    },
    get sentBytes(): number {
      return sentBytes;
    },
    /**
     * Reads as soon as the bytes are here; `isWanted` says whether somebody still waits. `isPatient`: they come in whatever order suits
     * the swarm; otherwise these come first.
     */
    async read(
      offset: number,
      length: number,
      isWanted: () => boolean,
      isPatient = false,
    ): Promise<Uint8Array<ArrayBuffer>> {
      const needed = piecesIn(cut, offset, length);
      const lacking = (): boolean => needed.some((piece) => !swarm.have.has(piece));
      if (lacking() && !isPatient) {
        const last = needed.at(-1) ?? 0;
        const ahead = Array.from({ length: aheadPieces }, (_, i) => last + 1 + i);
        put({ type: "prefer", pieces: [...needed, ...ahead] });
      }
      while (lacking()) {
        if (end) throw end;
        if (!isWanted() || isClosed) throw new TransferProblem("aborted");
        await new Promise<void>((resolve) => {
          const reader = (): void => {
            readers.delete(reader);
            resolve();
          };
          readers.add(reader);
        });
      }
      if (bytes.is === "given") throw new TransferProblem("unreadable");
      return bytes.sink.read(offset, length);
    },
    /** Those who wait in `read` look again whether they are still wanted. */
    wake,
    /** Stops for good; `isDiscarded` removes what is here. */
    close(isDiscarded: boolean): Promise<void> {
      closing ??= close(isDiscarded);
      return closing;
    },
  };

  async function close(isDiscarded: boolean): Promise<void> {
    // What is being written still counts; nothing more is asked for.
    put({ type: "fail", code: "aborted" });
    await Promise.all(writes);
    isClosed = true;
    timer?.();
    notes?.();
    wake();
    await noting;
    if (isDiscarded) await journal.remove();
    else await journal.save(flushed, swarm.have).catch(() => {});
    if (bytes.is === "given") for (const source of bytes.sources) source.close?.();
    else if (isDiscarded) await bytes.sink.discard().catch(() => {});
    else await bytes.sink.close().catch(() => {});
  }
}

/** Bytes of these pieces. */
export function bytesOf(have: Bits, { cut }: Manifest): number {
  const last = cut.count - 1;
  const missing = have.has(last) ? cut.pieceBytes - lengthOf(cut, last) : 0;
  return have.count * cut.pieceBytes - missing;
}
