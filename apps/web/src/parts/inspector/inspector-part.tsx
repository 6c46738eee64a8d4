import { useEffect, useMemo } from "preact/hooks";
import { every, now } from "../../browser/page.ts";
import type { Call } from "../../state/call.ts";
import { Inspector } from "../../state/inspector/inspector.ts";
import { speakAlong, told } from "../../words/inspector/words.ts";
import { spoken } from "../../words/words.ts";
import { PanelFrame } from "../panel.tsx";
import { InspectorView } from "./inspector-view.tsx";
import "./inspector.css";

/** What was seen of a call stays while its panel is closed; so do the choices made in it. */
const inspectors = new WeakMap<Call, Inspector>();

/** The call's inspector in its panel. Fetched when it is first opened. */
export function InspectorPart({ call }: { readonly call: Call }) {
  const inspector = useMemo(() => {
    const known = inspectors.get(call);
    const made = known ?? new Inspector({ room: call.room, browser: navigator.userAgent, now, every });
    inspectors.set(call, made);
    return made;
  }, [call]);
  useEffect(() => inspector.start(), [inspector]);
  const { code } = spoken();
  useEffect(() => void speakAlong(code), [code]);
  return (
    <PanelFrame
      id="panel-inspector"
      title={told().title}
      look="inspector-panel"
      onClose={() => call.show(undefined)}
    >
      <InspectorView inspector={inspector} announcer={call.announcer} hasRoom />
    </PanelFrame>
  );
}

/** The panel, with its words in the page's language. */
export async function loadInspector(): Promise<typeof InspectorPart> {
  await speakAlong();
  return InspectorPart;
}
