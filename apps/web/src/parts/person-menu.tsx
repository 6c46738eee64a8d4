import type { Call } from "../state/call.ts";
import { hasPicture, type Person } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import {
  Camera,
  Crown,
  EllipsisVertical,
  FilePlus,
  Gauge,
  MessageSquare,
  MicOff,
  Pin,
  PinOff,
  UserX,
  VideoOff,
} from "./icons.ts";
import { Menu, type MenuItem } from "./menu.tsx";

interface PersonMenuProps {
  readonly call: Call;
  readonly person: Person;
  readonly look: string;
  /** Saves what their tile shows; missing where there is none. */
  readonly onSnapshot?: () => void;
}

/** Everything that can be done about one person. */
export function PersonMenu({ call, person, look, onSnapshot }: PersonMenuProps) {
  return (
    <Menu label={words.person.options(person.name)} look={look} items={itemsFor(call, person, onSnapshot)}>
      <Icon node={EllipsisVertical} size={18} />
    </Menu>
  );
}

function itemsFor(call: Call, person: Person, onSnapshot: (() => void) | undefined): MenuItem[] {
  const { id } = person;
  const isPinned = call.pinned.value === id;
  const items: MenuItem[] = [
    {
      label: isPinned ? words.person.unpin : words.person.pin,
      icon: isPinned ? PinOff : Pin,
      onPress: () => call.pin(id),
    },
  ];
  if (onSnapshot !== undefined && hasPicture(person)) {
    items.push({ label: words.person.snapshot, icon: Camera, onPress: onSnapshot });
  }
  if (person.isSelf) return items;
  const ask = (kind: "connection" | "remove" | "hand-over") => () => {
    call.dialog.value = { kind, id };
  };
  items.push(
    { label: words.person.message, icon: MessageSquare, onPress: () => call.writeTo(id) },
    { label: words.files.offerTo, icon: FilePlus, onPress: () => call.giveTo(id) },
    { label: words.person.connection, icon: Gauge, onPress: ask("connection") },
  );
  if (!call.self.value.isHost) return items;
  if (person.audio === "on") {
    items.push({
      label: words.person.mute,
      icon: MicOff,
      onPress: () => void call.desk.mute(id, "audio"),
    });
  }
  if (person.video === "on") {
    items.push({
      label: words.person.stopVideo,
      icon: VideoOff,
      onPress: () => void call.desk.mute(id, "video"),
    });
  }
  if (person.presence === "here") {
    items.push({ label: words.person.handOver, icon: Crown, onPress: ask("hand-over") });
  }
  items.push({ label: words.person.remove, icon: UserX, onPress: ask("remove"), isBad: true });
  return items;
}
