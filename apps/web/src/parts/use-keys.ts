import { useLayoutEffect } from "preact/hooks";
import type { Call } from "../state/call.ts";
import { type KeyPress, shortcutOf } from "../state/shortcuts.ts";

const typing = "input, textarea, select, [contenteditable], dialog *, [popover] *";
const controls = "button, a, summary, [role=log], .panel-body";

function pressOf(event: KeyboardEvent): KeyPress {
  const at = event.target instanceof Element ? event.target : document.body;
  return {
    key: event.key,
    repeat: event.repeat,
    hasModifier: event.ctrlKey || event.altKey || event.metaKey || event.isComposing,
    isTyping: at.matches(typing),
    isOnControl: at.matches(controls),
  };
}

/** The call's keys: Escape closes the panel, single keys are shortcuts unless they are switched off. */
export function useKeys(call: Call, toggleFullScreen: () => void): void {
  useLayoutEffect(() => {
    let talkKey: string | undefined;
    const onDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing) {
        // What lies above the panel closes first, by itself.
        if (document.querySelector("dialog[open], :popover-open") === null) call.show(undefined);
        return;
      }
      if (!call.local.settings.hasShortcuts.peek()) return;
      const shortcut = shortcutOf(pressOf(event));
      if (shortcut === undefined) return;
      event.preventDefault();
      if (shortcut === "talk") talkKey = event.key;
      if (shortcut === "full-screen") toggleFullScreen();
      else call.press(shortcut);
    };
    const stopTalking = () => {
      talkKey = undefined;
      call.sending.talk(false);
    };
    const onUp = (event: KeyboardEvent) => {
      if (talkKey !== undefined && event.key.toLowerCase() === talkKey.toLowerCase()) stopTalking();
    };
    addEventListener("keydown", onDown);
    addEventListener("keyup", onUp);
    // The key may come up in another window, where the page hears nothing of it.
    addEventListener("blur", stopTalking);
    return () => {
      removeEventListener("keydown", onDown);
      removeEventListener("keyup", onUp);
      removeEventListener("blur", stopTalking);
    };
  }, [call, toggleFullScreen]);
}
