import type { Giving } from "@parlour/client";
import type { Call } from "../../state/call.ts";
import { givingView } from "../../state/files/views.ts";
import { words } from "../../words/words.ts";
import { Action, Card, FileList } from "./card.tsx";

interface GivingCardProps {
  readonly call: Call;
  readonly giving: Giving;
  /** Another one with each change: the SDK's object stays the same, and a card is drawn again only for what is another. */
  readonly look: number;
}

/** Something that this page offers, and how far everyone is with it. */
export function GivingCard({ call, giving }: GivingCardProps) {
  const { files } = call;
  const view = givingView(giving, files.audiences.get(giving.id));
  const { name, state } = giving;
  return (
    <Card
      view={view}
      files={giving.files}
      thumbnail={giving.thumbnail}
      actions={
        <>
          {state === "offered" && (
            <Action label={words.files.pause} of={name} onPress={() => files.pause(giving)} />
          )}
          {state === "paused" && (
            <Action label={words.files.resume} of={name} onPress={() => files.resume(giving)} />
          )}
          <Action
            label={state === "ended" ? words.files.remove : words.files.stopOffering}
            of={name}
            onPress={() => files.stopOffering(giving)}
          />
        </>
      }
    >
      {view.takers.length > 0 && (
        <ul class="takers small">
          {view.takers.map((taker) => (
            <li key={taker.id}>
              <span>{taker.name}</span> <span class="soft">{taker.status}</span>
            </li>
          ))}
        </ul>
      )}
      <FileList files={giving.files} />
    </Card>
  );
}
