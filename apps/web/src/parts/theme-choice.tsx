import { useId } from "preact/hooks";
import type { Settings, Theme } from "../state/settings.ts";
import { words } from "../words/words.ts";

export function ThemeChoice({ settings }: { readonly settings: Settings }) {
  const field = useId();
  return (
    <div class="small-choice">
      <label for={field}>{words.app.theme}</label>
      <select
        id={field}
        value={settings.theme.value}
        onChange={(event) => settings.chooseTheme(event.currentTarget.value as Theme)}
      >
        <option value="system">{words.app.themeSystem}</option>
        <option value="light">{words.app.themeLight}</option>
        <option value="dark">{words.app.themeDark}</option>
      </select>
    </div>
  );
}
