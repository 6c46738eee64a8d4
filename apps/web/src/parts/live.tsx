import type { Announcer } from "../state/announcer.ts";
import { Icon } from "./icon.tsx";
import { CircleAlert } from "./icons.ts";

/** As many float over the page at once; older ones are still there to be read out. */
const mostShown = 2;

/** The live regions, always there so that what appears in them is read; they float over the page for a moment. */
export function Live({ announcer }: { readonly announcer: Announcer }) {
  const polite = announcer.lines.polite.value;
  const shown = polite.filter(({ isShown }) => isShown).slice(-mostShown);
  return (
    <div class="live">
      {/* Each line by itself: what stands there already is not read again for a new one. */}
      <div role="status" aria-live="polite" aria-atomic="false">
        {polite.map((line) => (
          <p key={line.number} class={shown.includes(line) ? "toast" : "unseen"}>
            {line.text}
          </p>
        ))}
      </div>
      <div role="alert" aria-live="assertive" aria-atomic="false">
        {announcer.lines.urgent.value.slice(-mostShown).map(({ number, text }) => (
          <p key={number} class="toast bad">
            <Icon node={CircleAlert} />
            <span>{text}</span>
          </p>
        ))}
      </div>
    </div>
  );
}
