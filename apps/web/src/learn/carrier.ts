/** The bare WebSocket between the two sides, and the little that the server says on it itself. */

export type SeatName = "offerer" | "answerer";

/** The server's own words; see docs/handshake.md. */
export type ServerWord =
  | {
      readonly type: "seat";
      readonly seat: SeatName;
      readonly iceServers: readonly RTCIceServer[];
      readonly isOtherHere: boolean;
    }
  | { readonly type: "other-came" }
  | { readonly type: "other-left" }
  | { readonly type: "refused" | "closing"; readonly code: string; readonly detail: string };

export interface CarrierEars {
  readonly onWord: (word: ServerWord) => void;
  /** What the other side sent, as it was. */
  readonly onText: (text: string) => void;
  readonly onClose: () => void;
}

const serverMark = "server ";
const otherMark = "other ";

/** Tells who speaks. Undefined for what neither says. */
export function readText(
  text: string,
): { readonly word: ServerWord } | { readonly text: string } | undefined {
  if (text.startsWith(otherMark)) return { text: text.slice(otherMark.length) };
  if (!text.startsWith(serverMark)) return undefined;
  try {
    return { word: JSON.parse(text.slice(serverMark.length)) as ServerWord };
  } catch {
    return undefined;
  }
}

/** Letters that are hard to confuse; the server takes no others. */
const letters = "abcdefghijklmnopqrstuvwxyz234567";
const codePattern = /^[a-z2-7]{16,32}$/;

/** A code of 80 bits that nobody guesses. */
export function newCode(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => letters[byte % 32]).join("");
}

export const isCode = (text: string): boolean => codePattern.test(text);

/** Opens a seat at that code's pair; which of the two says the first word that comes. */
export function openCarrier(code: string, ears: CarrierEars): WebSocket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/learn/relay/${code}`);
  socket.onmessage = ({ data }) => {
    const read = readText(String(data));
    if (read === undefined) return;
    if ("word" in read) ears.onWord(read.word);
    else ears.onText(read.text);
  };
  socket.onclose = () => ears.onClose();
  return socket;
}

/** What came from the other side, once it is known to be something; undefined for anything else. */
export function readMessage(
  text: string,
):
  | { readonly description?: RTCSessionDescriptionInit; readonly candidate?: RTCIceCandidateInit }
  | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { description, candidate } = value as Record<string, unknown>;
    if (isDescription(description)) return { description };
    if (isCandidate(candidate)) return { candidate };
    return undefined;
  } catch {
    return undefined;
  }
}

function isDescription(value: unknown): value is RTCSessionDescriptionInit {
  if (typeof value !== "object" || value === null) return false;
  const { type, sdp } = value as Record<string, unknown>;
  return (type === "offer" || type === "answer") && typeof sdp === "string";
}

function isCandidate(value: unknown): value is RTCIceCandidateInit {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Record<string, unknown>)["candidate"] === "string"
  );
}
