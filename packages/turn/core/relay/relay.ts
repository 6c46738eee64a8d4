import type { Endpoint } from "../address.ts";
import { decodeMessage } from "../stun/decode.ts";
import { attributes, headerBytes, methods } from "../stun/registry.ts";
import { Allocating } from "./allocate.ts";
import type { Allocation, EndReason, Path, Place } from "./allocation.ts";
import { endAllocation } from "./allocations.ts";
import { authenticate } from "./authenticate.ts";
import { type Effect, nothing } from "./effects.ts";
import { type Request, refuse, succeed, unknownAttributes } from "./replies.ts";
import {
  channelBind,
  createPermission,
  forgetOldChannels,
  forgetOldPermissions,
  refresh,
} from "./requests.ts";
import type { Statistics } from "./statistics.ts";
import { channelData, fromElsewhere, fromOutside, isSendIndication, send } from "./traffic.ts";
import { type RelayOptions, World } from "./world.ts";

/** The smallest TURN request: a header and one attribute. What is smaller is worth no refusal. */
const smallestTurnRequest = headerBytes + 8;
/** How many prefixes of ids are remembered as revoked. */
const revokedPrefixes = 10_000;

/**
 * A STUN and TURN server without sockets or clock (RFC 8489, RFC 8656). Packets and the time (ms since 1970) go in, effects come out,
 * to be done in order. `receive` takes the bytes over: relayed packets are written over where they lie.
 */
export class Relay {
  readonly #world: World;
  readonly #allocating: Allocating;

  constructor(options: RelayOptions, now: number) {
    this.#world = new World(options, now);
    this.#allocating = new Allocating(this.#world);
  }

  /** One datagram, or one frame of a stream, from a client. */
  receive(path: Path, bytes: Uint8Array, now: number): readonly Effect[] {
    const first = bytes[0] ?? 255;
    if (bytes.length < 4) return nothing;
    if (first >= 0x40 && first < 0x80) return channelData(this.#world, path, bytes, now);
    if (first > 3) return nothing;
    if (isSendIndication(bytes)) return send(this.#world, path, bytes, now);
    if (bytes.length > this.#world.limits.requestBytes) return nothing;
    const message = decodeMessage(bytes, this.#world.options.primitives.crc32);
    // Responses and other indications ask for nothing.
    if (message?.class !== "request") return nothing;
    return this.#request({ path, message, now });
  }

  /** One datagram from a peer at the real port of an allocation. */
  receiveFromPeer(allocation: Allocation, peer: Endpoint, bytes: Uint8Array, now: number): readonly Effect[] {
    return fromOutside(this.#world, allocation, peer, bytes, now);
  }

  /** Does a `pass` of another relay: the data is what `bytes` has from `at` on. */
  passed(
    to: Place,
    from: Place,
    bytes: Uint8Array,
    at: number,
    delayMs: number,
    now: number,
  ): readonly Effect[] {
    return fromElsewhere(this.#world, to, from, bytes, at, delayMs, now);
  }

  /** A `pass` could not be done. */
  crowded(): void {
    this.#world.statistics.droppedPackets.crowded++;
  }

  /** Answers a `bind`. */
  bound(allocation: Allocation, isBound: boolean): readonly Effect[] {
    return this.#allocating.bound(allocation, isBound);
  }

  /** The connection of a client is gone. */
  closed(path: Path): readonly Effect[] {
    return path.allocation === undefined ? nothing : endAllocation(this.#world, path.allocation, "closed");
  }

  /** To be called about once a second: ends and forgets what is over. */
  tick(now: number): readonly Effect[] {
    const world = this.#world;
    const effects: Effect[] = [];
    for (const allocation of world.all) {
      if (allocation.expiresAt <= now) {
        effects.push(...endAllocation(world, allocation, "expired"));
        continue;
      }
      forgetOldPermissions(allocation, now);
      forgetOldChannels(allocation, now);
    }
    this.#allocating.sweep();
    world.sources.sweep(now);
    for (const [prefix, until] of world.revoked) if (until * 1000 <= now) world.revoked.delete(prefix);
    return effects;
  }

  /**
   * Ends the allocations of all ids that begin so. With `revokeUpTo` (unix seconds) credentials of such ids that end no later make no
   * new ones either; those made afterwards, which end later, do.
   */
  dropUser(
    prefix: string,
    revokeUpTo: number | undefined,
  ): { readonly count: number; readonly effects: readonly Effect[] } {
    const { revoked } = this.#world;
    if (revokeUpTo !== undefined) {
      revoked.set(prefix, Math.max(revokeUpTo, revoked.get(prefix) ?? 0));
      // The oldest goes: its credentials are the nearest to their end.
      for (const oldest of revoked.keys()) {
        if (revoked.size <= revokedPrefixes) break;
        revoked.delete(oldest);
      }
    }
    return this.#endAll(({ user }) => user.startsWith(prefix), "dropped");
  }

  close(): readonly Effect[] {
    return this.#endAll(() => true, "shutdown").effects;
  }

  /** As it is now; the object goes on counting. */
  get statistics(): Readonly<Statistics> {
    return this.#world.statistics;
  }

  #endAll(
    isMeant: (allocation: Allocation) => boolean,
    reason: EndReason,
  ): { readonly count: number; readonly effects: readonly Effect[] } {
    const meant = [...this.#world.all].filter(isMeant);
    return {
      count: meant.length,
      effects: meant.flatMap((allocation) => endAllocation(this.#world, allocation, reason)),
    };
  }

  #request(request: Request): readonly Effect[] {
    const { method, bytes } = request.message;
    if (method === methods.binding) return this.#binding(request);
    const isTurn =
      method === methods.allocate ||
      method === methods.refresh ||
      method === methods.createPermission ||
      method === methods.channelBind;
    if (!isTurn || bytes.length < smallestTurnRequest) return nothing;
    return this.#turnRequest(request);
  }

  /** RFC 8489, section 6.3.1 with no authentication: who asks learns its own address. */
  #binding(request: Request): readonly Effect[] {
    const world = this.#world;
    if (unknownAttributes(request.message).length > 0) return refuse(world, request, 420, undefined);
    world.statistics.bindings++;
    return succeed(world, request, undefined, (writer) =>
      writer.address(attributes.xorMappedAddress, request.path.client),
    );
  }

  #turnRequest(request: Request): readonly Effect[] {
    const world = this.#world;
    const { message, path, now } = request;
    const who = authenticate(world, request);
    if (!("key" in who)) return who;
    if (unknownAttributes(message).length > 0) return refuse(world, request, 420, who.key);
    // An allocation that is over and was not swept yet.
    const stale = path.allocation;
    const over =
      stale !== undefined && stale.expiresAt <= now ? endAllocation(world, stale, "expired") : nothing;
    return [...over, ...this.#authenticated(request, who)];
  }

  #authenticated(request: Request, who: Exclude<ReturnType<typeof authenticate>, readonly Effect[]>) {
    const world = this.#world;
    const { method } = request.message;
    if (method === methods.allocate) return this.#allocating.request(request, who);
    const { allocation } = request.path;
    if (allocation === undefined || allocation.state !== "live") return refuse(world, request, 437, who.key);
    if (allocation.username !== who.username) return refuse(world, request, 441, who.key);
    if (method === methods.refresh) return refresh(world, request, who, allocation);
    return method === methods.createPermission
      ? createPermission(world, request, who, allocation)
      : channelBind(world, request, who, allocation);
  }
}

/** Whether a datagram or the start of a stream may be STUN: its first two bits are zero and its class and method are ones that clients send first. */
export function looksLikeStun(firstByte: number): boolean {
  return firstByte <= 1;
}
