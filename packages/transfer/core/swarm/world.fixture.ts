import { type FakeClock, fakeClock, type Random } from "@parlour/testkit";
import { bits, fullBits } from "../bits.ts";
import { base64url, fromBase64url } from "../bytes.ts";
import { type Cut, cutOf, lengthOf } from "../pieces.ts";
import type { TransferCode } from "../seams.ts";
import type { SwarmEffect, SwarmInput, Told } from "./effects.ts";
import type { Swarm } from "./state.ts";
import { createSwarm } from "./swarm.ts";

/** Pages that share one transfer over links that break, on disks that fill, with liars among them. All in made-up time. */
export interface World {
  readonly clock: FakeClock;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly cut: Cut;
  readonly pages: Map<string, WorldPage>;
  /** Bytes that left each page. */
  readonly sent: Map<string, number>;
  add(name: string, kind: Kind): WorldPage;
  cutLink(a: string, b: string, ms: number): void;
  reload(name: string, ms: number, isPowerLost: boolean): void;
  leave(name: string, code?: TransferCode): void;
  input(name: string, input: SwarmInput): void;
  /** Bytes a second that leave that page. */
  cap(name: string, bytesPerSecond: number): void;
}

export type Kind = "giver" | "taker" | "liar" | "mute";

export interface WorldPage {
  readonly name: string;
  readonly kind: Kind;
  swarm: Swarm | undefined;
  epoch: number;
  /** What reads give back. */
  disk: Uint8Array<ArrayBuffer>;
  written: Set<number>;
  /** What outlives the machine. */
  safe: Set<number>;
  /** Writes that it has room for. */
  room: number;
  failure: TransferCode | undefined;
  wholes: number;
  aside: string[];
  busyUntil: number;
  bytesPerSecond: number;
}

interface Way {
  isOpen: boolean;
  /** Counts its connections. */
  connection: number;
  /** What waits for the next one. */
  readonly waiting: { readonly from: string; readonly message: Told }[];
}

export function world(random: Random, pieceCount: number, pieceBytes = 8): World {
  const clock = fakeClock();
  const size = pieceCount === 0 ? 0 : (pieceCount - 1) * pieceBytes + random.int(1, pieceBytes);
  const content = random.bytes(size);
  const cut = cutOf(size, pieceBytes);
  const pages = new Map<string, WorldPage>();
  const ways = new Map<string, Way>();
  const sent = new Map<string, number>();
  const keyOf = (a: string, b: string): string => [a, b].sort().join(" ");
  const way = (a: string, b: string): Way => {
    const key = keyOf(a, b);
    const there = ways.get(key) ?? { isOpen: true, connection: 0, waiting: [] };
    ways.set(key, there);
    return there;
  };
  const later = (least: number, most: number, act: () => void): void =>
    void clock.after(random.int(least, most), act);
  /** Acts later, if the page is still the same one by then. */
  const laterOn = (page: WorldPage, least: number, most: number, act: () => void): void => {
    const { epoch } = page;
    later(least, most, () => page.epoch === epoch && page.swarm && act());
  };

  const put = (page: WorldPage, input: SwarmInput): void => {
    const { swarm } = page;
    if (!swarm) return;
    for (const effect of swarm.take(input, clock.now())) perform(page, effect);
    schedule(page);
  };
  const due = new Map<string, number>();
  const schedule = (page: WorldPage): void => {
    const at = page.swarm?.nextAt(clock.now());
    const planned = due.get(page.name);
    if (at === undefined || (planned !== undefined && planned > clock.now())) return;
    due.set(page.name, at);
    const { epoch } = page;
    clock.after(at - clock.now(), () => {
      due.delete(page.name);
      if (page.epoch === epoch) put(page, { type: "time" });
      else schedule(page);
    });
  };

  const inputOf = (peer: string, message: Told): SwarmInput | undefined => {
    switch (message.type) {
      case "field":
        return { type: "field", peer, have: fromBase64url(message.have) ?? new Uint8Array() };
      case "have":
      case "deny":
        return { type: message.type, peer, pieces: message.pieces };
      case "ask":
        return {
          type: "ask",
          peer,
          pieces: message.pieces,
          isUrgent: message.urgent === true,
          isSoon: message.soon === true,
        };
      case "unask":
        return { type: "unask", peer, pieces: message.pieces };
      case "ready":
        return { type: "ready", peer, isAnswerWanted: message.answer === true };
      case "hold":
        return { type: "hold", peer, isHeld: message.held };
      case "leave":
        return { type: "gone", peer, code: message.code };
      default:
        return undefined;
    }
  };
  /** Exactly once and in order, for as long as both pages live. */
  const lines = new Map<string, number>();
  const deliver = (from: WorldPage, to: WorldPage, message: Told): void => {
    const key = `${from.name} ${from.epoch} ${to.name} ${to.epoch}`;
    const at = Math.max(lines.get(key) ?? 0, clock.now() + random.int(1, 60));
    lines.set(key, at);
    const [fromEpoch, toEpoch] = [from.epoch, to.epoch];
    clock.after(at - clock.now(), () => {
      if (from.epoch !== fromEpoch || to.epoch !== toEpoch) return;
      const input = inputOf(from.name, message);
      if (input) put(to, input);
    });
  };
  const tell = (from: WorldPage, peer: string, message: Told): void => {
    const to = pages.get(peer);
    if (!to?.swarm) return;
    const { isOpen, waiting } = way(from.name, peer);
    if (isOpen) deliver(from, to, message);
    else waiting.push({ from: from.name, message });
  };

  let turns = 0;
  const serve = (page: WorldPage, peer: string, piece: number): void => {
    const to = pages.get(peer);
    const line = way(page.name, peer);
    const { connection } = line;
    const length = lengthOf(cut, piece);
    const done = (): void => put(page, { type: "served", peer, piece });
    if (!to || page.kind === "mute") return void laterOn(page, 1, 50, done);
    const bytes = page.disk.slice(piece * pieceBytes, piece * pieceBytes + length);
    if (page.kind === "liar" && random.chance(0.5)) bytes[0] = (bytes[0] ?? 0) ^ (1 + random.int(0, 100));
    sent.set(page.name, (sent.get(page.name) ?? 0) + length);
    const ms = Number.isFinite(page.bytesPerSecond)
      ? (length * 1000) / page.bytesPerSecond
      : random.int(0, 8);
    page.busyUntil = Math.max(page.busyUntil, clock.now()) + ms;
    const wait = page.busyUntil - clock.now();
    const turn = turns++;
    let offset = 0;
    while (offset < length) {
      const part = bytes.slice(offset, offset + random.int(1, length));
      const at = offset;
      offset += part.length;
      const { epoch } = to;
      later(wait + 1, wait + (Number.isFinite(page.bytesPerSecond) ? 2 : 60), () => {
        if (!line.isOpen || line.connection !== connection || to.epoch !== epoch) return;
        const proof = at === 0 ? new Uint8Array(96) : undefined;
        put(to, { type: "block", peer: page.name, piece, turn, offset: at, bytes: part, proof });
      });
    }
    laterOn(page, wait, wait + 1, done);
  };

  const perform = (page: WorldPage, effect: SwarmEffect): void => {
    switch (effect.type) {
      case "tell":
        tell(page, effect.peer, effect.message);
        break;
      case "serve":
        serve(page, effect.peer, effect.piece);
        break;
      case "check": {
        const { peer, piece, bytes, proof } = effect;
        const right = content.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
        const isGood = bytes.length === right.length && bytes.every((byte, i) => byte === right[i]);
        laterOn(page, 0, 10, () => put(page, { type: "checked", peer, piece, bytes, proof, isGood }));
        break;
      }
      case "write": {
        const { piece, bytes } = effect;
        laterOn(page, 0, 30, () => {
          if (page.room-- <= 0) return put(page, { type: "fail", code: "disk-full" });
          page.disk.set(bytes, piece * pieceBytes);
          page.written.add(piece);
          put(page, { type: "written", piece });
        });
        break;
      }
      case "flush": {
        const pieces = [...page.written];
        laterOn(page, 1, 200, () => {
          for (const piece of pieces) page.safe.add(piece);
          put(page, { type: "flushed" });
        });
        break;
      }
      case "whole":
        page.wholes++;
        break;
      case "failed":
        page.failure = effect.code;
        break;
      case "put-aside":
        page.aside.push(effect.peer);
        break;
      case "arrived":
        break;
    }
  };

  const meet = (page: WorldPage): void => {
    for (const other of pages.values()) {
      if (other === page || !other.swarm || !page.swarm) continue;
      const line = way(page.name, other.name);
      line.waiting.length = 0;
      line.isOpen = true;
      line.connection++;
      for (const [one, two] of [
        [page, other],
        [other, page],
      ] as const) {
        tell(one, two.name, { type: "field", have: base64url(one.swarm?.have.bytes ?? new Uint8Array()) });
        const { epoch } = one;
        const { connection } = line;
        later(0, 50, () => {
          if (one.epoch === epoch && line.isOpen && line.connection === connection)
            inLane(one, two.name, true);
        });
      }
    }
  };
  /** The lane counts once the other one's field is there. */
  const inLane = (page: WorldPage, peer: string, isOpen: boolean): void => {
    if (!page.swarm) return;
    if (isOpen && !page.swarm.members.has(peer))
      return void laterOn(page, 5, 20, () => way(page.name, peer).isOpen && inLane(page, peer, true));
    put(page, { type: "lane", peer, isOpen });
  };
  const begin = (page: WorldPage, pieces: Iterable<number>): void => {
    const have = page.kind === "taker" ? bits(cut.count) : fullBits(cut.count);
    if (page.kind === "taker") for (const piece of pieces) have.add(piece);
    page.failure = undefined;
    page.swarm = createSwarm({
      id: "x",
      cut,
      have,
      random: () => random.next(),
      windows: { all: pieceBytes * 32, first: pieceBytes * 4, least: pieceBytes * 2, most: pieceBytes * 16 },
      // As memory that was used before is.
      memory: (length) => new Uint8Array(length).fill(170),
    });
    if (have.isFull) page.wholes++;
    schedule(page);
    meet(page);
  };
  const stop = (page: WorldPage, code?: TransferCode): void => {
    page.epoch++;
    page.swarm = undefined;
    due.delete(page.name);
    for (const other of pages.values()) {
      if (other === page) continue;
      way(page.name, other.name).waiting.length = 0;
      put(other, { type: "gone", peer: page.name, ...(code && { code }) });
    }
  };

  return {
    clock,
    content,
    cut,
    pages,
    sent,
    add(name, kind) {
      const disk = kind === "taker" ? new Uint8Array(size) : content.slice();
      const page: WorldPage = {
        name,
        kind,
        swarm: undefined,
        epoch: 0,
        disk,
        written: new Set(),
        safe: new Set(),
        room: Number.POSITIVE_INFINITY,
        failure: undefined,
        wholes: 0,
        aside: [],
        busyUntil: 0,
        bytesPerSecond: Number.POSITIVE_INFINITY,
      };
      pages.set(name, page);
      begin(page, []);
      return page;
    },
    cutLink(a, b, ms) {
      const line = way(a, b);
      if (!line.isOpen) return;
      line.isOpen = false;
      line.connection++;
      const { connection } = line;
      const [one, two] = [pages.get(a), pages.get(b)];
      if (!one || !two) return;
      const sides = [
        [one, b],
        [two, a],
      ] as const;
      for (const [page, peer] of sides)
        laterOn(
          page,
          0,
          100,
          () => line.connection === connection && put(page, { type: "lane", peer, isOpen: false }),
        );
      clock.after(ms + 100, () => {
        if (line.connection !== connection) return;
        line.isOpen = true;
        for (const { from, message } of line.waiting.splice(0)) {
          const page = pages.get(from);
          const to = from === a ? two : one;
          if (page?.swarm && to.swarm) deliver(page, to, message);
        }
        for (const [page, peer] of sides)
          laterOn(page, 0, 100, () => line.connection === connection && inLane(page, peer, true));
      });
    },
    reload(name, ms, isPowerLost) {
      const page = pages.get(name);
      if (!page?.swarm) return;
      stop(page);
      if (isPowerLost) {
        page.written = new Set(page.safe);
        for (let piece = 0; piece < cut.count; piece++)
          if (page.kind === "taker" && !page.safe.has(piece))
            page.disk.fill(0, piece * pieceBytes, (piece + 1) * pieceBytes);
      }
      const { epoch } = page;
      clock.after(ms, () => page.epoch === epoch && begin(page, page.written));
    },
    leave(name, code) {
      const page = pages.get(name);
      if (page) stop(page, code);
    },
    input(name, input) {
      const page = pages.get(name);
      if (page) put(page, input);
    },
    cap(name, bytesPerSecond) {
      const page = pages.get(name);
      if (page) page.bytesPerSecond = bytesPerSecond;
    },
  };
}
