import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { beginPlaying, openPlayer } from "../../browser/player.ts";
import type { Call } from "../../state/call.ts";
import type { Looking } from "../../state/files/files.ts";
import { type Look, lookOf } from "../../state/files/looking.ts";
import { words } from "../../words/words.ts";
import { Dialog } from "../dialog.tsx";

/** What is looked at, over the call. Fetched when something first is. */
export function LookDialog({ call }: { readonly call: Call }) {
  const { looking } = call.files;
  const now = looking.value;
  if (now === undefined) return null;
  const file = now.taking.files[now.index];
  return (
    <Dialog
      title={file?.name ?? ""}
      look="looking"
      onClose={() => {
        looking.value = undefined;
      }}
    >
      <Content key={`${now.taking.id} ${now.index}`} call={call} looking={now} />
    </Dialog>
  );
}

/** Where it is shown from: this page's memory or disk, or a frame whose parts come as they arrive. */
type Shown =
  | { readonly kind: "object" | "frame"; readonly look: Look; readonly address: string }
  | { readonly kind: "not"; readonly sentence: string };

function Content({ call, looking }: { readonly call: Call; readonly looking: Looking }) {
  const shown = useSignal<Shown | undefined>(undefined);
  const { taking, index } = looking;
  const name = taking.files[index]?.name ?? "";
  useEffect(() => {
    const ends: (() => void)[] = [];
    let isOver = false;
    const end = () => {
      for (const run of ends) run();
    };
    show(call, looking, (run) => {
      ends.push(run);
      if (isOver) end();
    }).then(
      (found) => {
        shown.value = found;
      },
      () => {
        shown.value = { kind: "not", sentence: words.files.cantShow };
      },
    );
    return () => {
      isOver = true;
      end();
    };
  }, [call, looking, shown]);

  const it = shown.value;
  if (it === undefined) return <div class="look-place" />;
  if (it.kind === "not") return <p>{it.sentence}</p>;
  const onError = () => {
    shown.value = { kind: "not", sentence: words.files.cantShow };
  };
  if (it.kind === "frame") return <Frame key={it.address} look={it.look} address={it.address} name={name} />;
  switch (it.look) {
    case "picture":
      return <img class="look-place" src={it.address} alt={name} onError={onError} />;
    case "sound":
      return (
        // biome-ignore lint/a11y/useMediaCaption: what people give each other comes as it is.
        <audio class="look-place" src={it.address} aria-label={name} controls autoplay onError={onError} />
      );
    default:
      return (
        // biome-ignore lint/a11y/useMediaCaption: what people give each other comes as it is.
        <video
          class="look-place"
          src={it.address}
          aria-label={name}
          controls
          autoplay
          playsInline
          onError={onError}
        />
      );
  }
}

/** Made anew for another address: what is in it still belongs to the one before until the browser has the other. */
function Frame({
  look,
  address,
  name,
}: {
  readonly look: Look;
  readonly address: string;
  readonly name: string;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const isDocument = look === "document";
  useEffect(() => (isDocument || !frame.current ? undefined : beginPlaying(frame.current)), [isDocument]);
  // No scripts, no forms, no way out of the frame. Only a document can't be shown in a sandbox; its viewer is the browser's own.
  const sandbox = isDocument ? {} : { sandbox: "allow-same-origin" };
  return <iframe ref={frame} class={`look-place ${look}`} title={name} src={address} {...sandbox} />;
}

/** A file that is here while the others of its folder still arrive is read into memory, up to this many bytes. */
const memoryMost = 64 * 1024 * 1024;

/** @param ending what has to be let go when it is no longer looked at */
async function show(
  call: Call,
  { taking, index }: Looking,
  ending: (run: () => void) => void,
): Promise<Shown> {
  const file = taking.files[index];
  const kind = file && lookOf(file);
  if (file === undefined || kind === undefined) return { kind: "not", sentence: words.files.cantShow };
  const { look, type } = kind;
  const outcome = call.files.outcomes.peek().get(taking.id);
  const received = outcome?.state === "received" ? outcome.files[index] : undefined;
  const read = (offset: number, length: number, signal: AbortSignal) =>
    taking.read(index, offset, length, { signal });
  // Phones have no viewer for documents.
  if (look === "document" && !navigator.pdfViewerEnabled)
    return { kind: "not", sentence: words.files.cantShow };
  const isHere = taking.received(index) >= file.size && file.size <= memoryMost;
  const isWhole = received !== undefined || isHere;
  if (look === "picture" && !isWhole) return { kind: "not", sentence: words.files.cantShow };
  if (look === "document" || !isWhole) {
    const player = await openPlayer({ size: file.size, type, look, name: file.name, read });
    if (player === undefined)
      return { kind: "not", sentence: look === "document" ? words.files.cantShow : words.files.cantPlay };
    ending(() => player.close());
    return { kind: "frame", look, address: player.address };
  }
  const over = new AbortController();
  ending(() => over.abort());
  const content =
    received === undefined ? new Blob([await read(0, file.size, over.signal)]) : await received.file();
  // Of our own list of types: whatever the giver says it is, it is never a page.
  const address = URL.createObjectURL(content.slice(0, content.size, type));
  ending(() => URL.revokeObjectURL(address));
  return { kind: "object", look, address };
}
