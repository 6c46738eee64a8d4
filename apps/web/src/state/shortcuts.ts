/** What a single key may do in a call. */
export type Shortcut =
  | "microphone"
  | "camera"
  | "talk"
  | "chat"
  | "people"
  | "share"
  | "hand"
  | "react"
  | "full-screen"
  | "help";

/** By the letter typed, so that they stay where they are printed on every keyboard. */
const keys: ReadonlyMap<string, Shortcut> = new Map([
  ["m", "microphone"],
  ["v", "camera"],
  ["c", "chat"],
  ["p", "people"],
  ["s", "share"],
  ["h", "hand"],
  ["r", "react"],
  ["f", "full-screen"],
  ["t", "talk"],
  [" ", "talk"],
  ["?", "help"],
]);

/** A key press, as far as it matters here. */
export interface KeyPress {
  readonly key: string;
  /** Held down: the system repeats it. */
  readonly repeat: boolean;
  /** Ctrl, Alt or Meta: those belong to the browser and the system. */
  readonly hasModifier: boolean;
  /** What has the focus takes letters: a field, a list of choices, an open dialog or menu. */
  readonly isTyping: boolean;
  /** What has the focus is pressed with Space. */
  readonly isOnControl: boolean;
}

/** The shortcut that a press stands for, if any. */
export function shortcutOf(press: KeyPress): Shortcut | undefined {
  if (press.hasModifier || press.isTyping || press.repeat) return undefined;
  if (press.key === " " && press.isOnControl) return undefined;
  return keys.get(press.key.toLowerCase());
}
