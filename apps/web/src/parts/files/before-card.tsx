import { useRef } from "preact/hooks";
import { mayRead } from "../../browser/given-memory.ts";
import type { Call } from "../../state/call.ts";
import { sizeText } from "../../state/files/figures.ts";
import type { Given } from "../../state/files/given-before.ts";
import { words } from "../../words/words.ts";
import { Action, Card } from "./card.tsx";
import { give } from "./give.ts";

/** Something that was on offer before this page was loaded again. Where the browser gave no handle, it has to be chosen once more. */
export function BeforeCard({ call, given }: { readonly call: Call; readonly given: Given }) {
  const field = useRef<HTMLInputElement>(null);
  const { name, size, to, handles } = given;
  const again = async () => {
    if (handles.length === 0) return field.current?.click();
    if (await mayRead(handles).catch(() => false)) await give(call, handles, to);
    else call.announcer.warn(words.files.problems.unreadable);
  };
  const view = { name, facts: sizeText(size), status: words.files.before, bar: undefined, isBad: false };
  return (
    <Card
      view={view}
      files={[]}
      actions={
        <>
          <Action label={words.files.again} of={name} isChief onPress={() => void again()} />
          <Action
            label={words.files.remove}
            of={name}
            onPress={() => void call.files.before?.forget(given.id)}
          />
          <input
            ref={field}
            type="file"
            multiple
            hidden
            aria-label={words.files.named(words.files.again, name)}
            onChange={(event) => void give(call, [...(event.currentTarget.files ?? [])], to)}
          />
        </>
      }
    />
  );
}
