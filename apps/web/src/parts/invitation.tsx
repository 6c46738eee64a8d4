import { useId, useRef } from "preact/hooks";
import { canShare, copyText, shareLink } from "../browser/page.ts";
import type { Announcer } from "../state/announcer.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { Copy, Share2 } from "./icons.ts";
import { Lazy } from "./lazy.tsx";

/** Copies a room's link and says whether that worked. */
export async function copyLink(link: string, announcer: Announcer): Promise<void> {
  if (await copyText(link)) announcer.say(words.call.copied);
  else announcer.warn(words.call.copyFailed);
}

interface InvitationProps {
  readonly link: string;
  readonly announcer: Announcer;
  /** What the button that copies is called. */
  readonly copyLabel: string;
  readonly isChief?: boolean;
}

const loadQr = async () => (await import("./qr-code.tsx")).QrCode;

/** A room's link, in every way there is to hand it on. */
export function Invitation({ link, announcer, copyLabel, isChief = false }: InvitationProps) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div class="invitation">
      <div class="invitation-link">
        <label for={id}>{words.invite.link}</label>
        <input
          ref={field}
          id={id}
          type="text"
          dir="ltr"
          readOnly
          value={link}
          onFocus={() => field.current?.select()}
        />
        <div class="invitation-actions">
          <button
            type="button"
            class={isChief ? "primary" : "secondary"}
            onClick={() => void copyLink(link, announcer)}
          >
            <Icon node={Copy} size={18} />
            {copyLabel}
          </button>
          {canShare() && (
            <button type="button" class="secondary" onClick={() => void shareLink(words.app.name, link)}>
              <Icon node={Share2} size={18} />
              {words.invite.share}
            </button>
          )}
        </div>
      </div>
      <figure class="qr-frame">
        <Lazy load={loadQr} props={{ text: link, label: words.invite.qr }} placeholder="qr" />
        <figcaption class="soft">{words.invite.qrMeaning}</figcaption>
      </figure>
    </div>
  );
}
