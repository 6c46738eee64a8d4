import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { X } from "./icons.ts";

interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Beside the title, for eyes. */
  readonly remark?: string;
  readonly look?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** What slides in at the right, or from below on a phone. Escape closes it; focus goes back to where it was. */
export function PanelFrame({ id, title, remark, look = "", onClose, children }: PanelProps) {
  const frame = useRef<HTMLElement>(null);
  // Before the next key arrives: whoever opens the chat and types at once loses no letter.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const first = frame.current?.querySelector<HTMLElement>("[data-first-focus]") ?? frame.current;
    first?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <section ref={frame} id={id} class={`panel ${look}`} aria-label={title} tabIndex={-1}>
      <header class="panel-head">
        <h2>{title}</h2>
        {remark !== undefined && <span class="soft">{remark}</span>}
        <button type="button" class="plain-button icon-only" aria-label={words.app.close} onClick={onClose}>
          <Icon node={X} />
        </button>
      </header>
      {children}
    </section>
  );
}
