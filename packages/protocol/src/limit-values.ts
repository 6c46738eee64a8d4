/**
 * Every bound that something from the wire meets, in one place (bytes, counts, rates, lifetimes).
 *
 * Sizes are in bytes unless the name says characters (UTF-16 code units), times in milliseconds.
 *
 * Read as `limits.name`; each is a constant of its own so that a page carries only those it uses.
 */
/** Largest text frame a client may send; `hello` with a card and a token is the largest honest one. */
export const clientFrameBytes = 16 * 1024;
/** Largest binary frame (a `signal`): SDP with many candidates stays below half of this. */
export const signalBytes = 64 * 1024;
export const roomNameCharacters = 64;
export const nameCharacters = 40;
export const titleCharacters = 80;
export const passcodeCharacters = 64;
/** One chat message. */
export const textCharacters = 4000;
/** A sealed identity card, base64url. */
export const cardCharacters = 2048;
export const tokenCharacters = 1024;
export const capabilities = 8;
export const capabilityCharacters = 32;

/** People who wait at one room's door. */
export const waiting = 20;
/** People who wait at doors and come from one address. */
export const waitingPerAddress = 10;
/** Ids that a room keeps of those who were removed; the oldest are forgotten first. */
export const removedIds = 1_000;

/** Names of people that `GET /api/rooms` gives per room. */
export const listedNames = 8;

export const capacityDefault = 100;
export const capacityMax = 200;

/** A connection that has not said hello by then is closed. */
export const helloMs = 10_000;
/** The server asks a silent connection for a sign of life this often. */
export const pingEveryMs = 5_000;
/** Without a sign of life for this long a connection counts as lost. */
export const silentAfterMs = 12_000;
/** A second connection with a live seat's token: how long the first has to answer before it is replaced. */
export const takeoverProbeMs = 1_500;
/** Page closed or reloaded: the seat waits this long. */
export const seatAfterPageGoneMs = 8_000;
/** Connection lost without a word: the seat waits this long. */
export const seatAfterSilenceMs = 60_000;
/** A room that its last person left keeps its name this long. */
export const emptyRoomMs = 30_000;
/** A room made over HTTP that nobody entered yet keeps its name this long. */
export const unenteredRoomMs = 600_000;
/** Resume tokens are honoured this long. */
export const tokenMs = 24 * 3_600_000;

/** Rooms on one server. */
export const rooms = 10_000;
/** Rooms made to stay on one server. */
export const stayingRooms = 500;
/** Bytes waiting in one connection's send buffer before it is closed as too slow. */
export const outgoingBytes = 4 * 1024 * 1024;
/** Open connections from one address. */
export const connectionsPerAddress = 200;
/** Refused frames on one connection before it is closed. */
export const refusalsBeforeClose = 8;

export const historyMessages = 500;
export const historyMs = 24 * 3_600_000;

/** Pairs that learn at the workbench (`/learn`), on one server. */
export const workbenches = 1_000;
/** Sockets of the workbench from one address. */
export const workbenchSeatsPerAddress = 40;
/** One text that the workbench's relay passes on: SDP with many candidates stays below half of this. */
export const workbenchTextBytes = 64 * 1024;
/** A socket of the workbench is closed after this long. */
export const workbenchMs = 4 * 3_600_000;

/** Files of one transfer. */
export const transferFiles = 100_000;
/** The list of a transfer's files, as text. */
export const manifestCharacters = 24 * 1024 * 1024;
/** Pieces of one transfer: a bitfield of them is 8 KiB. */
export const transferPieces = 65_536;
/** Largest piece; 64 KiB times a power of two. */
export const pieceBytes = 16 * 1024 * 1024;
/** Folders within each other, the file included. */
export const pathDepth = 32;
/** One part of a path, as it comes over the wire. */
export const pathPartCharacters = 1_024;
/** A small picture beside an offer, as a data URL. */
export const thumbnailCharacters = 48 * 1024;
/** Offers that one page may have with another. */
export const offersPerPeer = 256;
/** Pieces that one page may have asked for and not got from another. */
export const asksPerPeer = 128;
/** Pages that take part in one transfer. */
export const transferMembers = 200;
