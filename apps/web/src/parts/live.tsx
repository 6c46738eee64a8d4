import type { Announcer } from "../state/announcer.ts";
import { Icon } from "./icon.tsx";
import { CircleAlert } from "./icons.ts";

/** The live regions, always there so that what appears in them is read; they float over the page for a moment. */
export function Live({ announcer }: { readonly announcer: Announcer }) {
  const polite = announcer.polite.value;
  const urgent = announcer.urgent.value;
  return (
    <div class="live">
      <div role="status" aria-live="polite">
        {polite !== undefined && (
          <p key={polite.number} class={polite.isShown ? "toast" : "unseen"}>
            {polite.text}
          </p>
        )}
      </div>
      <div role="alert" aria-live="assertive">
        {urgent !== undefined && (
          <p key={urgent.number} class="toast bad">
            <Icon node={CircleAlert} />
            <span>{urgent.text}</span>
          </p>
        )}
      </div>
    </div>
  );
}
