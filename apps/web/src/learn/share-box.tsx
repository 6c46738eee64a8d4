import { useSignal } from "@preact/signals";
import { copyText } from "../browser/page.ts";
import { Icon } from "../parts/icon.tsx";
import { Check, Copy } from "../parts/icons.ts";
import type { Bench } from "./bench.ts";
import { say } from "./speech.ts";

/** The other side on another machine, through a link. */
export function ShareBox({ bench }: { readonly bench: Bench }) {
  const isCopied = useSignal(false);
  const words = say().share;
  if (bench.seating.value === "both") {
    return (
      <button type="button" class="secondary" onClick={() => bench.share()}>
        {words.button}
      </button>
    );
  }
  const link = `${location.origin}/learn?with=${bench.code}`;
  return (
    <section class="learn-box" aria-labelledby="share-title">
      <h2 id="share-title">{words.title}</h2>
      {bench.sides.value.includes("offerer") && (
        <>
          <p>{words.meaning}</p>
          <div class="field-row">
            <label class="field">
              <span class="unseen">{words.meaning}</span>
              <input type="text" readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
            </label>
            <button
              type="button"
              class="secondary"
              onClick={async () => {
                isCopied.value = await copyText(link);
              }}
            >
              <Icon node={isCopied.value ? Check : Copy} size={18} />
              {isCopied.value ? words.copied : words.copy}
            </button>
          </div>
        </>
      )}
      <p role="status">{bench.isOtherHere.value ? words.here : words.waiting}</p>
      <p>
        <a href="/learn">{words.back}</a>
      </p>
    </section>
  );
}
