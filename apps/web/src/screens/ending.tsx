import { useLayoutEffect, useRef } from "preact/hooks";
import { follow, go } from "../browser/navigation.ts";
import { Mark } from "../parts/mark.tsx";
import type { Ending } from "../state/ending.ts";
import { words } from "../words/words.ts";

interface EndingProps {
  readonly ending: Ending;
  /** Rejoins or tries again; not needed where the action is "home" or "reload". */
  readonly onAgain?: () => void;
}

/** What happened, what it means, and one thing to do. */
export function EndingCard({ ending, onAgain }: EndingProps) {
  const title = useRef<HTMLHeadingElement>(null);
  // What had the focus is gone with its screen; the heading is where reading goes on.
  useLayoutEffect(() => title.current?.focus(), []);
  const act = () => {
    if (ending.action === "home") go("/");
    else if (ending.action === "reload") location.reload();
    else onAgain?.();
  };
  return (
    <main class="ending" data-code={ending.code}>
      <Mark size={44} />
      <h1 ref={title} tabIndex={-1}>
        {ending.title}
      </h1>
      {ending.meaning !== "" && <p>{ending.meaning}</p>}
      <div class="ending-actions">
        <button type="button" class="primary big" onClick={act}>
          {ending.actionLabel}
        </button>
        {ending.action !== "home" && (
          <a class="secondary" href="/" onClick={follow}>
            {words.app.home}
          </a>
        )}
      </div>
    </main>
  );
}
