import type { ForwardingEngine } from "@parlour/forwarder";
import { encodeSignal, forwarderSeat, type PeerId } from "@parlour/protocol";
import type { HostPolicy, RoomState } from "../../core/index.ts";
import type { Connection } from "../gateway/connection.ts";
import type { LiveRoom } from "../gateway/live-room.ts";
import type { Forwarder, HubSetup } from "./setup.ts";

/** After a move back to the mesh the engine keeps a room for so long: pages leave it when the mesh carries everything. */
const lingerMs = 30_000;

/** A room that the engine has. */
interface Carried {
  readonly admitted: Set<PeerId>;
  /** Ends it, after a move back. */
  closing?: (() => void) | undefined;
}

interface ForwardingSetup extends Pick<HubSetup, "clock" | "logger"> {
  /** That peer's connection, when its page is connected here. */
  readonly connectionOf: (room: string, peer: PeerId) => Connection | undefined;
}

/**
 * Keeps the media engine in step with the rooms: which it carries, and who is in them. What pages and engine say to each other
 * passes here unread.
 */
export class Forwarding {
  readonly #engine: ForwardingEngine | undefined;
  readonly #reach: Forwarder["reach"];
  readonly #setup: ForwardingSetup;
  readonly #rooms = new Map<string, Carried>();

  private constructor(
    engine: ForwardingEngine | undefined,
    reach: Forwarder["reach"],
    setup: ForwardingSetup,
  ) {
    this.#engine = engine;
    this.#reach = reach;
    this.#setup = setup;
  }

  static async start(forwarder: Forwarder | undefined, setup: ForwardingSetup): Promise<Forwarding> {
    const engine = await forwarder?.start({
      send(room, peer, payload) {
        setup.connectionOf(room, peer)?.sendBytes(encodeSignal(forwarderSeat, payload));
      },
      restarted(rooms, why) {
        setup.logger.error({ rooms: rooms.length, why }, "a media worker ended and was started again");
      },
    });
    return new Forwarding(engine, (visitor) => forwarder?.reach(visitor) ?? { addresses: [] }, setup);
  }

  /** What the planner may count on. */
  get policy(): HostPolicy {
    return this.#engine === undefined ? {} : { engine: this.#engine.engine };
  }

  /** The room changed: the engine carries it, or not, with those who are in it now. */
  follow(live: LiveRoom, state: RoomState | undefined): void {
    const engine = this.#engine;
    if (engine === undefined) return;
    const { name } = live;
    const isWanted = state?.plan?.topology === "forwarder";
    let carried = this.#rooms.get(name);
    if (carried === undefined) {
      if (!isWanted) return;
      carried = { admitted: new Set() };
      this.#rooms.set(name, carried);
      engine.open(name);
    }
    if (state === undefined) {
      this.#close(name);
      return;
    }
    const present = new Set(state.seats.map(({ id }) => id));
    for (const id of carried.admitted) {
      if (present.has(id)) continue;
      carried.admitted.delete(id);
      engine.evict(name, id);
    }
    if (isWanted) {
      carried.closing?.();
      carried.closing = undefined;
      for (const connection of live.seats.values()) this.#admit(name, carried, connection);
    } else {
      carried.closing ??= this.#setup.clock.after(lingerMs, () => this.#close(name));
    }
  }

  /** A page has its seat, or has it again, by another connection than before. */
  arrived(room: string, peer: PeerId): void {
    const carried = this.#rooms.get(room);
    const connection = this.#setup.connectionOf(room, peer);
    if (carried === undefined || connection === undefined) return;
    const isKnown = carried.admitted.delete(peer);
    this.#admit(room, carried, connection);
    if (isKnown) this.#engine?.resync(room, peer);
  }

  /** A page says something to the forwarder. */
  receive(room: string, peer: PeerId, payload: Uint8Array): void {
    if (this.#rooms.get(room)?.admitted.has(peer)) this.#engine?.receive(room, peer, payload);
  }

  statistics(): ReturnType<ForwardingEngine["statistics"]> | undefined {
    return this.#engine?.statistics();
  }

  async stop(): Promise<void> {
    for (const { closing } of this.#rooms.values()) closing?.();
    this.#rooms.clear();
    await this.#engine?.stop();
  }

  #admit(room: string, { admitted }: Carried, { place, cameBy }: Connection): void {
    if (place.phase !== "seated" || admitted.has(place.id)) return;
    admitted.add(place.id);
    this.#engine?.admit(room, place.id, this.#reach(cameBy));
  }

  #close(room: string): void {
    this.#rooms.get(room)?.closing?.();
    this.#rooms.delete(room);
    this.#engine?.close(room);
  }
}
