import { toRoomName } from "@parlour/client";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { follow, go } from "../browser/navigation.ts";
import { offersCertificate, roomsPort } from "../browser/page.ts";
import { Icon } from "../parts/icon.tsx";
import { ArrowRight, Lock, TriangleAlert } from "../parts/icons.ts";
import { LanguageChoice } from "../parts/language-choice.tsx";
import { Mark } from "../parts/mark.tsx";
import { ThemeChoice } from "../parts/theme-choice.tsx";
import { PublicRooms, type RoomsList, whoIsThere } from "../state/rooms-list.ts";
import type { Settings } from "../state/settings.ts";
import { words } from "../words/words.ts";

export function Home({ settings }: { readonly settings: Settings }) {
  const rooms = useMemo(() => new PublicRooms(roomsPort), []);
  useEffect(() => () => rooms.stop(), [rooms]);
  const hasCertificate = useSignal(false);
  useEffect(() => {
    void offersCertificate().then((offers) => {
      hasCertificate.value = offers;
    });
  }, [hasCertificate]);
  return (
    <div class="sheet">
      <main class="home">
        <header class="home-head">
          <Mark size={44} />
          <div>
            <h1>{words.app.name}</h1>
            <p class="soft">{words.app.tagline}</p>
          </div>
        </header>
        {!isSecureContext && <Insecure />}
        {isSecureContext && (
          <section class="start">
            <button type="button" class="primary big" onClick={() => go("/new")}>
              <Icon node={Lock} />
              {words.home.start}
            </button>
            <p class="soft">{words.home.startMeaning}</p>
            <p class="soft">
              <a href="/direct" onClick={follow}>
                {words.home.direct}
              </a>
            </p>
          </section>
        )}
        <OpenForm />
        <List list={rooms.list.value} />
        {hasCertificate.value && <Certificate />}
      </main>
      <footer class="sheet-foot">
        <p>
          <strong>{words.home.seesTitle}.</strong> {words.home.sees}{" "}
          <a href="/learn" onClick={follow}>
            {words.home.learn}
          </a>{" "}
          ·{" "}
          <a href="/inspect" onClick={follow}>
            {words.home.inspect}
          </a>
        </p>
        <div class="small-choices">
          <LanguageChoice settings={settings} />
          <ThemeChoice settings={settings} />
        </div>
      </footer>
    </div>
  );
}

function OpenForm() {
  const typed = useSignal("");
  const isBad = useSignal(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const name = toRoomName(typed.value);
    isBad.value = name === undefined;
    if (name !== undefined) go(`/r/${name}`);
  };
  return (
    <form class="open-form" aria-label={words.home.openTitle} onSubmit={submit} noValidate>
      <h2>{words.home.openTitle}</h2>
      <div class="field-row">
        <label class="field">
          <span>{words.home.roomName}</span>
          <input
            type="text"
            value={typed.value}
            maxLength={64}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-invalid={isBad.value}
            aria-describedby="open-remark"
            onInput={(event) => {
              typed.value = event.currentTarget.value;
              isBad.value = false;
            }}
          />
        </label>
        <button type="submit" class={isSecureContext ? "secondary" : "primary"}>
          {words.home.open}
        </button>
      </div>
      <p id="open-remark" class={isBad.value ? "problem" : "soft"} role={isBad.value ? "alert" : undefined}>
        {isBad.value ? words.home.badName : words.home.openMeaning}
      </p>
    </form>
  );
}

function List({ list }: { readonly list: RoomsList }) {
  return (
    <section class="rooms">
      <h2 id="rooms-title">{words.home.listTitle}</h2>
      {list.state === "listed" && list.rooms.length > 0 ? (
        <ul aria-labelledby="rooms-title">
          {list.rooms.map((room) => (
            <li key={room.name}>
              <a href={`/r/${room.name}`} onClick={follow}>
                <span class="room-text">
                  <span class="room-name">{room.title ?? room.name}</span>
                  {whoIsThere(room) !== "" && <span class="soft">{whoIsThere(room)}</span>}
                </span>
                <span class="soft room-count">
                  {words.home.people(room.people)}
                  {room.people >= room.capacity && `, ${words.home.full}`}
                </span>
                <Icon node={ArrowRight} size={18} />
              </a>
            </li>
          ))}
        </ul>
      ) : (
        <p class="soft">
          {list.state === "listed"
            ? words.home.listEmpty
            : list.state === "failed"
              ? words.home.listFailed
              : words.home.listLoading}
        </p>
      )}
    </section>
  );
}

function Insecure() {
  return (
    <section class="note warn" aria-labelledby="insecure-title">
      <Icon node={TriangleAlert} />
      <div>
        <h2 id="insecure-title">{words.home.insecureTitle}</h2>
        <p>
          {words.home.insecure} {words.home.insecureFix} <code>{words.home.insecureFlag}</code>.
        </p>
      </div>
    </section>
  );
}

function Certificate() {
  return (
    <section class="note" aria-labelledby="certificate-title">
      <div>
        <h2 id="certificate-title">{words.home.certificateTitle}</h2>
        <p>{words.home.certificate}</p>
        <p>
          <a class="secondary" href="/ca.pem" download="parlour-ca.pem">
            {words.home.certificateDownload}
          </a>
        </p>
        {words.home.certificateSystems.map(({ system, steps }) => (
          <details key={system}>
            <summary>{system}</summary>
            <p class="note-steps">{steps}</p>
          </details>
        ))}
      </div>
    </section>
  );
}
