import { limits } from "@parlour/protocol";
import { bits } from "../bits.ts";
import { lengthOf } from "../pieces.ts";
import type { TransferCode } from "../seams.ts";
import { copiesOf } from "./copies.ts";
import {
  liesMost,
  type SwarmEffect,
  type SwarmInput,
  type SwarmSetup,
  servedAtOnce,
  silencesMost,
  swarmTimes,
  type Told,
  unflushedBytes,
  windows as usualWindows,
} from "./effects.ts";
import { isElsewhere, nextWanted } from "./giving.ts";
import { assemble, canGive, heard, justAsked, type Member, member, targetOf } from "./member.ts";
import { pick } from "./picker.ts";
import type { Swarm, SwarmState } from "./state.ts";

export function createSwarm(setup: SwarmSetup): Swarm {
  const { cut, random, windows = usualWindows, memory = (length) => new Uint8Array(length) } = setup;
  const { count } = cut;
  const have = bits(count, setup.have.bytes);
  const members = new Map<string, Member>();
  const copies = copiesOf(count);
  /** To whom each piece was given last. */
  const givenTo: (string | undefined)[] = [];
  const landing = new Map<number, string>();
  let preferred: readonly number[] = [];
  let state: SwarmState = { is: have.isFull ? "whole" : "taking" };
  let untold: number[] = [];
  let tellAt: number | undefined;
  let unflushed = 0;
  let flushAt: number | undefined;
  let isFlushing = false;
  let aloneSince: number | undefined;
  let effects: SwarmEffect[] = [];

  const emit = (effect: SwarmEffect): void => void effects.push(effect);
  const tell = (peer: string, message: Told): void => emit({ type: "tell", peer, message });
  const fail = (code: TransferCode): void => {
    if (state.is === "failed" || state.is === "whole") return;
    state = { is: "failed", code };
    for (const one of members.values()) forget(one, true);
    emit({ type: "failed", code });
  };

  /** Nothing that was asked of it is expected any more. */
  const forget = (one: Member, isTold: boolean): void => {
    if (isTold && one.asked.size > 0) tell(one.peer, { type: "unask" });
    one.asked.clear();
  };

  /** Asks for as much as may be on its way. */
  const fill = (now: number): void => {
    if (state.is !== "taking") return;
    const choice = {
      count,
      have,
      landing: new Set(landing.keys()),
      copies: copies.of,
      members,
      preferred,
      random,
    };
    let open = Math.max(1, Math.floor(windows.all / cut.pieceBytes)) - landing.size;
    for (const one of members.values()) open -= one.asked.size;
    // Those who have least on their way first, so that a full window is shared.
    const givers = [...members.values()].filter(canGive).sort((a, b) => a.asked.size - b.asked.size);
    const share = Math.max(1, Math.floor(windows.all / cut.pieceBytes / Math.max(1, givers.length)));
    for (const one of givers) {
      for (;;) {
        const target = Math.min(share, targetOf(one, cut, windows));
        const room = Math.min(
          target - one.asked.size - one.landing,
          open,
          limits.asksPerPeer - one.asked.size,
        );
        if (room <= 0) break;
        // While enough is under way, some at a time: each asking is a message.
        const some = Math.min(4, target >> 2);
        if (room < some && one.asked.size >= some && preferred.length === 0) break;
        const { pieces, how } = pick(choice, one, room, now);
        if (pieces.length === 0) break;
        if (one.asked.size === 0) {
          one.heardAt = now;
          one.countedAt = now;
          one.counted = 0;
        }
        for (const piece of pieces) {
          one.asked.set(piece, justAsked(now));
          open--;
        }
        tell(one.peer, { type: "ask", pieces, ...(how !== "in turn" && { [how]: true }) });
      }
    }
  };

  /** Gives each page some pieces to be read and sent, one behind the other. */
  const serve = (): void => {
    for (const one of members.values()) {
      const denied: number[] = [];
      while (one.isOpen && one.serving.size < servedAtOnce) {
        const piece = nextWanted(one);
        if (piece === undefined) break;
        if (!have.has(piece)) continue;
        if (
          !one.urgent.delete(piece) &&
          isElsewhere(piece, one, { state, members, copies: copies.of, givenTo, count, random })
        )
          denied.push(piece);
        else {
          one.serving.add(piece);
          givenTo[piece] = one.peer;
          emit({ type: "serve", peer: one.peer, piece });
        }
      }
      if (denied.length > 0) tell(one.peer, { type: "deny", pieces: denied });
    }
  };

  const block = (input: SwarmInput & { type: "block" }, one: Member, now: number): void => {
    const asked = one.asked.get(input.piece);
    if (asked === undefined) return;
    heard(one, input.bytes.length, now);
    const outcome = assemble(asked, cut, input, memory);
    if (outcome === "more") return;
    one.asked.delete(input.piece);
    if (outcome === "wrong") {
      lied(one);
      return;
    }
    if (have.has(input.piece) || landing.has(input.piece)) return;
    landing.set(input.piece, one.peer);
    one.landing++;
    const { bytes, proof } = asked;
    if (bytes && proof) emit({ type: "check", peer: one.peer, piece: input.piece, bytes, proof });
  };

  const putAside = (one: Member): void => {
    one.isAside = true;
    forget(one, true);
    copies.remove(one.has);
    emit({ type: "put-aside", peer: one.peer });
  };
  const lied = (one: Member): void => {
    if (++one.lies < liesMost || one.isAside) return;
    putAside(one);
  };

  const landed = (piece: number): void => {
    const one = members.get(landing.get(piece) ?? "");
    if (one && one.landing > 0) one.landing--;
    landing.delete(piece);
  };

  const checked = ({ piece, peer, bytes, proof, isGood }: SwarmInput & { type: "checked" }): void => {
    if (!landing.has(piece)) return;
    if (isGood && (state.is === "taking" || state.is === "paused")) {
      emit({ type: "write", piece, bytes, proof });
      return;
    }
    landed(piece);
    const one = members.get(peer);
    if (!isGood && one) lied(one);
  };

  const written = (piece: number, now: number): void => {
    landed(piece);
    if (!have.add(piece)) return;
    for (const other of members.values())
      if (other.asked.delete(piece)) tell(other.peer, { type: "unask", pieces: [piece] });
    preferred = preferred.filter((one) => one !== piece);
    emit({ type: "arrived", piece });
    untold.push(piece);
    tellAt ??= now + swarmTimes.tellMs;
    unflushed += lengthOf(cut, piece);
    flushAt ??= now + swarmTimes.flushMs;
    if (have.isFull && (state.is === "taking" || state.is === "paused")) {
      state = { is: "finishing" };
      tellAll();
      flush();
    } else if (unflushed >= unflushedBytes) flush();
  };

  const flush = (): void => {
    if (isFlushing) return;
    isFlushing = true;
    unflushed = 0;
    flushAt = undefined;
    emit({ type: "flush" });
  };
  const flushed = (): void => {
    isFlushing = false;
    if (state.is !== "finishing") return;
    if (unflushed > 0) {
      flush();
      return;
    }
    state = { is: "whole" };
    flushAt = undefined;
    emit({ type: "whole" });
  };
  const tellAll = (): void => {
    const pieces = untold;
    untold = [];
    tellAt = undefined;
    if (pieces.length > 0) for (const peer of members.keys()) tell(peer, { type: "have", pieces });
  };

  const isWaiting = (): boolean => {
    if (state.is !== "taking") return false;
    for (const one of members.values()) {
      if (!canGive(one)) continue;
      for (let piece = 0; piece < count; piece++) if (one.has.has(piece) && !have.has(piece)) return false;
    }
    return landing.size === 0;
  };
  /** Whether everyone here together, connected or not, has what is missing. */
  const isHere = (): boolean => copies.isComplete(have);

  const look = (now: number): void => {
    for (const one of members.values()) {
      if (one.asked.size === 0) continue;
      const silentMs = now - one.heardAt;
      if (silentMs > swarmTimes.forgottenMs) {
        forget(one, true);
        if (++one.silences >= silencesMost && !one.isAside) putAside(one);
      } else if (silentMs > swarmTimes.stalledMs) {
        one.isStalled = true;
        one.speed /= 2;
      }
    }
    if (tellAt !== undefined && now >= tellAt) tellAll();
    if (flushAt !== undefined && now >= flushAt) flush();
    const isAlone = state.is === "taking" && landing.size === 0 && !isHere();
    if (!isAlone) aloneSince = undefined;
    else {
      aloneSince ??= now;
      const hasLiar = [...members.values()].some(({ lies }) => lies >= liesMost);
      if (now - aloneSince >= swarmTimes.graceMs) fail(hasLiar ? "corrupt" : "giver-left");
    }
  };

  const join = (input: SwarmInput & { type: "field" }): void => {
    const known = members.get(input.peer);
    if (!known && members.size >= limits.transferMembers) return;
    const one = known ?? member(input.peer, count);
    if (known && !known.isAside) copies.remove(known.has);
    one.has = bits(count, input.have);
    if (!one.isAside) copies.add(one.has);
    members.set(input.peer, one);
  };
  const gone = ({ peer, code }: SwarmInput & { type: "gone" }): void => {
    const one = members.get(peer);
    if (!one) return;
    if (!one.isAside) copies.remove(one.has);
    members.delete(peer);
    if (code && state.is !== "whole" && landing.size === 0 && !isHere()) fail(code);
    else if (code && state.is !== "whole" && !isHere()) withdrawn = code;
  };
  /** The giver took it back while the last pieces were landing. */
  let withdrawn: TransferCode | undefined;

  const fromMember = (input: SwarmInput & { peer: string }, one: Member, now: number): void => {
    switch (input.type) {
      case "lane":
        // What was under way is lost with it, on both sides.
        one.isOpen = input.isOpen;
        one.isReady = false;
        one.wants = [];
        one.urgent.clear();
        forget(one, false);
        if (input.isOpen) tell(one.peer, { type: "ready", answer: true });
        break;
      case "ready":
        // Said before our end was open, it is said again: we ask when it opens.
        if (!one.isOpen || (one.isReady && !input.isAnswerWanted)) break;
        one.isReady = true;
        forget(one, false);
        if (input.isAnswerWanted) tell(one.peer, { type: "ready" });
        break;
      case "have":
        for (const piece of input.pieces) if (one.has.add(piece) && !one.isAside) copies.note(piece);
        break;
      case "ask": {
        const wanted = input.pieces.filter((piece) => piece < count && !one.wants.includes(piece));
        for (const piece of wanted) if (input.isUrgent) one.urgent.add(piece);
        one.wants = input.isUrgent || input.isSoon ? [...wanted, ...one.wants] : [...one.wants, ...wanted];
        one.wants.length = Math.min(one.wants.length, limits.asksPerPeer);
        break;
      }
      case "unask":
        one.wants = input.pieces ? one.wants.filter((piece) => !input.pieces?.includes(piece)) : [];
        break;
      case "deny":
        for (const piece of input.pieces) if (one.asked.delete(piece)) one.denied.set(piece, now);
        break;
      case "hold":
        one.isHeld = input.isHeld;
        if (input.isHeld) forget(one, true);
        break;
      case "block":
        block(input, one, now);
        break;
      case "served":
        one.serving.delete(input.piece);
    }
  };

  const step = (input: SwarmInput, now: number): void => {
    switch (input.type) {
      case "field":
        join(input);
        break;
      case "gone":
        gone(input);
        break;
      case "checked":
        checked(input);
        break;
      case "written":
        written(input.piece, now);
        break;
      case "flushed":
        flushed();
        break;
      case "fail":
        fail(input.code);
        break;
      case "pause":
        if (state.is !== "taking") break;
        state = { is: "paused" };
        for (const one of members.values()) forget(one, true);
        break;
      case "resume":
        if (state.is === "paused") state = { is: "taking" };
        break;
      case "prefer":
        preferred = input.pieces.filter((piece) => piece < count && !have.has(piece)).slice(0, 256);
        break;
      case "time":
        break;
      default: {
        const one = members.get(input.peer);
        if (one) fromMember(input, one, now);
      }
    }
    if (withdrawn && landing.size === 0 && state.is === "taking") {
      if (!isHere()) fail(withdrawn);
      withdrawn = undefined;
    }
    if (input.type !== "block" || landing.size > 0) look(now);
  };

  return {
    take(input, now) {
      const before = landing.size;
      step(input, now);
      // A block that completes nothing changes nothing about who is asked or served.
      if (input.type !== "block" || landing.size !== before) fill(now);
      if (
        input.type === "ask" ||
        input.type === "served" ||
        input.type === "written" ||
        input.type === "lane"
      )
        serve();
      const all = effects;
      effects = [];
      return all;
    },
    get state() {
      return state;
    },
    have,
    get isWaiting() {
      return isWaiting();
    },
    get isSpread() {
      return members.size > 0 && copies.isComplete();
    },
    members,
    nextAt(now) {
      if (state.is === "taking") return now + swarmTimes.lookMs;
      const due = [tellAt, flushAt].filter((at) => at !== undefined);
      return due.length > 0 ? Math.min(...due) : undefined;
    },
  };
}
