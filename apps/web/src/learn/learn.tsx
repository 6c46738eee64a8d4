/** The workbench (`/learn`): a WebRTC connection made by hand. Fetched when it is opened. */
import { useEffect, useMemo } from "preact/hooks";
import { follow } from "../browser/navigation.ts";
import { Icon } from "../parts/icon.tsx";
import { RefreshCw } from "../parts/icons.ts";
import { LanguageChoice } from "../parts/language-choice.tsx";
import { Mark } from "../parts/mark.tsx";
import { ThemeChoice } from "../parts/theme-choice.tsx";
import type { Settings } from "../state/settings.ts";
import "../styles/learn.css";
import { Bench } from "./bench.ts";
import { isCode } from "./carrier.ts";
import { experimentOf } from "./experiments/experiments.ts";
import { ExperimentsBox } from "./experiments/experiments-box.tsx";
import { Player } from "./experiments/player.ts";
import { GlossaryBox } from "./glossary-box.tsx";
import { LogBox } from "./log-box.tsx";
import { SettingsBox } from "./settings-box.tsx";
import { ShareBox } from "./share-box.tsx";
import { SidePanel } from "./side-panel.tsx";
import { say } from "./speech.ts";

export { ready } from "./speech.ts";

export interface WorkbenchProps {
  readonly code: string | undefined;
  readonly settings: Settings;
}

export function Workbench({ code, settings }: WorkbenchProps) {
  const bench = useMemo(
    () => new Bench({ code: code !== undefined && isCode(code) ? code : undefined }),
    [code],
  );
  const player = useMemo(() => new Player(bench), [bench]);
  const { title } = say();
  useEffect(() => {
    bench.open();
    return () => {
      player.stop();
      bench.close();
    };
  }, [bench, player]);
  useEffect(() => {
    document.title = `${title} – Parlour`;
  }, [title]);
  const sides = bench.sides.value;
  const playing = player.playing.value;
  const isPlayed = playing.state === "set" || playing.state === "running" || playing.state === "done";
  const extras = isPlayed ? experimentOf(playing.id).extras : [];
  return (
    <div class="sheet">
      <main class="learn">
        <header class="learn-head">
          <a class="learn-home" href="/" onClick={follow} aria-label={say().home}>
            <Mark size={36} />
          </a>
          <div>
            <h1>{title}</h1>
            <p class="soft">{say().intro}</p>
          </div>
          <button
            type="button"
            class="secondary"
            onClick={() => {
              player.stop();
              player.playing.value = { state: "none" };
              bench.restart({ policy: "all", withServers: true, channel: { ordered: true } });
            }}
          >
            <Icon node={RefreshCw} size={18} />
            {say().anew}
          </button>
        </header>
        <div class="learn-tools">
          <ExperimentsBox bench={bench} player={player} />
          <div class="learn-tools-side">
            <SettingsBox bench={bench} />
            <ShareBox bench={bench} />
          </div>
        </div>
        <Refused bench={bench} />
        {sides.length === 0 && bench.refusal.value === undefined && (
          <p class="soft" role="status">
            {say().loading}
          </p>
        )}
        <div class={`learn-sides of-${sides.length}`}>
          {sides.map((side) => (
            <SidePanel key={side} bench={bench} side={side} extras={extras} />
          ))}
        </div>
        <LogBox bench={bench} />
        <GlossaryBox />
      </main>
      <footer class="sheet-foot end">
        <div class="small-choices">
          <LanguageChoice settings={settings} />
          <ThemeChoice settings={settings} />
        </div>
      </footer>
    </div>
  );
}

function Refused({ bench }: { readonly bench: Bench }) {
  const code = bench.refusal.value;
  if (code === undefined) return null;
  const words = say().refused;
  const sentence =
    code === "room-full" || code === "timeout" || code === "unreachable" ? words[code] : words.other;
  return (
    <section class="note warn" role="alert">
      <div>
        <p>{sentence}</p>
        {code === "room-full" ? (
          <p>
            <a class="secondary" href="/learn">
              {words.fresh}
            </a>
          </p>
        ) : (
          <p>
            <button type="button" class="secondary" onClick={() => bench.reconnect()}>
              {words.again}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
