import type { Offer } from "@parlour/client";
import type { Call } from "../../state/call.ts";
import { offerView } from "../../state/files/views.ts";
import { AcceptButton, DeclineButton } from "./answers.tsx";
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
          <DeclineButton offer={offer} onPress={() => files.decline(offer)} />
        </>
      }
    >
      <FileList files={offer.files} />
    </Card>
  );
}
