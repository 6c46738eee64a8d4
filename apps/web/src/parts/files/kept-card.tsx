import type { KeptTransfer } from "@parlour/client";
import type { Call } from "../../state/call.ts";
import { sizeText } from "../../state/files/figures.ts";
import { words } from "../../words/words.ts";
import { Action, Card } from "./card.tsx";

/** Something that was received before, and is still here. */
export function KeptCard({ call, kept }: { readonly call: Call; readonly kept: KeptTransfer }) {
  const { name, size, bytes, isWhole, files } = kept;
  const view = {
    name,
    facts: isWhole ? sizeText(size) : words.files.progress(sizeText(bytes), sizeText(size)),
    status: "",
    bar: undefined,
    isBad: false,
  };
  return (
    <Card
      view={view}
      files={files}
      actions={
        <>
          {isWhole && (
            <Action
              label={words.files.keepSharing}
              of={name}
              onPress={() => void call.files.keepSharing(kept)}
            />
          )}
          <Action label={words.files.remove} of={name} onPress={() => void call.files.discard(kept)} />
        </>
      }
    />
  );
}
