import type { RoomState, Seat } from "../../../core/index.ts";
import { memoryRooms } from "../memory.ts";
import { type RoomStore, StoreError } from "../store.ts";
import type { Connection, Use } from "./database.ts";

/** Rooms in memory, so that nothing waits to read, and every change that a restart must not undo in the file. */
export function sqliteRooms(database: Connection, now: () => number, use: Use): RoomStore {
  const writeRoom = database.prepare(
    "INSERT INTO rooms (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
  );
  const dropRoom = database.prepare("DELETE FROM rooms WHERE name = ?");
  const writeSeat = database.prepare(
    "INSERT INTO seats (room, number, body) VALUES (?, ?, ?) ON CONFLICT (room, number) DO UPDATE SET body = excluded.body",
  );
  const dropSeat = database.prepare("DELETE FROM seats WHERE room = ? AND number = ?");
  const dropSeats = database.prepare("DELETE FROM seats WHERE room = ?");
  const dropEntries = database.prepare("DELETE FROM entries WHERE room = ?");
  const dropLog = database.prepare("DELETE FROM logs WHERE room = ?");

  const keep = database.transaction(
    (name: string, before: RoomState | undefined, after: RoomState | undefined): void => {
      if (after === undefined) {
        dropRoom.run(name);
        dropSeats.run(name);
        // With the room, not after it: killed in between, a later room of this name would show what was said in this one.
        dropEntries.run(name);
        dropLog.run(name);
        return;
      }
      const body = roomBody(after);
      if (before === undefined || roomBody(before) !== body) writeRoom.run(name, body);
      const kept = new Map(before?.seats.map((seat) => [seat.number, seat]));
      for (const seat of after.seats) {
        const old = kept.get(seat.number);
        kept.delete(seat.number);
        if (old === seat) continue;
        const body = seatBody(seat);
        if (old === undefined || seatBody(old) !== body) writeSeat.run(name, seat.number, body);
      }
      for (const number of kept.keys()) dropSeat.run(name, number);
    },
  );
  return memoryRooms(
    use(() => load(database, now())),
    (name, before, after) => {
      // Most drops and resumptions change only what a restart undoes anyway.
      if (after !== undefined && before !== undefined && isSameOnDisk(before, after)) return;
      use(() => keep(name, before, after));
    },
  );
}

function isSameOnDisk(before: RoomState, after: RoomState): boolean {
  return (
    roomBody(before) === roomBody(after) &&
    before.seats.length === after.seats.length &&
    before.seats.every((seat, i) => {
      const now = after.seats[i];
      return now === seat || (now !== undefined && seatBody(now) === seatBody(seat));
    })
  );
}

function roomBody(state: RoomState): string {
  // `boot` starts a room's time again, so that the phase alone says enough; and who knocks knocks again.
  const { seats: _seats, waiting: _waiting, life, ...rest } = state;
  return JSON.stringify({ ...rest, phase: life.phase });
}

function seatBody(seat: Seat): string {
  return JSON.stringify(
    seat.presence === "here"
      ? { ...seat, presence: undefined, connection: undefined }
      : { ...seat, presence: undefined, since: undefined },
  );
}

/** What rooms kept by an earlier version do not say. */
const newer = { locked: false, knock: false } as const;

function load(database: Connection, now: number): readonly RoomState[] {
  const seats = new Map<string, Seat[]>();
  const seatRows = database.prepare("SELECT room, number, body FROM seats ORDER BY room, number").all();
  for (const row of seatRows as { room: string; number: number; body: string }[]) {
    const facts = parsed("seats", row.room, row.body) as Extract<Seat, { presence: "silent" }>;
    if (facts.number !== row.number) throw damaged("seats", row.room);
    const list = seats.get(row.room) ?? [];
    list.push({ ...facts, presence: "silent", since: now });
    seats.set(row.room, list);
  }
  const rows = database.prepare("SELECT name, body FROM rooms ORDER BY name").all();
  return (rows as { name: string; body: string }[]).map(({ name, body }) => {
    const { phase, ...facts } = parsed("rooms", name, body) as Omit<
      RoomState,
      "seats" | "waiting" | "life"
    > & {
      phase: RoomState["life"]["phase"];
    };
    if (facts.name !== name) throw damaged("rooms", name);
    return {
      ...newer,
      ...facts,
      waiting: [],
      life: phase === "unentered" ? { phase, since: now } : { phase, lastSeen: now },
      seats: seats.get(name) ?? [],
    };
  });
}

function parsed(table: string, room: string, body: string): object {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, with the place instead of the parser's words.
  }
  throw damaged(table, room);
}

function damaged(table: string, room: string): StoreError {
  return new StoreError(
    "damaged",
    `The data folder's database is damaged: table ${table}, room ${room}.`,
    "Restore it from a backup, or move it away to start afresh.",
  );
}
