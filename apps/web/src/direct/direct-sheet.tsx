import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { follow } from "../browser/navigation.ts";
import { Icon } from "../parts/icon.tsx";
import { ArrowLeft } from "../parts/icons.ts";
import { Mark } from "../parts/mark.tsx";
import { directWords } from "../words/direct.ts";
import { words } from "../words/words.ts";

interface DirectSheetProps {
  readonly title: string;
  readonly onBack?: () => void;
  readonly children: ComponentChildren;
}

/** A step of `/direct`: its title, which gets the focus, and the way back. */
export function DirectSheet({ title, onBack, children }: DirectSheetProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // What had the focus is gone with its step; the heading is where reading goes on.
  useLayoutEffect(() => heading.current?.focus(), [title]);
  return (
    <div class="sheet">
      <main class="direct">
        <header class="home-head">
          <a class="home-link" href="/" onClick={follow} aria-label={words.app.home}>
            <Mark />
          </a>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </header>
        {children}
        {onBack && (
          <p>
            <button type="button" class="plain-button" onClick={onBack}>
              <Icon node={ArrowLeft} size={18} />
              {directWords().back}
            </button>
          </p>
        )}
      </main>
    </div>
  );
}
