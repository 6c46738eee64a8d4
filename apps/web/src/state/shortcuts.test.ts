import { describe, expect, it } from "vitest";
import { type KeyPress, shortcutOf } from "./shortcuts.ts";

const press = (key: string, more: Partial<KeyPress> = {}) =>
  shortcutOf({ key, repeat: false, hasModifier: false, isTyping: false, isOnControl: false, ...more });

describe("shortcuts", () => {
  it("[W45] are single keys, large or small", () => {
    expect(["m", "M", "v", "c", "p", "s", "h", "r", "f", "t", " ", "?"].map((key) => press(key))).toEqual([
      "microphone",
      "microphone",
      "camera",
      "chat",
      "people",
      "share",
      "hand",
      "react",
      "full-screen",
      "talk",
      "talk",
      "help",
    ]);
    expect(press("x")).toBeUndefined();
  });

  it("[W45] are nothing while something is typed, with a modifier, or repeated by the system", () => {
    for (const more of [{ isTyping: true }, { hasModifier: true }, { repeat: true }])
      expect(press("m", more)).toBeUndefined();
  });

  it("[W45] leave Space to the button that has the focus", () => {
    expect(press(" ", { isOnControl: true })).toBeUndefined();
    expect(press("t", { isOnControl: true })).toBe("talk");
  });
});
