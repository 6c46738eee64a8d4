import type { Settings } from "../state/settings.ts";
import { words } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";

interface ShortcutsDialogProps {
  readonly settings: Settings;
  readonly onClose: () => void;
}

/** Which key does what. */
export function ShortcutsDialog({ settings, onClose }: ShortcutsDialogProps) {
  const { shortcuts } = words;
  const rows: readonly (readonly [readonly string[], string])[] = [
    [["M"], shortcuts.microphone],
    [["T", shortcuts.space], shortcuts.talk],
    [["V"], shortcuts.camera],
    [["S"], shortcuts.share],
    [["H"], shortcuts.hand],
    [["R"], shortcuts.react],
    [["C"], shortcuts.chat],
    [["P"], shortcuts.people],
    [["F"], shortcuts.fullScreen],
    [["?"], shortcuts.help],
    [[shortcuts.escape], shortcuts.close],
  ];
  return (
    <Dialog title={shortcuts.title} look="narrow" isRead onClose={onClose}>
      {!settings.hasShortcuts.value && <p>{shortcuts.off}</p>}
      <table class="keys">
        <thead class="unseen">
          <tr>
            <th scope="col">{shortcuts.key}</th>
            <th scope="col">{shortcuts.does}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([keys, does]) => (
            <tr key={does}>
              <td>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
