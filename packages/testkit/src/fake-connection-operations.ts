import { namedError } from "./fake-connection-parts.ts";
import type { World } from "./fake-connection-world.ts";

/** What the chain has to know of its connection. */
export interface FakeOperationsSide {
  readonly isClosed: () => boolean;
  readonly isStable: () => boolean;
  /** Something is to be negotiated. */
  readonly isNeeded: () => boolean;
  readonly onNeeded: () => void;
}

/** The operations chain of a connection (WebRTC 1.0, section 4.4.1.2), and its negotiation-needed flag, which waits for the chain (section 4.7.3). */
export class FakeOperations {
  readonly #world: World;
  readonly #side: FakeOperationsSide;
  #chain: Promise<unknown> = Promise.resolve();
  #chained = 0;
  #checksWhenEmpty = false;
  #isNeeded = false;

  constructor(world: World, side: FakeOperationsSide) {
    this.#world = world;
    this.#side = side;
  }

  /** One operation after the other, each of which takes its time. */
  enqueue(steps: () => void): Promise<void> {
    if (this.#side.isClosed()) return Promise.reject(namedError("InvalidStateError", "closed"));
    this.#chained++;
    const { clock, random, operationMs = [0, 4] } = this.#world;
    const work = this.#chain.then(
      () =>
        new Promise<void>((resolve, reject) => {
          clock.after(random.int(operationMs[0], operationMs[1]), () => {
            // The promises of a closed connection stay as they are.
            if (this.#side.isClosed()) return;
            try {
              steps();
              resolve();
            } catch (error) {
              reject(error);
            } finally {
              this.#chained--;
              if (this.#chained === 0 && this.#checksWhenEmpty) {
                this.#checksWhenEmpty = false;
                this.checkNeed();
              }
            }
          });
        }),
    );
    this.#chain = work.catch(() => {});
    return work;
  }

  /** A negotiation has ended: what is needed now is told anew. */
  agreed(): void {
    this.#isNeeded = false;
    this.checkNeed();
  }

  /** Updates the negotiation-needed flag: set once, fired once, cleared in `stable`. */
  checkNeed(): void {
    if (this.#chained > 0) {
      this.#checksWhenEmpty = true;
      return;
    }
    this.#world.clock.after(0, () => {
      if (this.#side.isClosed()) return;
      if (this.#chained > 0) this.#checksWhenEmpty = true;
      else if (this.#side.isStable()) {
        const isNeeded = this.#side.isNeeded();
        const isNews = isNeeded && !this.#isNeeded;
        this.#isNeeded = isNeeded;
        if (isNews) this.#side.onNeeded();
      }
    });
  }
}
