import type { Offer } from "@parlour/client";
import type { Call } from "../../state/call.ts";
import { offerView } from "../../state/files/views.ts";
import { words } from "../../words/words.ts";
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
          <button
            type="button"
            class="primary"
            aria-label={words.files.acceptNamed(offer.name)}
            onClick={() => files.accept(offer)}
          >
            {words.files.accept}
          </button>
          <button
            type="button"
            class="secondary"
            aria-label={words.files.declineNamed(offer.name)}
            onClick={() => files.decline(offer)}
          >
            {words.files.decline}
          </button>
        </>
      }
    >
      <FileList files={offer.files} />
    </Card>
  );
}
