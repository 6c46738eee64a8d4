import { randomText } from "../private/bytes.ts";

/** What a tab notes down of its seat in a room, so that a reload comes back to it. */
export interface SeatNote {
  /** Names the tab: where its keys are kept. A duplicated tab starts with the same one. */
  readonly tab: string;
  readonly token?: string;
  /** Private rooms: how many messages this seat has signed. */
  readonly said?: number;
}

export interface SeatNotebook {
  readonly note: SeatNote;
  write(change: Partial<SeatNote>): void;
  /** Another seat, with nothing of the old one. */
  clear(): void;
  /** The seat is given up, and its keys with their count stay. */
  forgetToken(): void;
}

/** `storage` is `sessionStorage`; without it, or where the browser refuses it, the note lasts as long as the page. */
export function seatNotebook(room: string, storage: Storage | undefined): SeatNotebook {
  const key = `parlour ${room}`;
  let note: SeatNote = { tab: randomText(12) };
  try {
    note = { ...note, ...JSON.parse(storage?.getItem(key) ?? "{}") };
  } catch {}
  const keep = (next: SeatNote): void => {
    note = next;
    try {
      storage?.setItem(key, JSON.stringify(note));
    } catch {}
  };
  return {
    get note() {
      return note;
    },
    write: (change) => keep({ ...note, ...change }),
    clear: () => keep({ tab: randomText(12) }),
    forgetToken() {
      const { token: _, ...rest } = note;
      keep(rest);
    },
  };
}
