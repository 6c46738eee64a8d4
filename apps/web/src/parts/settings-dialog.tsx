import type { Call } from "../state/call.ts";
import type { Processing } from "../state/settings.ts";
import { words } from "../words/words.ts";
import { DeviceChoice, Switch } from "./choice.tsx";
import { Dialog } from "./dialog.tsx";
import { LanguageChoice } from "./language-choice.tsx";
import { Lazy } from "./lazy.tsx";
import { LevelBar } from "./level-bar.tsx";
import { passOnChoice } from "./people-panel.tsx";
import { SpeakerChoice } from "./speaker-choice.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

/** Devices and the page's own looks, in mid-call. */
export function SettingsDialog({ call, onClose }: { readonly call: Call; readonly onClose: () => void }) {
  const { local, hearing, announcer } = call;
  const { settings } = local;
  const processing = settings.processing.value;
  const parts: readonly (readonly [keyof Processing, string])[] = [
    ["echo", words.settings.echo],
    ["noise", words.settings.noise],
    ["gain", words.settings.gain],
  ];
  return (
    <Dialog title={words.settings.title} onClose={onClose}>
      <section class="settings-part">
        <h3>{words.settings.devices}</h3>
        <DeviceChoice local={local} kind="camera" label={words.lobby.camera} />
        <DeviceChoice local={local} kind="microphone" label={words.lobby.microphone} />
        <LevelBar hearing={hearing} />
        {hearing.isSilent.value && <p class="problem">{words.devices.silent}</p>}
        <SpeakerChoice local={local} announcer={announcer} />
        {parts.map(([part, label]) => (
          <Switch
            key={part}
            label={label}
            isOn={processing[part]}
            onPress={() => void local.process(part, !processing[part])}
          />
        ))}
      </section>
      <section class="settings-part">
        <h3>{words.settings.page}</h3>
        <Switch
          label={words.settings.shortcuts}
          isOn={settings.hasShortcuts.value}
          onPress={() => settings.switchShortcuts(!settings.hasShortcuts.peek())}
        />
        <Lazy load={passOnChoice} props={{ call }} />
        <div class="settings-choices">
          <ThemeChoice settings={settings} />
          <LanguageChoice settings={settings} />
        </div>
      </section>
    </Dialog>
  );
}
