import type { PeerId } from "@parlour/client";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Call } from "../state/call.ts";
import { type Gestures, reactions } from "../state/gestures.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { Hand, Smile } from "./icons.ts";
import { place } from "./menu.tsx";

/**
 * The button in the toolbar, and what it opens: a few reactions, and raising one's hand. On narrow screens there is no room for the
 * button: the menu More and a key open the same.
 */
export function Reactions({ call }: { readonly call: Call }) {
  const { gestures } = call;
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const isOpen = gestures.isChoosing.value;
  // Before anything else can happen: closed and opened again at once is both.
  useLayoutEffect(() => {
    const isShown = list.current?.matches(":popover-open");
    if (isOpen && !isShown) list.current?.showPopover();
    if (!isOpen && isShown) list.current?.hidePopover();
  }, [isOpen]);
  const onToggle = (event: Pick<ToggleEvent, "newState">) => {
    const isShown = event.newState === "open";
    list.current?.classList.toggle("placed", isShown);
    const toolbar = button.current?.parentElement;
    if (!isShown || !list.current || !button.current || !toolbar) return;
    place(list.current, button.current.offsetParent ? button.current : toolbar);
    list.current.querySelector("button")?.focus();
  };
  const isUp = gestures.isHandRaised;
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`tool spare${isUp ? " on" : ""}`}
        aria-label={words.gestures.open}
        title={words.gestures.open}
        aria-expanded={isOpen}
        popovertarget="reactions"
      >
        <span class="tool-icon">
          <Icon node={isUp ? Hand : Smile} size={22} />
        </span>
        <span class="tool-label" aria-hidden="true">
          {words.gestures.open}
        </span>
      </button>
      <div
        ref={list}
        id="reactions"
        class="menu reaction-choice"
        role="dialog"
        aria-label={words.gestures.title}
        popover="auto"
        // At once, and not a moment later as `toggle`: a key pressed right after Escape opens it again.
        onBeforeToggle={(event: Pick<ToggleEvent, "newState">) => {
          gestures.isChoosing.value = event.newState === "open";
        }}
        onToggle={onToggle}
      >
        {reactions.map((emoji) => (
          <button key={emoji} type="button" onClick={() => gestures.react(emoji)}>
            {emoji}
          </button>
        ))}
        <button
          type="button"
          class="hand"
          onClick={() => {
            gestures.toggleHand();
            gestures.isChoosing.value = false;
          }}
        >
          <Icon node={Hand} size={18} />
          <span>{isUp ? words.gestures.lower : words.gestures.raise}</span>
        </button>
      </div>
    </>
  );
}

/** What somebody reacted with, rising over their tile. It is read out elsewhere. */
export function FloatingReactions({ gestures, id }: { readonly gestures: Gestures; readonly id: PeerId }) {
  const mine = gestures.floating.value.filter((one) => one.id === id);
  return (
    <span class="floating" aria-hidden="true">
      {mine.map(({ key, emoji }) => (
        <span key={key} class="reaction" style={{ "--lane": key % 3 }}>
          {emoji}
        </span>
      ))}
    </span>
  );
}

/** Who has a hand up, in order. */
export function RaisedHands({ call }: { readonly call: Call }) {
  const hands = call.gestures.hands.value;
  if (hands.length === 0) return null;
  const people = new Map(call.people.value.map((person) => [person.id, person]));
  return (
    <div class="waiting-part hands-part">
      <h3 id="hands-title">{words.gestures.hands}</h3>
      <ol aria-labelledby="hands-title">
        {hands.map((id) => {
          const person = people.get(id);
          return (
            person !== undefined && (
              <li key={id}>
                <Icon node={Hand} size={16} />
                {person.isSelf ? words.call.you(person.name) : person.name}
              </li>
            )
          );
        })}
      </ol>
    </div>
  );
}
