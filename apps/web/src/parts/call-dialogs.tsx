import type { Call } from "../state/call.ts";
import { words } from "../words/words.ts";
import { ConnectionDialog } from "./connection-dialog.tsx";
import { Dialog, Question } from "./dialog.tsx";
import { Invitation } from "./invitation.tsx";
import { RoomDialog } from "./room-dialog.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/** Whatever lies over the call now. */
export function CallDialogs({ call }: { readonly call: Call }) {
  const { host } = words;
  const dialog = call.dialog.value;
  const close = () => {
    call.dialog.value = undefined;
  };
  /** For what needs no answer: the announcer says when it failed. */
  const after = (act: () => Promise<unknown>) => () => {
    close();
    void act();
  };
  if (dialog === undefined) return null;
  const id = "id" in dialog ? dialog.id : undefined;
  const person = call.people.value.find((one) => one.id === id);
  switch (dialog.kind) {
    case "settings":
      return <SettingsDialog call={call} onClose={close} />;
    case "shortcuts":
      return <ShortcutsDialog settings={call.local.settings} onClose={close} />;
    case "room":
      return <RoomDialog call={call} onClose={close} />;
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
    case "end":
      return (
        <Question
          title={host.endTitle}
          meaning={host.endMeaning}
          confirm={host.endConfirm}
          isBad
          onConfirm={after(() => call.desk.end())}
          onClose={close}
        />
      );
    case "connection":
      return person === undefined ? null : <ConnectionDialog call={call} person={person} onClose={close} />;
    case "remove":
      return person === undefined ? null : (
        <Question
          title={host.removeTitle(person.name)}
          meaning={host.removeMeaning}
          confirm={host.removeConfirm}
          isBad
          onConfirm={after(() => call.desk.remove(dialog.id))}
          onClose={close}
        />
      );
    case "hand-over":
      return person === undefined ? null : (
        <Question
          title={host.handOverTitle(person.name)}
          meaning={host.handOverMeaning}
          confirm={host.handOverConfirm}
          onConfirm={after(() => call.desk.handOver(dialog.id))}
          onClose={close}
        />
      );
  }
}
