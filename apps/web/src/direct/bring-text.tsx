import type { DirectCollector } from "@parlour/client";
import { type Signal, useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { FileText, ScanQrCode } from "../parts/icons.ts";
import { directWords } from "../words/direct.ts";
import type { TextProblem } from "./handover.ts";
import { textOfFile } from "./read-code.ts";
import { ScanDialog } from "./scan-dialog.tsx";

interface BringTextProps {
  /** What is typed or pasted. */
  readonly text: Signal<string>;
  readonly label: string;
  /** How such a text begins. */
  readonly mark: string;
  readonly action: string;
  readonly isBusy?: boolean;
  /** The next step is this one: its button is the filled one. */
  readonly isChief: boolean;
  readonly problem: TextProblem | undefined;
  readonly collector: () => Promise<DirectCollector>;
  readonly onText: (text: string) => void;
}

/** Takes the other one's text: pasted, scanned, or out of a file. */
export function BringText({
  text,
  label,
  mark,
  action,
  isBusy,
  isChief,
  problem,
  collector,
  onText,
}: BringTextProps) {
  const words = directWords();
  const remark = useId();
  const file = useRef<HTMLInputElement>(null);
  const scanning = useSignal<DirectCollector | undefined>(undefined);
  const isUnread = useSignal(false);
  const take = (found: string) => {
    isUnread.value = false;
    text.value = found;
    onText(found);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    take(text.peek());
  };
  const open = async (input: HTMLInputElement) => {
    const [chosen] = input.files ?? [];
    input.value = "";
    const found = chosen && (await textOfFile(chosen).catch(() => undefined));
    if (found === undefined) isUnread.value = chosen !== undefined;
    else take(found);
  };
  const isBad = problem !== undefined || isUnread.value;
  return (
    <form class="direct-bring" onSubmit={submit} noValidate>
      <label class="field">
        <span>{label}</span>
        <textarea
          rows={4}
          value={text.value}
          placeholder={words.placeholder(mark)}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={isBad}
          aria-describedby={remark}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            isUnread.value = false;
          }}
        />
      </label>
      <p id={remark} class="problem" role="alert">
        {isUnread.value ? words.openFailed : problem !== undefined ? words.problems[problem] : ""}
      </p>
      <div class="direct-actions">
        <button type="submit" class={isChief ? "primary" : "secondary"} aria-disabled={isBusy}>
          {isBusy ? words.connecting : action}
        </button>
        <button
          type="button"
          class="secondary"
          onClick={() => void collector().then((made) => (scanning.value = made))}
        >
          <Icon node={ScanQrCode} size={18} />
          {words.scan}
        </button>
        <button type="button" class="secondary" onClick={() => file.current?.click()}>
          <Icon node={FileText} size={18} />
          {words.openFile}
        </button>
        <input
          ref={file}
          type="file"
          hidden
          accept="text/plain,.txt,image/*"
          onChange={(event) => void open(event.currentTarget)}
        />
      </div>
      {scanning.value !== undefined && (
        <ScanDialog
          collector={scanning.value}
          onText={(found) => {
            scanning.value = undefined;
            take(found);
          }}
          onClose={() => {
            scanning.value = undefined;
          }}
        />
      )}
    </form>
  );
}
