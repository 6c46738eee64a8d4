import type { Call, CallDialog } from "../state/call.ts";
import type { Person } from "../state/person.ts";
import { words } from "../words/words.ts";
import { ConnectionDialog } from "./connection-dialog.tsx";
import { Question } from "./dialog.tsx";
import { RoomDialog } from "./room-dialog.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

export { SmallWindow } from "./small-window.tsx";

export interface AskedDialogProps {
  readonly call: Call;
  readonly kind: Exclude<CallDialog["kind"], "settings" | "invite">;
  readonly person: Person | undefined;
  readonly onClose: () => void;
}

/** Dialogs over a call that no call needs, in a file of their own that a press fetches; the small window comes with them. */
export function AskedDialog({ call, kind, person, onClose }: AskedDialogProps) {
  const { desk } = call;
  const { host } = words;
  /** For what needs no answer: the announcer says when it failed. */
  const after = (act: () => Promise<unknown>) => () => {
    onClose();
    void act();
  };
  if (kind === "shortcuts") return <ShortcutsDialog settings={call.local.settings} onClose={onClose} />;
  if (kind === "room") return <RoomDialog call={call} onClose={onClose} />;
  if (kind === "end")
    return (
      <Question
        title={host.endTitle}
        meaning={host.endMeaning}
        confirm={host.endConfirm}
        isBad
        onConfirm={after(() => desk.end())}
        onClose={onClose}
      />
    );
  if (person === undefined) return null;
  const { id, name } = person;
  switch (kind) {
    case "connection":
      return <ConnectionDialog call={call} person={person} onClose={onClose} />;
    case "remove":
      return (
        <Question
          title={host.removeTitle(name)}
          meaning={host.removeMeaning}
          confirm={host.removeConfirm}
          isBad
          onConfirm={after(() => desk.remove(id))}
          onClose={onClose}
        />
      );
    case "hand-over":
      return (
        <Question
          title={host.handOverTitle(name)}
          meaning={host.handOverMeaning}
          confirm={host.handOverConfirm}
          onConfirm={after(() => desk.handOver(id))}
          onClose={onClose}
        />
      );
  }
}
