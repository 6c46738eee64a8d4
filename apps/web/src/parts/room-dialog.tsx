import { useSignal } from "@preact/signals";
import type { Call } from "../state/call.ts";
import { words } from "../words/words.ts";
import { Switch } from "./choice.tsx";
import { Dialog } from "./dialog.tsx";

/** What the host says about the room: title, passcode, who may come in. */
export function RoomDialog({ call, onClose }: { readonly call: Call; readonly onClose: () => void }) {
  const { desk, announcer } = call;
  const rules = desk.rules.value;
  const title = useSignal(rules.title ?? "");
  const passcode = useSignal("");
  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = title.peek().trim();
    const changes = {
      ...(wanted === (rules.title ?? "") ? {} : { title: wanted === "" ? null : wanted }),
      ...(passcode.peek() === "" ? {} : { passcode: passcode.peek() }),
    };
    if (Object.keys(changes).length > 0 && !(await desk.set(changes))) return;
    announcer.say(words.host.saved);
    onClose();
  };
  return (
    <Dialog title={words.host.title} onClose={onClose}>
      <Switch
        label={words.host.locked}
        isOn={rules.isLocked}
        onPress={() => void desk.set({ isLocked: !rules.isLocked })}
      />
      <Switch
        label={words.host.knock}
        isOn={rules.isKnocking}
        onPress={() => void desk.set({ knock: !rules.isKnocking })}
      />
      <form class="room-form" onSubmit={(event) => void save(event)}>
        <label class="field">
          <span>{words.host.roomTitle}</span>
          <input
            type="text"
            value={title.value}
            maxLength={80}
            autocomplete="off"
            aria-describedby="title-remark"
            onInput={(event) => {
              title.value = event.currentTarget.value;
            }}
          />
        </label>
        <p id="title-remark" class="soft small">
          {words.host.titleSeen}
        </p>
        <label class="field">
          <span>{words.host.passcode}</span>
          <input
            type="text"
            value={passcode.value}
            maxLength={64}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby="new-passcode-remark"
            onInput={(event) => {
              passcode.value = event.currentTarget.value;
            }}
          />
        </label>
        <p id="new-passcode-remark" class="soft small">
          {rules.hasPasscode ? words.host.hasPasscode : words.host.hasNoPasscode}
        </p>
        <p class="soft small">{words.host.limits}</p>
        <div class="dialog-actions">
          {rules.hasPasscode && (
            <button type="button" class="plain-button" onClick={() => void desk.set({ passcode: null })}>
              {words.host.removePasscode}
            </button>
          )}
          <button type="submit" class="primary">
            {words.host.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
