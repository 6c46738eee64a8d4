import type { FakeClock } from "./clock.ts";
import type { Random } from "./random.ts";

/** How a simulated path treats what is sent over it. */
export interface PathConditions {
  /** One way, milliseconds: drawn evenly between the two. */
  readonly delayMs: readonly [number, number];
  /** Probability that a packet is lost. */
  readonly loss?: number;
  /** Probability that a packet comes twice. */
  readonly duplicate?: number;
  /** `true`: a later packet never overtakes an earlier one (TCP, a WebSocket). */
  readonly inOrder?: boolean;
}

/** One direction between two ends, driven by the fake clock. */
export interface Path<T> {
  send(packet: T): void;
  /** Packets under way are lost, and so is what is sent until `mend`. */
  cut(): void;
  mend(): void;
  readonly isCut: boolean;
  readonly underWay: number;
}

export function simulatedPath<T>(
  clock: FakeClock,
  random: Random,
  conditions: PathConditions,
  deliver: (packet: T) => void,
): Path<T> {
  let life = 0;
  let isCut = false;
  let underWay = 0;
  let lastArrival = 0;
  const launch = (packet: T): void => {
    let arrival =
      clock.now() + conditions.delayMs[0] + random.next() * (conditions.delayMs[1] - conditions.delayMs[0]);
    if (conditions.inOrder) {
      arrival = Math.max(arrival, lastArrival);
      lastArrival = arrival;
    }
    const mine = life;
    underWay++;
    clock.after(arrival - clock.now(), () => {
      underWay--;
      if (mine === life) deliver(packet);
    });
  };
  return {
    send(packet) {
      if (isCut || random.chance(conditions.loss ?? 0)) return;
      launch(packet);
      if (random.chance(conditions.duplicate ?? 0)) launch(packet);
    },
    cut() {
      isCut = true;
      life++;
    },
    mend() {
      isCut = false;
      lastArrival = 0;
    },
    get isCut() {
      return isCut;
    },
    get underWay() {
      return underWay;
    },
  };
}

/** One end of a simulated WebSocket. */
export interface SimulatedSocket<T = string | Uint8Array> {
  send(message: T): void;
  /** Says goodbye: the other end hears of it after the delay. */
  close(code: number): void;
  onmessage: (message: T) => void;
  onclose: (code: number) => void;
}

/** Two socket ends joined by in-order paths. `drop` loses the connection without a word: each end sees 1006 when the test says so. */
export function socketPair<T = string | Uint8Array>(
  clock: FakeClock,
  random: Random,
  delayMs: readonly [number, number] = [0, 0],
): { a: SimulatedSocket<T>; b: SimulatedSocket<T>; drop(seenBy: "a" | "b" | "both" | "none"): void } {
  type Item = { message: T } | { close: number };
  let isOpen = true;
  const end = (send: (item: Item) => void): SimulatedSocket<T> => ({
    send: (message) => {
      if (isOpen) send({ message });
    },
    close: (code) => {
      if (isOpen) send({ close: code });
    },
    onmessage: () => {},
    onclose: () => {},
  });
  const arrive = (to: () => SimulatedSocket<T>, other: () => SimulatedSocket<T>) => (item: Item) => {
    if ("message" in item) {
      to().onmessage(item.message);
      return;
    }
    if (!isOpen) return;
    isOpen = false;
    to().onclose(item.close);
    other().onclose(item.close);
  };
  const ab = simulatedPath<Item>(
    clock,
    random,
    { delayMs, inOrder: true },
    arrive(
      () => b,
      () => a,
    ),
  );
  const ba = simulatedPath<Item>(
    clock,
    random,
    { delayMs, inOrder: true },
    arrive(
      () => a,
      () => b,
    ),
  );
  const a = end((item) => ab.send(item));
  const b = end((item) => ba.send(item));
  return {
    a,
    b,
    drop(seenBy) {
      if (!isOpen) return;
      isOpen = false;
      ab.cut();
      ba.cut();
      if (seenBy === "a" || seenBy === "both") a.onclose(1006);
      if (seenBy === "b" || seenBy === "both") b.onclose(1006);
    },
  };
}
