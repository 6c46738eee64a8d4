import type { Call } from "../state/call.ts";
import { words } from "../words/words.ts";
import type { AskedDialogProps } from "./asked-dialogs.tsx";
import { Dialog } from "./dialog.tsx";
import { Invitation } from "./invitation.tsx";
import { fromServer, Lazy } from "./lazy.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";

/** What a press fetches over a call. */
export const fetched = fromServer(() => import("./asked-dialogs.tsx"));
const load = async ({ call }: AskedDialogProps) => (await fetched(call)).AskedDialog;

/** Whatever lies over the call now. */
export function CallDialogs({ call }: { readonly call: Call }) {
  const dialog = call.dialog.value;
  const close = () => {
    call.dialog.value = undefined;
  };
  const missing = () => {
    close();
    call.announcer.warn(words.call.notLoaded);
  };
  if (dialog === undefined) return null;
  const id = "id" in dialog ? dialog.id : undefined;
  const person = call.people.value.find((one) => one.id === id);
  switch (dialog.kind) {
    case "settings":
      return <SettingsDialog call={call} onClose={close} />;
    case "invite":
      return (
        <Dialog title={words.invite.title} onClose={close}>
          <p>{words.invite.meaning}</p>
          <Invitation
            link={call.room.link}
            announcer={call.announcer}
            copyLabel={words.invite.copy}
            isChief
          />
        </Dialog>
      );
    default:
      return (
        <Lazy
          key={dialog.kind}
          load={load}
          props={{ call, kind: dialog.kind, person, onClose: close }}
          onMissing={missing}
        />
      );
  }
}
