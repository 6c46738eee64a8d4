import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { X } from "./icons.ts";

interface DialogProps {
  readonly title: string;
  readonly look?: string;
  /** It may be longer than the window, with nothing in it to press. */
  readonly isRead?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** What lies over everything until it is answered. Escape, a press outside and its button close it; focus goes back. */
export function Dialog({ title, look = "", isRead = false, onClose, children }: DialogProps) {
  const frame = useRef<HTMLDialogElement>(null);
  const name = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const dialog = frame.current;
    const opener = document.activeElement;
    if (dialog === null) return;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      dialog.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key is Escape, which `cancel` brings.
    <dialog
      ref={frame}
      class={`dialog ${look}`}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        close.current();
      }}
      onClick={(event) => {
        // The dialog's own box is filled by its content, so a press on the element itself is one beside it.
        if (event.target === event.currentTarget) close.current();
      }}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={name}>{title}</h2>
          <button
            type="button"
            class="plain-button icon-only"
            aria-label={words.app.close}
            onClick={() => close.current()}
          >
            <Icon node={X} />
          </button>
        </header>
        {/* What scrolls must be reachable by keyboard. */}
        <div class="dialog-body" {...(isRead ? { tabIndex: 0 } : {})}>
          {children}
        </div>
      </div>
    </dialog>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly meaning: string;
  readonly confirm: string;
  readonly isBad?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that can't be taken back. */
export function Question({ title, meaning, confirm, isBad = false, onConfirm, onClose }: QuestionProps) {
  return (
    <Dialog title={title} look="narrow" onClose={onClose}>
      <p>{meaning}</p>
      <div class="dialog-actions">
        <button type="button" class="secondary" data-first-focus onClick={onClose}>
          {words.app.cancel}
        </button>
        <button type="button" class={isBad ? "primary grave" : "primary"} onClick={onConfirm}>
          {confirm}
        </button>
      </div>
    </Dialog>
  );
}
