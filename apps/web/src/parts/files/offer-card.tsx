import type { Offer } from "@parlour/client";
import { openFolder } from "../../browser/files.ts";
import type { Call } from "../../state/call.ts";
import { problemText } from "../../state/files/files.ts";
import { offerView } from "../../state/files/views.ts";
import { words } from "../../words/words.ts";
import { AcceptButton, AcceptIntoButton, DeclineButton } from "./answers.tsx";
import { Card, FileList } from "./card.tsx";

interface OfferCardProps {
  readonly call: Call;
  readonly offer: Offer;
  /** Another one with each change: the SDK's object stays the same, and a card is drawn again only for what is another. */
  readonly look: number;
}

/** Something that somebody offers, and the two answers. */
export function OfferCard({ call, offer }: OfferCardProps) {
  const { files } = call;
  return (
    <Card
      view={offerView(offer)}
      files={offer.files}
      thumbnail={offer.thumbnail}
      actions={
        <>
          <AcceptButton offer={offer} onPress={() => files.accept(offer)} />
          <AcceptIntoButton offer={offer} onPress={() => void acceptInto(call, offer)} />
          <DeclineButton offer={offer} onPress={() => files.decline(offer)} />
        </>
      }
    >
      <FileList files={offer.files} />
    </Card>
  );
}

/** Asks for a folder, then takes it into that: each file is in its place as soon as it is whole. */
async function acceptInto({ files, announcer }: Call, offer: Offer): Promise<void> {
  const folder = await openFolder().catch((problem: unknown) => {
    announcer.warn(problemText(problem));
  });
  if (folder === undefined) return;
  files.accept(offer, folder.into);
  announcer.say(words.files.intoFolder(folder.name));
}
