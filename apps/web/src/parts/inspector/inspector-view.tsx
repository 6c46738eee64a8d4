import { useEffect, useId, useRef } from "preact/hooks";
import type { Announcer } from "../../state/announcer.ts";
import type { Inspector, Tab } from "../../state/inspector/inspector.ts";
import { filled, told } from "../../words/inspector/words.ts";
import { spoken } from "../../words/words.ts";
import { ChartsTab } from "./charts-tab.tsx";
import { OpenButton, openFile } from "./files.tsx";
import { FlowsTab } from "./flows-tab.tsx";
import { LogTab } from "./log-tab.tsx";
import { ProofTab } from "./proof-tab.tsx";
import { Rests } from "./rests.tsx";
import { SdpTab } from "./sdp-tab.tsx";
import { StoryTab } from "./story-tab.tsx";
import { WaysTab } from "./ways-tab.tsx";

export interface InspectorProps {
  readonly inspector: Inspector;
  readonly announcer: Announcer;
}

const parts: Readonly<Record<Tab, (props: InspectorProps) => preact.JSX.Element>> = {
  story: StoryTab,
  sdp: SdpTab,
  ways: WaysTab,
  charts: ChartsTab,
  proof: ProofTab,
  flows: FlowsTab,
  log: LogTab,
};

/** Which link, which part of it, and that part. */
export function InspectorView({
  inspector,
  announcer,
  hasRoom = false,
}: InspectorProps & { readonly hasRoom?: boolean }) {
  const words = told();
  const id = useId();
  const tab = inspector.part.value;
  const recording = inspector.recording.value;
  const opened = inspector.opened.value;
  const link = inspector.link.value;
  const problem = inspector.problem.value;
  const Part = parts[tab];
  const resting = link?.state === "resting" && tab !== "log" ? link : undefined;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here can also be chosen with a button.
    <div
      class="inspector"
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      // The room takes files too: over this panel it is told that they left, since here they are opened, not offered to anyone.
      onDragEnter={() => dispatchEvent(new DragEvent("dragleave"))}
      onDrop={(event) => {
        const file = event.dataTransfer?.files[0];
        if (file === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        openFile(inspector, file);
      }}
    >
      {problem !== undefined && (
        <p class="problem inspector-line" role="alert">
          {words.opened.errors[problem]}
        </p>
      )}
      {opened !== undefined && (
        <div class="inspector-line inspector-opened">
          <p class="soft small">
            {filled(words.opened.from, { date: new Date(opened.at).toLocaleString(spoken().code) })}
            {opened.isMasked && `; ${words.opened.masked}`}
          </p>
          {hasRoom ? (
            <button type="button" class="secondary" onClick={() => inspector.close()}>
              {words.opened.back}
            </button>
          ) : (
            <OpenButton inspector={inspector} label={words.opened.another} />
          )}
        </div>
      )}
      {(recording?.links.length ?? 0) > 0 && (
        <label class="inspector-line inspector-choice">
          {words.with}
          <select
            value={link?.peer ?? ""}
            onChange={(event) => {
              inspector.wanted.value = event.currentTarget.value;
            }}
          >
            {recording?.links.map(({ peer, name, state, forwarder }) => (
              <option key={peer} value={peer}>
                {`${forwarder ? words.actors.forwarder : name || peer} (${state})`}
              </option>
            ))}
          </select>
        </label>
      )}
      <Tabs inspector={inspector} id={id} />
      <div
        class="panel-body inspector-body"
        role="tabpanel"
        id={id}
        aria-labelledby={`${id}-${tab}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
      >
        {resting && <Rests link={resting} />}
        {link === undefined && tab !== "log" ? (
          <p class="empty soft">{words.nobody}</p>
        ) : (
          resting?.facts.length !== 0 && <Part inspector={inspector} announcer={announcer} />
        )}
      </div>
    </div>
  );
}

/** One of them is in the order of Tab, the arrow keys go between them (WAI-ARIA tabs pattern). */
function Tabs({ inspector, id }: { readonly inspector: Inspector; readonly id: string }) {
  const words = told();
  const list = useRef<HTMLDivElement>(null);
  const chosen = inspector.part.value;
  const tabs = inspector.tabs.value;
  useEffect(() => {
    // On a phone there are more than fit.
    list.current
      ?.querySelector(`[data-tab="${chosen}"]`)
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = { ArrowRight: forward, ArrowLeft: -forward }[event.key];
    const at = tabs.indexOf(chosen);
    const next =
      event.key === "Home"
        ? 0
        : event.key === "End"
          ? tabs.length - 1
          : step && (at + step + tabs.length) % tabs.length;
    const tab = next === undefined ? undefined : tabs[next];
    if (tab === undefined) return;
    event.preventDefault();
    inspector.tab.value = tab;
    list.current?.querySelector<HTMLElement>(`[data-tab="${tab}"]`)?.focus();
  };
  return (
    <div ref={list} class="inspector-tabs" role="tablist" aria-label={words.parts} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`${id}-${tab}`}
          data-tab={tab}
          aria-selected={tab === chosen}
          aria-controls={id}
          tabIndex={tab === chosen ? 0 : -1}
          onClick={(event) => {
            inspector.tab.value = tab;
            // On a phone the row is longer than the screen: its neighbours come into sight with it.
            event.currentTarget.scrollIntoView({ block: "nearest", inline: "center" });
          }}
        >
          {words.tabs[tab]}
        </button>
      ))}
    </div>
  );
}
