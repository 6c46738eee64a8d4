import { useEffect, useMemo } from "preact/hooks";
import { follow } from "../browser/navigation.ts";
import { every, now } from "../browser/page.ts";
import { OpenButton, openFile } from "../parts/inspector/files.tsx";
import { loadInspector } from "../parts/inspector/inspector-part.tsx";
import { InspectorView } from "../parts/inspector/inspector-view.tsx";
import { Mark } from "../parts/mark.tsx";
import type { Announcer } from "../state/announcer.ts";
import { Inspector } from "../state/inspector/inspector.ts";
import { speakAlong, told } from "../words/inspector/words.ts";
import { words as pageWords, spoken } from "../words/words.ts";

/** Saved recordings, without a room. Nothing of them leaves the page. */
function InspectScreen({ announcer }: { readonly announcer: Announcer }) {
  const inspector = useMemo(() => new Inspector({ browser: navigator.userAgent, now, every }), []);
  const { code } = spoken();
  useEffect(() => void speakAlong(code), [code]);
  const { opened: words } = told();
  const isOpen = inspector.opened.value !== undefined;
  const problem = inspector.problem.value;
  useEffect(() => {
    document.title = `${words.title} · ${pageWords.app.name}`;
  }, [words.title]);
  return (
    <div class="sheet">
      <main class="inspect-page">
        <header class="lobby-head">
          <a class="home-link" href="/" onClick={follow} aria-label={pageWords.app.home}>
            <Mark size={32} />
          </a>
          <div>
            <h1>{words.title}</h1>
            {!isOpen && <p class="soft">{words.meaning}</p>}
          </div>
        </header>
        {isOpen ? (
          <InspectorView inspector={inspector} announcer={announcer} />
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here can also be chosen with the button.
          <div
            class="inspect-drop"
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              openFile(inspector, event.dataTransfer?.files[0]);
            }}
          >
            {problem !== undefined && (
              <p class="problem" role="alert">
                {words.errors[problem]}
              </p>
            )}
            <OpenButton inspector={inspector} label={words.choose} isChief />
            <p class="soft">{words.drop}</p>
          </div>
        )}
      </main>
    </div>
  );
}

/** The screen, with its words in the page's language. */
export async function loadInspect(): Promise<typeof InspectScreen> {
  await loadInspector();
  return InspectScreen;
}
