import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { canShare, copyText } from "../browser/page.ts";
import { Icon } from "../parts/icon.tsx";
import { Copy, FileText, Share2 } from "../parts/icons.ts";
import { QrCode } from "../parts/qr-code.tsx";
import type { Announcer } from "../state/announcer.ts";
import { directWords } from "../words/direct.ts";

interface HandTextProps {
  readonly label: string;
  /** As it is handed over: an invitation within its link. */
  readonly text: string;
  readonly codes: readonly string[];
  readonly fileName: string;
  readonly qr: string;
  readonly qrMeaning: string;
  readonly isChief: boolean;
  readonly announcer: Announcer;
}

/** So long each of several codes is shown: a camera looks at some of them more than once. */
const turnMs = 700;

/** Hands the own text over, in every way there is. */
export function HandText({ label, text, codes, fileName, qr, qrMeaning, isChief, announcer }: HandTextProps) {
  const words = directWords();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const copy = async () => {
    if (await copyText(text)) announcer.say(words.copied);
    else announcer.warn(words.copyFailed);
  };
  return (
    <div class="direct-hand">
      <div class="direct-hand-text">
        <label for={id}>{label}</label>
        <textarea
          ref={field}
          id={id}
          rows={5}
          readOnly
          value={text}
          onFocus={() => field.current?.select()}
        />
        <div class="direct-actions">
          <button type="button" class={isChief ? "primary" : "secondary"} onClick={() => void copy()}>
            <Icon node={Copy} size={18} />
            {words.copy}
          </button>
          {canShare() && (
            // Closing the sheet rejects, and is no failure.
            <button
              type="button"
              class="secondary"
              onClick={() => void navigator.share({ text }).catch(() => undefined)}
            >
              <Icon node={Share2} size={18} />
              {words.share}
            </button>
          )}
          <button type="button" class="secondary" onClick={() => save(text, fileName)}>
            <Icon node={FileText} size={18} />
            {words.save}
          </button>
        </div>
      </div>
      <figure class="direct-qr">
        <TurningCode codes={codes} label={qr} />
        <figcaption class="soft small">
          {qrMeaning} {codes.length > 1 && words.qrTurning(codes.length)}
        </figcaption>
      </figure>
    </div>
  );
}

function TurningCode({ codes, label }: { readonly codes: readonly string[]; readonly label: string }) {
  const turn = useSignal(0);
  useEffect(() => {
    if (codes.length < 2) return;
    const timer = setInterval(() => {
      turn.value += 1;
    }, turnMs);
    return () => clearInterval(timer);
  }, [codes, turn]);
  return <QrCode text={codes[turn.value % codes.length] ?? ""} label={label} />;
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
