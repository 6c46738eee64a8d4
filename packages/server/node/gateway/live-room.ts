import type { PeerId, ServerFrame } from "@parlour/protocol";
import type { Connection } from "./connection.ts";

/** A connection that waits for the host to let it in. */
export interface AtDoor {
  readonly connection: Connection;
  readonly since: number | undefined;
}

/** A room as this process sees it: who is connected here, by seat number, and what is waiting to be done in it. */
export class LiveRoom {
  readonly name: string;
  /** Seat number → connection. The way of every signal: no parsing, no store, no queue. */
  readonly seats = new Map<number, Connection>();
  /** Who knocks, by the id of the connection, and which entries of the log each has seen. */
  readonly door = new Map<string, AtDoor>();
  /** Everything but signals happens one after another. */
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  deadline: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Runs a task after those before it are done, whatever became of them. */
  enqueue<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const run = this.#tail.then(task);
    const settled = (): void => void this.#waiting--;
    this.#tail = run.then(settled, settled);
    return run;
  }

  get isIdle(): boolean {
    return (
      this.#waiting === 0 && this.seats.size === 0 && this.door.size === 0 && this.deadline === undefined
    );
  }

  /** The connection of that seat, when it has one. */
  connectionOf(id: PeerId): Connection | undefined {
    for (const connection of this.seats.values()) {
      const { place } = connection;
      if (place.phase === "seated" && place.id === id) return connection;
    }
    return undefined;
  }

  /** The connection of that name, seated or at the door. */
  connection(id: string): Connection | undefined {
    for (const connection of this.seats.values()) if (connection.id === id) return connection;
    return this.door.get(id)?.connection;
  }

  /** When everything enqueued so far is done. */
  get settled(): Promise<unknown> {
    return this.#tail;
  }

  /** Writes the frame once and sends it to everyone connected but the one. */
  tellAll(frame: ServerFrame, except?: string): void {
    const text = Buffer.from(JSON.stringify(frame));
    for (const connection of this.seats.values()) {
      const { place } = connection;
      if (place.phase === "seated" && place.id !== except) connection.sendText(text);
    }
  }
}
