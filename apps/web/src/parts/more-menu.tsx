import type { Call, CallDialog } from "../state/call.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import {
  Ellipsis,
  Files,
  Hand,
  Keyboard,
  Maximize,
  Minimize,
  MonitorUp,
  MonitorX,
  OctagonX,
  PictureInPicture2,
  ScanSearch,
  Settings,
  SlidersHorizontal,
  Smile,
  UserPlus,
} from "./icons.ts";
import { Menu, type MenuItem } from "./menu.tsx";

/** What the room's screen can do with the desktop, as far as it can. */
export interface Desktop {
  readonly canFullScreen: boolean;
  readonly isFullScreen: boolean;
  readonly canOpenSmallWindow: boolean;
  readonly toggleFullScreen: () => void;
  readonly toggleSmallWindow: () => void;
}

interface MoreMenuProps {
  readonly call: Call;
  readonly desktop: Desktop;
}

/** Everything that is wanted less often than the toolbar's buttons. */
export function MoreMenu({ call, desktop }: MoreMenuProps) {
  return (
    <Menu label={words.call.more} look="tool" items={itemsFor(call, desktop)}>
      <span class="tool-icon">
        <Icon node={Ellipsis} size={22} />
      </span>
      <span class="tool-label" aria-hidden="true">
        {words.call.more}
      </span>
    </Menu>
  );
}

function itemsFor(call: Call, desktop: Desktop): MenuItem[] {
  const open =
    (kind: Extract<CallDialog["kind"], "settings" | "shortcuts" | "room" | "invite" | "end">) => () => {
      call.dialog.value = { kind };
    };
  const { local, sending } = call;
  const isSharing = sending.screen.value.state === "sharing";
  const items: MenuItem[] = [
    {
      label: words.files.button,
      icon: Files,
      onPress: () => call.toggle("files"),
      insteadOf: "last-tool",
    },
    ...(local.port.canShareScreen
      ? [
          {
            label: isSharing ? words.call.stopSharing : words.call.shareScreen,
            icon: isSharing ? MonitorX : MonitorUp,
            onPress: () => call.toggleSharing(),
            insteadOf: "tool",
          } as const,
        ]
      : []),
    // Where there is no link, nobody can be invited.
    ...(call.room.link === "" ? [] : [{ label: words.invite.open, icon: UserPlus, onPress: open("invite") }]),
    { label: words.settings.open, icon: Settings, onPress: open("settings") },
    {
      label: call.gestures.isHandRaised ? words.gestures.lower : words.gestures.raise,
      icon: Hand,
      onPress: () => call.gestures.toggleHand(),
    },
    {
      label: words.gestures.open,
      icon: Smile,
      onPress: () => {
        call.gestures.isChoosing.value = true;
      },
    },
  ];
  items.push({
    label: words.call.inspector,
    icon: ScanSearch,
    onPress: () => call.toggle("inspector"),
    insteadOf: "tool",
  });
  if (desktop.canOpenSmallWindow) {
    items.push({
      label: words.settings.pictureInPicture,
      icon: PictureInPicture2,
      onPress: desktop.toggleSmallWindow,
    });
  }
  if (desktop.canFullScreen) {
    items.push({
      label: desktop.isFullScreen ? words.settings.leaveFullScreen : words.settings.fullScreen,
      icon: desktop.isFullScreen ? Minimize : Maximize,
      onPress: desktop.toggleFullScreen,
    });
  }
  items.push({ label: words.settings.help, icon: Keyboard, onPress: open("shortcuts") });
  if (call.self.value.isHost) {
    items.push(
      { label: words.host.open, icon: SlidersHorizontal, onPress: open("room") },
      { label: words.host.end, icon: OctagonX, onPress: open("end"), isBad: true },
    );
  }
  return items;
}
