import type { Knocker, RoomInfo, RosterEntry, ServerFrame } from "@parlour/protocol";

/** Thrown when the room did something that it must not. Plain comparisons: a million `expect`s would take minutes. */
export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

/** What one connection believes, from its frames alone. */
export interface Mirror {
  readonly roster: Map<string, RosterEntry>;
  /** Who knocks, for as long as it is the host's. */
  readonly waiting: Map<string, Knocker>;
  room: RoomInfo;
}

/** Takes a frame at its word. `own` is the id of this connection's seat. */
export function take(mirror: Mirror, own: string, frame: ServerFrame): void {
  const { roster, waiting } = mirror;
  switch (frame.type) {
    case "joined":
      must(!roster.has(frame.peer.id), "somebody joined who was there");
      roster.set(frame.peer.id, frame.peer);
      break;
    case "changed":
      must(roster.has(frame.peer.id), "somebody changed who was not there");
      roster.set(frame.peer.id, frame.peer);
      if (frame.peer.id === own && frame.peer.role === "member") waiting.clear();
      break;
    case "left":
      must(roster.delete(frame.id), "somebody left who was not there");
      break;
    case "room":
      mirror.room = frame.room;
      break;
    case "knocking":
      waiting.set(frame.peer.id, frame.peer);
      break;
    case "knock-ended":
      must(waiting.delete(frame.id), "somebody waits no more who never did");
      break;
    case "asked":
      must(roster.get(frame.by)?.role === "host", "somebody asks who is not host");
      break;
    default:
      throw new Error(`the room does not send ${frame.type}`);
  }
}

/** Two lists of the same things in whatever order are the same text. */
export function sorted(list: readonly unknown[]): string {
  return JSON.stringify(list.map((each) => JSON.stringify(each)).sort());
}

export function canonical(entries: readonly RosterEntry[]): string {
  return JSON.stringify([...entries].sort((a, b) => a.number - b.number));
}
