import { useSignal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import type { Call } from "../state/call.ts";
import { hasPicture } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { LogOut, Mic, MicOff } from "./icons.ts";
import { Picture } from "./picture.tsx";
import { Cover } from "./tile.tsx";

interface SmallWindowProps {
  readonly call: Call;
  readonly window: Window;
}

/** The call in a window above all others: who speaks, and the two buttons one can't do without. Draws nothing in the page itself. */
export function SmallWindow({ call, window }: SmallWindowProps) {
  useEffect(() => {
    const root = window.document.body;
    render(<SmallCall call={call} />, root);
    return () => {
      render(null, root);
      window.close();
    };
  }, [call, window]);
  return null;
}

function SmallCall({ call }: { readonly call: Call }) {
  const share = call.shares.value.find(({ isSelf }) => !isSelf);
  const person = call.foremost.value;
  const isSilent = call.self.value.audio !== "on";
  const isPictured = share !== undefined || hasPicture(person);
  const isDrawn = useSignal(false);
  const label = share === undefined ? person.name : words.call.screenOf(share.name);
  return (
    <main class="small-call">
      <figure class="share" aria-label={label}>
        {/* Sound stays with the page: it would be heard twice. */}
        <Picture
          stream={share?.stream ?? person.stream}
          isMuted
          isShown={isPictured}
          isMirrored={share === undefined && person.isSelf}
          onDrawn={(isThere) => {
            isDrawn.value = isThere;
          }}
        />
        {!isPictured || (share === undefined && !isDrawn.value) ? <Cover person={person} /> : null}
        <figcaption class="caption">
          <span class="name" dir="auto">
            {label}
          </span>
        </figcaption>
      </figure>
      <div class="small-tools">
        <button type="button" class="secondary" onClick={() => call.sending.toggleMicrophone()}>
          <Icon node={isSilent ? MicOff : Mic} size={18} />
          {isSilent ? words.call.unmute : words.call.mute}
        </button>
        <button type="button" class="primary grave" onClick={() => void call.leave()}>
          <Icon node={LogOut} size={18} />
          {words.call.leave}
        </button>
      </div>
    </main>
  );
}
