import {
  type Allocation,
  type Effect,
  type Endpoint,
  type Path,
  type Place,
  Relay,
  type RelayOptions,
  type Statistics,
  servicePlace,
} from "../core/index.ts";
import type { ClientPath, Intake } from "./path.ts";

/** What happens at the real ports of allocations (open mode). */
export interface PortEvents {
  bound(allocation: Allocation, isBound: boolean): void;
  message(allocation: Allocation, peer: Endpoint, bytes: Uint8Array): void;
}

/** Real UDP ports, one for each allocation (open mode). */
export interface Ports {
  /** Answers with `bound`, at once or later. */
  bind(allocation: Allocation): void;
  emit(allocation: Allocation, to: Place, bytes: Uint8Array): void;
  unbind(allocation: Allocation): void;
}

/** Ways to the service, one for each allocation that uses it: a socket of its own, so that each is a sender of its own there. */
export interface Ways {
  send(allocation: Allocation, bytes: Uint8Array): void;
  close(allocation: Allocation): void;
}
/** What the service answers. */
export type Answered = (allocation: Allocation, bytes: Uint8Array) => void;

export interface EngineSetup {
  readonly relay: RelayOptions;
  readonly now: () => number;
  readonly ports: (events: PortEvents) => Ports;
  /** Where there is a service. */
  readonly ways?: ((answered: Answered) => Ways) | undefined;
  /** To an allocation of another thread; false when that does not keep up. */
  readonly pass: (to: Place, from: Place, bytes: Uint8Array, delayMs: number) => boolean;
  readonly onFault: (error: unknown) => void;
}

/** Packets under way in labs, in all. */
const delayedPackets = 20_000;

/** A relay with its effects done: what is between the sockets of one thread. */
export class Engine implements Intake {
  faults = 0;
  /** Packets that wait for their time, in labs. */
  delayed = 0;
  readonly #relay: Relay;
  readonly #ports: Ports;
  readonly #ways: Ways | undefined;
  readonly #setup: EngineSetup;
  #isClosed = false;

  constructor(setup: EngineSetup) {
    this.#setup = setup;
    this.#relay = new Relay(setup.relay, setup.now());
    this.#ports = setup.ports({
      bound: (allocation, isBound) => this.#guarded(() => this.#relay.bound(allocation, isBound)),
      message: (allocation, peer, bytes) =>
        this.#guarded(() => this.#relay.receiveFromPeer(allocation, peer, bytes, setup.now())),
    });
    this.#ways = setup.ways?.((allocation, bytes) =>
      this.#guarded(() => this.#relay.receiveFromPeer(allocation, servicePlace, bytes, setup.now())),
    );
  }

  receive(path: Path, bytes: Uint8Array): void {
    this.#guarded(() => this.#relay.receive(path, bytes, this.#setup.now()));
  }

  closed(path: Path): void {
    this.#guarded(() => this.#relay.closed(path));
  }

  /** From another thread; `bytes` may be written over. */
  passed(to: Place, from: Place, bytes: Uint8Array, at: number, delayMs: number): void {
    this.#guarded(() => this.#relay.passed(to, from, bytes, at, delayMs, this.#setup.now()));
  }

  dropUser(prefix: string, revokeUpTo: number | undefined): number {
    let dropped = 0;
    this.#guarded(() => {
      const { count, effects } = this.#relay.dropUser(prefix, revokeUpTo);
      dropped = count;
      return effects;
    });
    return dropped;
  }

  /** About once a second. */
  tick(): void {
    this.#guarded(() => this.#relay.tick(this.#setup.now()));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#guarded(() => this.#relay.close());
  }

  /** As they are now; the object goes on counting. */
  get statistics(): Readonly<Statistics> {
    return this.#relay.statistics;
  }

  /** One bad packet must not take the server along. */
  #guarded(work: () => readonly Effect[]): void {
    try {
      for (const effect of work()) this.#perform(effect);
    } catch (error) {
      this.faults++;
      this.#setup.onFault(error);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send": {
        const path = effect.path as ClientPath;
        if (effect.delayMs > 0)
          this.#later(effect.delayMs, effect.bytes, (kept) => path.deliver(kept, effect.isData));
        else path.deliver(effect.bytes, effect.isData);
        return;
      }
      case "emit": {
        const { allocation, to, bytes, delayMs } = effect;
        if (delayMs > 0) this.#later(delayMs, bytes, (kept) => this.#ports.emit(allocation, to, kept));
        else this.#ports.emit(allocation, to, bytes);
        return;
      }
      case "pass":
        if (!this.#setup.pass(effect.to, effect.from, effect.bytes, effect.delayMs)) this.#relay.crowded();
        return;
      case "serve": {
        const { allocation, bytes, delayMs } = effect;
        if (delayMs > 0)
          this.#later(delayMs, bytes, (kept) => {
            if (allocation.state === "live") this.#ways?.send(allocation, kept);
          });
        else this.#ways?.send(allocation, bytes);
        return;
      }
      case "leave":
        this.#ways?.close(effect.allocation);
        return;
      case "bind":
        this.#ports.bind(effect.allocation);
        return;
      case "unbind":
        this.#ports.unbind(effect.allocation);
        return;
      case "hold":
        (effect.path as ClientPath).hold();
        return;
      case "release":
        (effect.path as ClientPath).release(effect.reason);
        return;
      default:
        effect satisfies never;
    }
  }

  #later(ms: number, bytes: Uint8Array, work: (kept: Uint8Array) => void): void {
    if (this.delayed >= delayedPackets) return;
    this.delayed++;
    // The packet's own memory is the next packet's by then.
    const kept = bytes.slice();
    setTimeout(() => {
      this.delayed--;
      if (!this.#isClosed) work(kept);
    }, ms).unref();
  }
}
