import { useId } from "preact/hooks";
import type { DeviceKind, LocalMedia } from "../state/local-media.ts";
import { words } from "../words/words.ts";

interface ChoiceProps {
  readonly local: LocalMedia;
  readonly kind: DeviceKind;
  readonly label: string;
}

/** A choice among the devices of one kind. */
export function DeviceChoice({ local, kind, label }: ChoiceProps) {
  const devices = local.devices.value.filter((device) => device.kind === kind);
  const chosen = local.chosen[kind].value;
  const isThere = devices.some(({ id }) => id === chosen);
  const field = useId();
  // Named from beside, not from around: a label around a list would be named by the list's choices too.
  return (
    <div class="field">
      <label for={field}>{label}</label>
      <select
        id={field}
        value={isThere ? chosen : ""}
        onChange={(event) => void local.choose(kind, event.currentTarget.value)}
      >
        <option value="">{words.lobby.anyDevice}</option>
        {devices.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || words.lobby.unnamedDevice(index + 1)}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onPress: () => void;
}

/** On or off, at once. */
export function Switch({ label, isOn, onPress }: SwitchProps) {
  return (
    <button type="button" class="switch" role="switch" aria-checked={isOn} onClick={onPress}>
      <span class="switch-track" aria-hidden="true">
        <span class="switch-thumb" />
      </span>
      <span>{label}</span>
    </button>
  );
}
