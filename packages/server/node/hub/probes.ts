import type { Connection } from "../gateway/connection.ts";
import type { HubSetup } from "./setup.ts";

interface Probe {
  readonly newcomer: Connection;
  readonly cancel: () => void;
  /** The seat's connection gave no sign of life. */
  readonly takeOver: () => void;
}

/**
 * Newcomers with the token of a seat whose page is connected. The page is asked: when it answers, the newcomer is a duplicated tab and
 * gets `seat-taken`; when it does not, the newcomer is the same person after a crash or a lost network, and takes over.
 */
export class Probes {
  readonly #setup: Pick<HubSetup, "gateway" | "clock" | "limits">;
  readonly #waiting = new Map<Connection, Set<Probe>>();

  constructor(setup: Pick<HubSetup, "gateway" | "clock" | "limits">) {
    this.#setup = setup;
  }

  /** `seated` is undefined when that connection is not there any more. */
  start(seated: Connection | undefined, newcomer: Connection, takeOver: () => void): void {
    if (seated === undefined) {
      queueMicrotask(takeOver);
      return;
    }
    const { gateway, clock, limits } = this.#setup;
    const cancel = clock.after(limits.takeoverProbeMs, () => {
      this.#waiting.get(seated)?.delete(probe);
      takeOver();
    });
    const probe: Probe = { newcomer, cancel, takeOver };
    const probes = this.#waiting.get(seated) ?? new Set();
    this.#waiting.set(seated, probes.add(probe));
    seated.isProbed = true;
    seated.ping(gateway.now());
  }

  /** It is alive: whoever wanted its seat is turned away. */
  answered(seated: Connection): void {
    for (const { newcomer } of this.#take(seated)) this.#setup.gateway.end(newcomer, "seat-taken");
  }

  /** It is gone, so there is no need to wait longer. */
  lost(seated: Connection): void {
    for (const { takeOver } of this.#take(seated)) takeOver();
  }

  close(): void {
    for (const seated of [...this.#waiting.keys()]) this.#take(seated);
  }

  #take(seated: Connection): readonly Probe[] {
    const probes = [...(this.#waiting.get(seated) ?? [])];
    this.#waiting.delete(seated);
    seated.isProbed = false;
    for (const { cancel } of probes) cancel();
    return probes;
  }
}
