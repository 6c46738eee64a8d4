import { recordingLimits } from "@parlour/client/inspect";
import { useRef } from "preact/hooks";
import type { Inspector } from "../../state/inspector/inspector.ts";
import { Icon } from "../icon.tsx";
import { Upload } from "../icons.ts";

/** Saves a text as a file. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The download has its own hold on the data by the next turn of the event loop's timers.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What a file says; Chromium packs its dumps with gzip (RFC 1952). One that is too large is cut off, and then is no recording. */
async function textOf(file: File): Promise<string> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isPacked = first === 0x1f && second === 0x8b;
  const stream = isPacked ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += value;
    if (text.length <= recordingLimits.characters) continue;
    await reader.cancel();
    return text;
  }
}

/** Opens a file that was chosen or dropped. */
export function openFile(inspector: Inspector, file: File | undefined): void {
  if (file === undefined) return;
  // What can't be unpacked is no recording either.
  textOf(file).then(
    (text) => inspector.open(text),
    () => inspector.open(""),
  );
}

interface OpenButtonProps {
  readonly inspector: Inspector;
  readonly label: string;
  readonly isChief?: boolean;
}

/** Chooses a saved recording or a dump. */
export function OpenButton({ inspector, label, isChief = false }: OpenButtonProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={isChief ? "primary" : "secondary"} onClick={() => field.current?.click()}>
        <Icon node={Upload} size={16} />
        {label}
      </button>
      <input
        ref={field}
        type="file"
        accept=".json,.txt,.gz"
        hidden
        aria-label={label}
        onChange={(event) => {
          const chosen = event.currentTarget;
          const file = chosen.files?.[0];
          openFile(inspector, file);
          // So that the same file can be chosen again.
          chosen.value = "";
        }}
      />
    </>
  );
}
