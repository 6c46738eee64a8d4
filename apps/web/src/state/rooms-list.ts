import { type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";

/** One public room with people in it, as `GET /api/rooms` gives it. */
export interface ListedRoom {
  readonly name: string;
  readonly title?: string;
  readonly people: number;
  readonly capacity: number;
  /** The first people in it, where anyone may come in. */
  readonly names?: readonly string[];
}
export type RoomsList =
  | { readonly state: "loading" }
  | { readonly state: "listed"; readonly rooms: readonly ListedRoom[] }
  | { readonly state: "failed" };

/** Reads the answer of `GET /api/rooms`; what is not a room is left out. */
export function readRooms(body: unknown): readonly ListedRoom[] {
  const list = Array.isArray(body) ? body : (body as { rooms?: unknown } | null)?.rooms;
  if (!Array.isArray(list)) return [];
  return list.filter(
    (room): room is ListedRoom =>
      typeof room === "object" &&
      room !== null &&
      typeof room.name === "string" &&
      typeof room.people === "number" &&
      (room.names === undefined || isTexts(room.names)),
  );
}
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

/** Names that fit into one line; the others are counted. */
const namesShown = 5;

/** Who is in a room, in words; empty where that is not told. */
export function whoIsThere({ names = [], people }: ListedRoom): string {
  const shown = names.slice(0, namesShown);
  return shown.length === 0 ? "" : words.home.who(shown.join(", "), people - shown.length);
}

export interface RoomsPort {
  /** The JSON of `GET /api/rooms`; rejects when there is none. */
  fetchRooms(): Promise<unknown>;
  isVisible(): boolean;
  /** Calls back each time the tab is shown again; returns how to stop. */
  onVisible(listener: () => void): () => void;
  every(ms: number, run: () => void): () => void;
}

/** The home screen's list, fetched again while somebody looks at it. */
export class PublicRooms {
  readonly list: Signal<RoomsList> = signal({ state: "loading" });
  readonly #port: RoomsPort;
  readonly #stops: (() => void)[];

  constructor(port: RoomsPort, everyMs = 5_000) {
    this.#port = port;
    const whenVisible = () => {
      if (port.isVisible()) void this.refresh();
    };
    this.#stops = [port.onVisible(whenVisible), port.every(everyMs, whenVisible)];
    void this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const rooms = readRooms(await this.#port.fetchRooms());
      this.list.value = { state: "listed", rooms };
    } catch {
      // A list that is a little old is better than none.
      if (this.list.value.state !== "listed") this.list.value = { state: "failed" };
    }
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}
