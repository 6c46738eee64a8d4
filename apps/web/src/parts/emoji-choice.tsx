import { useId, useRef } from "preact/hooks";
import { emoji } from "../state/emoji.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { Smile } from "./icons.ts";
import { place } from "./menu.tsx";

/** A button and the few emoji it offers; stays open for a second one. */
export function EmojiChoice({ onChoose }: { readonly onChoose: (chosen: string) => void }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const onToggle = (event: Pick<ToggleEvent, "newState">) => {
    const isOpen = event.newState === "open";
    button.current?.setAttribute("aria-expanded", String(isOpen));
    list.current?.classList.toggle("placed", isOpen);
    if (!isOpen || list.current === null || button.current === null) return;
    place(list.current, button.current);
    list.current.querySelector("button")?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="plain-button icon-only"
        aria-label={words.chat.emoji}
        aria-expanded="false"
        popovertarget={id}
      >
        <Icon node={Smile} />
      </button>
      <div
        ref={list}
        id={id}
        class="menu emoji-choice"
        role="dialog"
        aria-label={words.chat.emojiChoice}
        popover="auto"
        onToggle={onToggle}
      >
        {emoji.map((one) => (
          <button key={one} type="button" onClick={() => onChoose(one)}>
            {one}
          </button>
        ))}
      </div>
    </>
  );
}
