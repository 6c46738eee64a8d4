import type { Offer } from "@parlour/client";
import type { Call } from "../../state/call.ts";
import { sizeText } from "../../state/files/figures.ts";
import { words } from "../../words/words.ts";
import { AcceptButton, DeclineButton } from "./answers.tsx";
import { FileSign } from "./file-sign.tsx";

/** Offers shown one by one; with more of them only their number is. */
const fewOffers = 2;

/** What was offered just now, while the panel that lists it is closed. */
export function OffersBanner({ call }: { readonly call: Call }) {
  const { files } = call;
  const offers = files.offers.value;
  if (offers.length === 0 || call.panel.value === "files") return null;
  if (offers.length > fewOffers)
    return (
      <div class="banner offers">
        <span class="waiting-name">{words.files.manyOffers(offers.length)}</span>
        <button type="button" class="secondary" onClick={() => call.show("files")}>
          {words.files.show}
        </button>
      </div>
    );
  const accept = (offer: Offer) => {
    files.accept(offer);
    // Whoever reads or writes elsewhere is left there.
    if (call.panel.peek() === undefined) call.show("files");
  };
  return (
    <ul class="banner offers waiting-people" aria-label={words.files.offersTitle}>
      {offers.map((offer) => (
        <li key={offer.id}>
          <FileSign name={offer.name} files={offer.files} thumbnail={offer.thumbnail} />
          <span class="waiting-name">
            {words.files.offers(offer.from.name, offer.name, sizeText(offer.size))}
          </span>
          <DeclineButton offer={offer} onPress={() => files.decline(offer)} />
          <AcceptButton offer={offer} onPress={() => accept(offer)} />
        </li>
      ))}
    </ul>
  );
}
