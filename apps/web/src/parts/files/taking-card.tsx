import type { OfferedFile, Taking } from "@parlour/client";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { canSaveFolders, mayNotify, ringBell, saveAll, saveOne, zipping } from "../../browser/files.ts";
import type { Call } from "../../state/call.ts";
import { shareText } from "../../state/files/figures.ts";
import { problemText } from "../../state/files/files.ts";
import { canLookAt } from "../../state/files/looking.ts";
import { pathOf, takingView } from "../../state/files/views.ts";
import { words } from "../../words/words.ts";
import { Action, Card, FileList } from "./card.tsx";

interface TakingCardProps {
  readonly call: Call;
  readonly taking: Taking;
  /** Another one with each change: the SDK's object stays the same, and a card is drawn again only for what is another. */
  readonly look: number;
}

/** Something that is received, or was: how far it is, and what can be done with it. */
export function TakingCard({ call, taking }: TakingCardProps) {
  const { files } = call;
  const outcome = files.outcomes.value.get(taking.id);
  const { name, state } = taking;
  const isGoing = state === "starting" || state === "taking" || state === "waiting";
  const [only, ...others] = taking.files;
  const needsZip = taking.files.length > 1 && !canSaveFolders();
  useEffect(() => {
    if (needsZip) zipping().catch(() => undefined);
  }, [needsZip]);
  const saving = useSignal<number | undefined>(undefined);
  const received = outcome?.state === "received" ? outcome.files : undefined;

  const save = async (index?: number) => {
    if (received === undefined || saving.peek() !== undefined) return;
    saving.value = 0;
    const one = index === undefined ? undefined : received[index];
    const told = (bytes: number) => {
      saving.value = bytes;
    };
    try {
      const saved = one === undefined ? await saveAll(received, name, told) : await saveOne(one);
      if (saved !== undefined) call.announcer.say(words.files.saved(saved));
    } catch (problem) {
      const code = (problem as { code?: string }).code;
      call.announcer.warn(code === undefined ? words.files.notSaved : problemText(problem));
    }
    saving.value = undefined;
  };
  const lookAt = (index: number) => {
    files.looking.value = { taking, index };
  };
  const lookButton = (file: OfferedFile, index: number) => {
    const look = canLookAt(file, taking.received(index), state);
    if (look === undefined) return null;
    const label = look === "film" || look === "sound" ? words.files.play : words.files.look;
    return <Action label={label} of={pathOf(file)} onPress={() => lookAt(index)} />;
  };
  const view = takingView(taking, outcome);
  return (
    <Card
      view={
        saving.value === undefined || others.length === 0
          ? view
          : { ...view, status: savingText(saving.value, taking.size) }
      }
      files={taking.files}
      thumbnail={files.thumbnails.get(taking.id)}
      actions={
        <>
          {received !== undefined && (
            <Action
              label={others.length === 0 ? words.files.save : words.files.saveAll}
              of={name}
              isChief
              isBusy={saving.value !== undefined}
              onPress={() => void save()}
            />
          )}
          {only !== undefined && others.length === 0 && lookButton(only, 0)}
          {isGoing && <Action label={words.files.pause} of={name} onPress={() => files.pause(taking)} />}
          {state === "paused" && (
            <Action label={words.files.resume} of={name} onPress={() => files.resume(taking)} />
          )}
          {(isGoing || state === "paused") && (
            <Action label={words.files.cancel} of={name} onPress={() => files.cancel(taking)} />
          )}
          {state === "done" && (
            <Action
              label={words.files.stopSharing}
              of={name}
              onPress={() => {
                taking.stopSharing();
                files.hide(taking.id);
              }}
            />
          )}
          {(state === "failed" || state === "cancelled") && (
            <Action label={words.files.remove} of={name} onPress={() => files.hide(taking.id)} />
          )}
        </>
      }
    >
      {isGoing && !files.isTold && (
        <button type="button" class="plain-button tell" onClick={() => void askToTell(call)}>
          {words.files.tell}
        </button>
      )}
      <FileList
        files={taking.files}
        beside={(file, index) => (
          <>
            {state !== "done" && <span class="soft">{shareText(taking.received(index), file.size)}</span>}
            {lookButton(file, index)}
            {received !== undefined && (
              <Action label={words.files.save} of={pathOf(file)} onPress={() => void save(index)} />
            )}
          </>
        )}
      />
    </Card>
  );
}

const savingText = (bytes: number, total: number): string =>
  `${words.files.preparingSave} ${shareText(bytes, total)}`;

/** From now on what arrives rings; the browser asks about notifications only because of this press. */
async function askToTell(call: Call): Promise<void> {
  call.files.tellWith({ ring: ringBell });
  if (!(await mayNotify())) call.announcer.say(words.files.tellDenied);
}
