import type { Call } from "../state/call.ts";
import { initialsOf, isWatching, type Person, tileStates, tintOf } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Flag } from "./flag.tsx";
import { Icon } from "./icon.tsx";
import { Crown, ShieldCheck } from "./icons.ts";
import { fromServer, Lazy } from "./lazy.tsx";
import { PanelFrame } from "./panel.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { RaisedHands } from "./reactions.tsx";
import { stateWord } from "./tile.tsx";
import { WaitingPeople } from "./waiting-people.tsx";

const ways = fromServer(() => import("./way-part.tsx"));
const wayPart = async ({ call }: { readonly call: Call }) => (await ways(call)).WayPart;
export const passingNews = async ({ call }: { readonly call: Call }) => (await ways(call)).PassingNews;
export const passOnChoice = async ({ call }: { readonly call: Call }) => (await ways(call)).PassOnChoice;

export function PeoplePanel({ call }: { readonly call: Call }) {
  const people = call.people.value;
  const isPrivate = call.room.visibility === "private";
  return (
    <PanelFrame
      id="panel-people"
      title={words.people.title}
      remark={words.people.count(people.length)}
      onClose={() => call.show(undefined)}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div class="panel-body" tabIndex={0}>
        {call.desk.waiting.value.length > 0 && (
          <div class="waiting-part">
            <h3>{words.people.waitingTitle}</h3>
            <WaitingPeople call={call} />
          </div>
        )}
        <RaisedHands call={call} />
        {/* What holds for everyone stands above them: below many it would be out of sight. */}
        {call.topology.value !== "mesh" && <Lazy load={wayPart} props={{ call }} />}
        {isPrivate && people.length > 1 && (
          <p class="advice">
            <Icon node={ShieldCheck} />
            <span>{words.people.codeMeaning}</span>
          </p>
        )}
        <ul class="people-list" aria-label={words.people.title}>
          {people.map((person) => (
            <Row
              key={person.id}
              call={call}
              person={person}
              isPrivate={isPrivate}
              code={call.codes.value.get(person.id)}
            />
          ))}
        </ul>
      </div>
    </PanelFrame>
  );
}

interface RowProps {
  readonly call: Call;
  readonly person: Person;
  readonly isPrivate: boolean;
  readonly code: string | undefined;
}

function Row({ call, person, isPrivate, code }: RowProps) {
  const states = isWatching(person)
    ? tileStates(person).filter((state) => state !== "muted" && state !== "camera-off")
    : tileStates(person);
  const told = states.map(stateWord);
  // Who comes and sends nothing is no fault: they look on.
  if (isWatching(person) && person.presence === "here") told.unshift(words.people.watching);
  if (call.speaking.ids.value.has(person.id)) told.unshift(words.call.speaking);
  const hand = call.gestures.hands.value.indexOf(person.id) + 1;
  if (hand > 0) told.unshift(words.gestures.handAt(hand));
  return (
    <li class={`person${person.presence === "here" ? "" : " dim"}`} data-person={person.id}>
      <span class={`avatar small tint-${tintOf(person.id)}`} aria-hidden="true">
        {initialsOf(person.name)}
      </span>
      <div class="person-text">
        <p class="person-name">
          <span dir="auto">{person.name}</span>
          {person.isSelf && <span class="soft">({words.people.you})</span>}
          <Flag country={person.country} />
          {person.isHost && (
            <span class="tag">
              <Icon node={Crown} size={14} />
              {words.people.host}
            </span>
          )}
        </p>
        {told.length > 0 && <p class="soft">{told.join(" · ")}</p>}
        {person.diagnosis !== undefined && <p class="soft">{person.diagnosis}</p>}
        {isPrivate && !person.isSelf && (
          <p class="code">
            <span class="soft">{words.people.code}</span>
            <span
              class="digits"
              role="img"
              aria-label={`${words.people.codeWith(person.name)}: ${code ?? words.people.codeWaiting}`}
            >
              {code ?? words.people.codeWaiting}
            </span>
          </p>
        )}
      </div>
      <PersonMenu call={call} person={person} look="plain-button icon-only" />
    </li>
  );
}
