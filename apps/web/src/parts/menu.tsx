import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

export interface MenuItem {
  readonly label: string;
  readonly icon: IconNode;
  readonly onPress: () => void;
  readonly isBad?: boolean;
  /** Stands in only for a button that a narrow screen has no room for. */
  readonly insteadOf?: "tool" | "last-tool";
}

interface MenuProps {
  /** What the button is called, and the list it opens. */
  readonly label: string;
  readonly look: string;
  readonly items: readonly MenuItem[];
  /** What the button shows. */
  readonly children: ComponentChildren;
}

/** Pixels between a button and what it opens, and around it. */
const distance = 6;

/**
 * A button and the list of commands it opens (WAI-ARIA menu button pattern). The list is a popover: above everything, closed by
 * Escape or a press outside, and placed beside its button when it opens.
 */
export function Menu({ label, look, items, children }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const itemsNow = () =>
    [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])].filter(
      (item) => item.offsetParent !== null,
    );
  const onToggle = (event: Pick<ToggleEvent, "newState">) => {
    const isOpen = event.newState === "open";
    button.current?.setAttribute("aria-expanded", String(isOpen));
    if (list.current === null || button.current === null) return;
    list.current.classList.toggle("placed", isOpen);
    if (!isOpen) return;
    place(list.current, button.current);
    itemsNow()[0]?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const all = itemsNow();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") list.current?.hidePopover();
    if (to === undefined) return;
    all[(to + all.length) % all.length]?.focus();
    event.preventDefault();
  };
  const press = (item: MenuItem) => {
    list.current?.hidePopover();
    // The popover gave the focus back; what opens next remembers it.
    button.current?.focus();
    item.onPress();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={look}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded="false"
        popovertarget={id}
      >
        {children}
      </button>
      <div
        ref={list}
        id={id}
        class="menu"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        popover="auto"
        onToggle={onToggle}
        onKeyDown={onKey}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={`${item.isBad ? "bad" : ""} ${item.insteadOf === undefined ? "" : `instead-of-${item.insteadOf}`}`}
            onClick={() => press(item)}
          >
            <Icon node={item.icon} size={18} />
            <span>{item.label}</span>
          </button>
        ))}
      </div>
    </>
  );
}

/** Below the button, or above where there is more room; never out of the window. */
export function place(list: HTMLElement, button: HTMLElement): void {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const isEndAligned = (left + right) / 2 > innerWidth / 2;
  const x = isEndAligned ? right - width : left;
  const y = bottom + distance + height < innerHeight ? bottom + distance : top - distance - height;
  const within = (value: number, most: number) => Math.max(distance, Math.min(value, most - distance));
  list.style.left = `${within(x, innerWidth - width)}px`;
  list.style.top = `${within(y, innerHeight - height)}px`;
}
