// Rooms for two, without a socket: who asks for what goes in, who is told what comes out.

const mostRooms = 1000;

/**
 * `ask(id, message)` is what the page of that visitor says; `gone(id)` when its connection ended. Both return whom to tell what:
 * `[[id, message], …]`.
 */
export function createRooms() {
  /** name → { creator, guest? } */
  const rooms = new Map();
  /** visitor → name of the room they are in */
  const places = new Map();

  const refused = (id, why) => [[id, { type: "refused", why }]];
  const otherOf = (id) => {
    const room = rooms.get(places.get(id));
    return room?.creator === id ? room.guest : room?.creator;
  };

  /** The creator's room goes with them, and its name is free again. A guest leaves an empty place. */
  function leave(id, why) {
    const name = places.get(id);
    const room = rooms.get(name);
    const other = otherOf(id);
    places.delete(id);
    if (room === undefined) return [];
    if (room.creator === id) {
      rooms.delete(name);
      places.delete(room.guest);
    } else {
      room.guest = undefined;
    }
    const isOver = room.creator === id;
    return other === undefined ? [] : [[other, { type: "other-left", id, why, isOver }]];
  }

  const acts = {
    create(id, { room }) {
      if (places.has(id)) return refused(id, "You are in a room already.");
      if (rooms.has(room)) return refused(id, `“${room}” exists already.`);
      if (rooms.size === mostRooms) return refused(id, "There are too many rooms.");
      rooms.set(room, { creator: id, guest: undefined });
      places.set(id, room);
      return [[id, { type: "created", room }]];
    },
    join(id, { room }) {
      if (places.has(id)) return refused(id, "You are in a room already.");
      const found = rooms.get(room);
      if (found === undefined) return refused(id, `“${room}” does not exist.`);
      if (found.guest !== undefined) return refused(id, `“${room}” is full.`);
      found.guest = id;
      places.set(id, room);
      return [
        [id, { type: "joined", room, other: found.creator }],
        [found.creator, { type: "other-joined", id }],
      ];
    },
    exit(id) {
      if (!places.has(id)) return refused(id, "You are in no room.");
      return [...leave(id, "exit"), [id, { type: "left" }]];
    },
    destroy(id) {
      const room = rooms.get(places.get(id));
      if (room?.creator !== id) return refused(id, "Only who created a room can destroy it.");
      return [...leave(id, "destroyed"), [id, { type: "left" }]];
    },
    signal(id, { signal }) {
      const other = otherOf(id);
      // Never to anyone but the other one in the same room, whatever the page says.
      return other === undefined ? [] : [[other, { type: "signal", from: id, signal }]];
    },
  };

  return {
    ask: (id, message) => acts[message.type](id, message),
    gone: (id) => leave(id, "connection"),
  };
}

/** What a page said, if it is something that a page may say. */
export function parse(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { type, room, signal } = message ?? {};
  if (type === "create" || type === "join") {
    const name = typeof room === "string" ? room.trim() : "";
    return name.length > 0 && name.length <= 40 ? { type, room: name } : undefined;
  }
  if (type === "exit" || type === "destroy") return { type };
  if (type === "signal" && typeof signal === "object" && signal !== null) return { type, signal };
  return undefined;
}
