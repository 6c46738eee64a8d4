import { useId } from "preact/hooks";
import type { Settings } from "../state/settings.ts";
import { languages } from "../words/languages.ts";
import { words } from "../words/words.ts";

export function LanguageChoice({ settings }: { readonly settings: Settings }) {
  const field = useId();
  return (
    <div class="small-choice">
      <label for={field}>{words.app.language}</label>
      <select
        id={field}
        value={settings.language.value}
        onChange={(event) => settings.chooseLanguage(event.currentTarget.value)}
      >
        <option value="">{words.app.languageSystem}</option>
        {languages.map(({ code, name }) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
