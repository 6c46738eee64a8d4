import type { Bench } from "./bench.ts";
import type { DescriptionField } from "./description-field.ts";
import type { Side } from "./peer.ts";
import { say } from "./speech.ts";

interface DescriptionBoxProps {
  readonly bench: Bench;
  readonly side: Side;
  readonly at: DescriptionField;
}

/** A description as text, editable until it is set. */
export function DescriptionBox({ bench, side, at }: DescriptionBoxProps) {
  void bench.version.value;
  const peer = bench.peer(side);
  const words = say().step;
  const description = peer[at];
  const name =
    at === "offer"
      ? words.offerText
      : at === "answer"
        ? words.answerText
        : description.type === "offer"
          ? words.receivedOffer
          : words.receivedAnswer;
  return (
    <div class="field learn-description">
      <label for={`learn-${side}-${at}`}>{name}</label>
      <textarea
        id={`learn-${side}-${at}`}
        class="learn-code"
        rows={8}
        spellcheck={false}
        // Lines of SDP end in CR LF (RFC 8866, section 5), which a text area does not keep.
        value={(description.sdp ?? "").replaceAll("\r\n", "\n")}
        onInput={(event) => {
          const sdp = event.currentTarget.value.replace(/\r?\n/g, "\r\n");
          peer[at] = { type: description.type, sdp };
        }}
      />
    </div>
  );
}
