import { useRef } from "preact/hooks";
import type { Call } from "../../state/call.ts";
import { words } from "../../words/words.ts";
import { Icon } from "../icon.tsx";
import { FilePlus, FolderPlus, Globe } from "../icons.ts";
import { PanelFrame } from "../panel.tsx";
import { BeforeCard } from "./before-card.tsx";
import { give } from "./give.ts";
import { GivingCard } from "./giving-card.tsx";
import { KeptCard } from "./kept-card.tsx";
import { OfferCard } from "./offer-card.tsx";
import { TakingCard } from "./taking-card.tsx";

/** Everything offered, taken and given, newest first, and how to offer more. */
export function FilesPanel({ call }: { readonly call: Call }) {
  const { files } = call;
  const look = files.looks.value;
  const [offers, takings, givings, kept] = [
    files.offers.value,
    files.takings.value,
    files.givings.value,
    files.kept.value,
  ];
  const before = files.before?.list.value ?? [];
  const isEmpty = [offers, takings, givings, before, kept].every(({ length }) => length === 0);
  return (
    <PanelFrame id="panel-files" title={words.files.title} onClose={() => call.show(undefined)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div class="panel-body" tabIndex={0}>
        {isEmpty && <p class="empty soft">{words.files.empty}</p>}
        <Part title={words.files.offersTitle} cards={offers}>
          {(offer) => <OfferCard key={offer.id} call={call} offer={offer} look={look} />}
        </Part>
        <Part title={words.files.takingsTitle} cards={takings}>
          {(taking) => <TakingCard key={taking.id} call={call} taking={taking} look={look} />}
        </Part>
        <Part title={words.files.givingsTitle} cards={givings}>
          {(giving) => <GivingCard key={giving.id} call={call} giving={giving} look={look} />}
        </Part>
        <Part title={words.files.beforeTitle} cards={before}>
          {(given) => <BeforeCard key={given.id} call={call} given={given} />}
        </Part>
        <Part title={words.files.keptTitle} cards={kept}>
          {(one) => <KeptCard key={one.id} call={call} kept={one} />}
        </Part>
        {call.room.visibility === "public" ? (
          <p class="advice">
            <Icon node={Globe} />
            <span>{words.files.publicRoom}</span>
          </p>
        ) : (
          isEmpty && <p class="soft small">{words.files.how}</p>
        )}
      </div>
      <Chooser call={call} />
    </PanelFrame>
  );
}

interface PartProps<T> {
  readonly title: string;
  readonly cards: readonly T[];
  readonly children: (card: T) => preact.ComponentChildren;
}
function Part<T>({ title, cards, children }: PartProps<T>) {
  if (cards.length === 0) return null;
  return (
    <section class="files-part" aria-label={title}>
      <h3>{title}</h3>
      <ul class="file-cards">{[...cards].reverse().map(children)}</ul>
    </section>
  );
}

/** Chooses files or a folder, and to whom they go. */
function Chooser({ call }: { readonly call: Call }) {
  const { files } = call;
  const [one, folder] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const others = call.people.value.filter(({ isSelf, presence }) => !isSelf && presence === "here");
  const to = others.some(({ id }) => id === files.to.value) ? files.to.value : undefined;
  const onChosen = (event: Event & { readonly currentTarget: HTMLInputElement }) => {
    const field = event.currentTarget;
    void give(call, [...(field.files ?? [])], to);
    // So that the same file can be chosen again.
    field.value = "";
  };
  return (
    <div class="composer">
      {others.length > 0 && (
        <label class={`recipient${to === undefined ? "" : " private"}`}>
          {words.files.to}
          <select
            value={to ?? ""}
            onChange={(event) => {
              files.to.value = event.currentTarget.value === "" ? undefined : event.currentTarget.value;
            }}
          >
            <option value="">{words.files.everyone}</option>
            {others.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="file-actions">
        {/* With an offer that waits, the answer is the next step. */}
        <button
          type="button"
          class={files.offers.value.length > 0 ? "secondary" : "primary"}
          data-first-focus
          onClick={() => one.current?.click()}
        >
          <Icon node={FilePlus} size={18} />
          {words.files.choose}
        </button>
        <button
          type="button"
          class="secondary icon-only"
          aria-label={words.files.chooseFolder}
          title={words.files.chooseFolder}
          onClick={() => folder.current?.click()}
        >
          <Icon node={FolderPlus} size={18} />
        </button>
      </div>
      <input ref={one} type="file" multiple hidden aria-label={words.files.choose} onChange={onChosen} />
      <input
        ref={folder}
        type="file"
        // Not among Preact's attributes; every browser that can choose folders goes by it.
        {...{ webkitdirectory: true }}
        hidden
        aria-label={words.files.chooseFolder}
        onChange={onChosen}
      />
    </div>
  );
}
