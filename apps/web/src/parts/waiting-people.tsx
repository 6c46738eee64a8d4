import type { Call } from "../state/call.ts";
import { words } from "../words/words.ts";
import { Flag } from "./flag.tsx";

/** Who knocks, each with the two answers the host has. */
export function WaitingPeople({ call }: { readonly call: Call }) {
  const { desk } = call;
  return (
    <ul class="waiting-people" aria-label={words.people.waitingList}>
      {desk.waiting.value.map(({ id, name, country }) => (
        <li key={id}>
          <span class="waiting-name">
            {words.host.waits(name)} <Flag country={country} />
          </span>
          <button
            type="button"
            class="secondary"
            aria-label={words.host.denyNamed(name)}
            onClick={() => void desk.deny(id)}
          >
            {words.host.deny}
          </button>
          <button
            type="button"
            class="primary"
            aria-label={words.host.admitNamed(name)}
            onClick={() => void desk.admit(id)}
          >
            {words.host.admit}
          </button>
        </li>
      ))}
    </ul>
  );
}
