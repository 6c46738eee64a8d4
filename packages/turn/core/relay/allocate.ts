import { attributeOf } from "../stun/decode.ts";
import { attributes } from "../stun/registry.ts";
import type { Allocation } from "./allocation.ts";
import {
  admit,
  claimRelayed,
  dismiss,
  endAllocation,
  moveAllocation,
  openAllocation,
} from "./allocations.ts";
import { type Authenticated, mayAllocate } from "./authenticate.ts";
import { type Effect, nothing } from "./effects.ts";
import { type Request, refuse, succeed } from "./replies.ts";
import { lifetimeFor } from "./requests.ts";
import type { World } from "./world.ts";

const udp = 17;

/** What an Allocate that waits for its port came with. */
interface Waiting {
  readonly request: Request;
  readonly isEven: boolean;
  attempts: number;
}
const portAttempts = 10;

/** RFC 8656, section 7.2. */
export class Allocating {
  readonly #world: World;
  readonly #waiting = new Map<Allocation, Waiting>();

  constructor(world: World) {
    this.#world = world;
  }

  request(request: Request, who: Authenticated): readonly Effect[] {
    const world = this.#world;
    const { message, path, now } = request;
    const present = path.allocation;
    if (present !== undefined) {
      const isSame =
        present.username === who.username &&
        present.transactionId.every((byte, index) => byte === message.transactionId[index]);
      if (!isSame) return refuse(world, request, 437, who.key);
      // Sent again because the answer was lost, or is not ready yet.
      return present.state === "opening" ? nothing : this.#answer(request, present);
    }
    if (!mayAllocate(world, who.user, now)) return refuse(world, request, 401, undefined);

    const transport = attributeOf(message, attributes.requestedTransport);
    if (transport?.length !== 4) return refuse(world, request, 400, who.key);
    if (transport[0] !== udp) return refuse(world, request, 442, who.key);
    const evenPort = attributeOf(message, attributes.evenPort);
    const token = attributeOf(message, attributes.reservationToken);
    const asked = attributeOf(message, attributes.requestedAddressFamily);
    if (token !== undefined && (evenPort !== undefined || asked !== undefined))
      return refuse(world, request, 400, who.key);
    // Pairs of ports were for RTP and RTCP apart from each other: an even port can be had, but none is reserved beside it.
    if (token !== undefined || ((evenPort?.[0] ?? 0) & 0x80) !== 0)
      return refuse(world, request, 508, who.key);
    const family = this.#familyFor(request, asked);
    if (family === undefined) return refuse(world, request, 440, who.key);
    const lifetime = lifetimeFor(world, attributeOf(message, attributes.lifetime));
    if (lifetime === undefined) return refuse(world, request, 400, who.key);

    const reached = admit(world, path, who.user.id);
    if (reached !== undefined) return refuse(world, request, reached, who.key);
    const relayed = claimRelayed(world, family, evenPort !== undefined);
    if (relayed === undefined) {
      dismiss(world, path, who.user.id);
      return refuse(world, request, 508, who.key);
    }
    const allocation = openAllocation(world, path, who, message.transactionId, relayed, lifetime, now);
    if (allocation.state === "live") return [{ kind: "hold", path }, ...this.#answer(request, allocation)];
    this.#waiting.set(allocation, { request, isEven: evenPort !== undefined, attempts: 1 });
    return [
      { kind: "hold", path },
      { kind: "bind", allocation },
    ];
  }

  /** The port of `allocation.relayed` is bound, or could not be. */
  bound(allocation: Allocation, isBound: boolean): readonly Effect[] {
    const world = this.#world;
    const waiting = this.#waiting.get(allocation);
    if (waiting === undefined || allocation.state !== "opening") {
      this.#waiting.delete(allocation);
      return nothing;
    }
    const { request } = waiting;
    if (isBound) {
      this.#waiting.delete(allocation);
      allocation.state = "live";
      return this.#answer(request, allocation);
    }
    const other =
      waiting.attempts < portAttempts
        ? claimRelayed(world, allocation.relayed.family, waiting.isEven)
        : undefined;
    if (other === undefined) {
      this.#waiting.delete(allocation);
      return [...refuse(world, request, 508, allocation.key), ...endAllocation(world, allocation, "no-port")];
    }
    waiting.attempts++;
    moveAllocation(world, allocation, other);
    return [{ kind: "bind", allocation }];
  }

  /** Allocations that ended while they waited are remembered no longer. */
  sweep(): void {
    for (const allocation of this.#waiting.keys())
      if (allocation.state === "ended") this.#waiting.delete(allocation);
  }

  #answer(request: Request, allocation: Allocation): readonly Effect[] {
    return succeed(this.#world, request, allocation.key, (writer) =>
      writer
        .address(attributes.xorRelayedAddress, allocation.relayed)
        .number(attributes.lifetime, Math.max(0, Math.round((allocation.expiresAt - request.now) / 1000)))
        .address(attributes.xorMappedAddress, request.path.client),
    );
  }

  /**
   * The family that was asked for, if there is one; else that of the client's own transport, as browsers, which never ask, expect it;
   * else what there is. In closed mode all are IPv4, so that any two can pair.
   */
  #familyFor({ path }: Request, asked: Uint8Array | undefined): 4 | 6 | undefined {
    const has = (family: 4 | 6): boolean =>
      this.#world.addresses.some(({ length }) => length === (family === 4 ? 4 : 16));
    if (asked !== undefined) {
      const family = asked[0] === 1 ? 4 : asked[0] === 2 ? 6 : undefined;
      return asked.length === 4 && family !== undefined && has(family) ? family : undefined;
    }
    if (has(path.client.family)) return path.client.family;
    return has(4) ? 4 : 6;
  }
}
