import type { FakeClock } from "./clock.ts";
import { FakeConnection } from "./fake-connection.ts";
import type { Random } from "./random.ts";

export interface FakeWorldSetup {
  readonly clock: FakeClock;
  readonly random: Random;
  /** How long an operation of a connection takes, milliseconds. */
  readonly operationMs?: readonly [number, number];
  /** What every connection here presents. */
  readonly fingerprint?: string;
}

/** The network that fake connections find each other in. */
export interface FakeWorld {
  connection(configuration?: object): FakeConnection;
  readonly connections: readonly FakeConnection[];
  /** Nothing gets through: connections lose each other, and fail when it lasts. */
  block(): void;
  unblock(): void;
}

/** What connections of one world share. */
export interface World extends FakeWorldSetup {
  isBlocked: boolean;
  readonly made: FakeConnection[];
  readonly byUfrag: Map<string, FakeConnection>;
  ids: number;
}

export function fakeWorld(setup: FakeWorldSetup): FakeWorld {
  const world: World = { ...setup, isBlocked: false, made: [], byUfrag: new Map(), ids: 0 };
  const reconsider = (): void => {
    for (const connection of world.made) connection.reconsider();
  };
  return {
    connection(configuration) {
      const made = new FakeConnection(world, configuration);
      world.made.push(made);
      return made;
    },
    connections: world.made,
    block() {
      world.isBlocked = true;
      reconsider();
    },
    unblock() {
      world.isBlocked = false;
      reconsider();
    },
  };
}
