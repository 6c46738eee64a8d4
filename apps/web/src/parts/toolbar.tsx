import type { IconNode } from "lucide";
import type { Call, Panel } from "../state/call.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import {
  Files,
  LogOut,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  ScanSearch,
  Users,
  Video,
  VideoOff,
} from "./icons.ts";
import { type Desktop, MoreMenu } from "./more-menu.tsx";
import { Reactions } from "./reactions.tsx";

interface ToolProps {
  readonly icon: IconNode;
  readonly label: string;
  readonly onPress: () => void;
  readonly look?: string;
  readonly count?: number;
  /** The count is something that waits to be looked at. */
  readonly isNews?: boolean;
  /** Read after the name. */
  readonly remark?: string;
  readonly opens?: { readonly id: string; readonly isOpen: boolean };
}

function Tool({ icon, label, onPress, look = "", count = 0, isNews = false, remark, opens }: ToolProps) {
  return (
    <button
      type="button"
      class={`tool ${look}`}
      aria-label={label}
      title={label}
      aria-description={remark}
      aria-expanded={opens?.isOpen}
      aria-controls={opens?.isOpen ? opens.id : undefined}
      onClick={onPress}
    >
      <span class="tool-icon">
        <Icon node={icon} size={22} />
        {/* Drawn by the style sheet: as text it would belong to the button's name. */}
        {count > 0 && (
          <span class={`badge${isNews ? "" : " quiet"}`} data-count={count > 99 ? "99+" : count} />
        )}
      </span>
      <span class="tool-label" aria-hidden="true">
        {label}
      </span>
    </button>
  );
}

/** The call's controls. The arrow keys move along it (WAI-ARIA toolbar pattern), Tab too. */
export function Toolbar({ call, desktop }: { readonly call: Call; readonly desktop: Desktop }) {
  const { sending, local, panel, chat } = call;
  const isSilent = local.track.microphone.value === undefined || sending.isMuted.value;
  const camera = local.capture.camera.value.state;
  const isFilming = camera === "on" || camera === "starting";
  const isSharing = sending.screen.value.state === "sharing";
  const unread = chat.unread.value;
  const offers = call.files.offers.value.length;
  const count = call.people.value.length;
  const opens = (name: Panel) => ({ id: `panel-${name}`, isOpen: panel.value === name });
  return (
    <div class="toolbar" role="toolbar" aria-label={words.call.controls} onKeyDown={moveByArrows}>
      <Tool
        icon={isSilent ? MicOff : Mic}
        label={isSilent ? words.call.unmute : words.call.mute}
        look={isSilent ? "off" : ""}
        onPress={() => sending.toggleMicrophone()}
      />
      <Tool
        icon={isFilming ? Video : VideoOff}
        label={isFilming ? words.call.stopVideo : words.call.startVideo}
        look={isFilming ? "" : "off"}
        onPress={() => sending.toggleCamera()}
      />
      {local.port.canShareScreen && (
        <Tool
          icon={isSharing ? MonitorX : MonitorUp}
          label={isSharing ? words.call.stopSharing : words.call.shareScreen}
          look={`seldom${isSharing ? " on" : ""}`}
          onPress={() => call.toggleSharing()}
        />
      )}
      <Tool
        icon={MessageSquare}
        label={words.call.chat}
        look={panel.value === "chat" ? "on" : ""}
        count={unread}
        isNews
        {...(unread > 0 ? { remark: words.call.unread(unread) } : {})}
        opens={opens("chat")}
        onPress={() => call.toggle("chat")}
      />
      <Tool
        icon={Users}
        label={words.call.peopleButton}
        look={panel.value === "people" ? "on" : ""}
        count={count}
        remark={words.people.count(count)}
        opens={opens("people")}
        onPress={() => call.toggle("people")}
      />
      <Tool
        icon={Files}
        label={words.files.button}
        look={`less-often${panel.value === "files" ? " on" : ""}`}
        count={offers}
        isNews
        {...(offers > 0 ? { remark: words.files.waiting(offers) } : {})}
        opens={opens("files")}
        onPress={() => call.toggle("files")}
      />
      <Tool
        icon={ScanSearch}
        label={words.call.inspector}
        look={`seldom${panel.value === "inspector" ? " on" : ""}`}
        opens={opens("inspector")}
        onPress={() => call.toggle("inspector")}
      />
      <Reactions call={call} />
      <MoreMenu call={call} desktop={desktop} />
      <Tool icon={LogOut} label={words.call.leave} look="leave" onPress={() => void call.leave()} />
    </div>
  );
}

function moveByArrows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const forward = document.documentElement.dir === "rtl" ? -1 : 1;
  const step = { ArrowRight: forward, ArrowLeft: -forward }[event.key];
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(".tool")];
  // Those that a narrow screen has no room for are not there.
  const buttons = all.filter((button) => button.offsetParent !== null);
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || at === -1) return;
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
