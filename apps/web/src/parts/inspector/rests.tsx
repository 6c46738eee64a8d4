import type { LinkRecording } from "@parlour/client/inspect";
import { filled, told } from "../../words/inspector/words.ts";
import { causeOf } from "./cause.ts";

/** What is said of a link that rests: why it does, and what would open it, or why that failed. */
export function Rests({ link }: { readonly link: LinkRecording }) {
  const { rests } = told();
  const { diagnosis, facts } = link;
  return (
    <p class="inspector-line soft">
      {rests.why}{" "}
      {diagnosis === undefined ? rests.opens : filled(rests.missed, { cause: causeOf(diagnosis) })}
      {facts.length > 0 && ` ${rests.before}`}
    </p>
  );
}
