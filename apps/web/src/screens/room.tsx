import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyText } from "../browser/page.ts";
import { ChatPanel } from "../parts/chat-panel.tsx";
import { Icon } from "../parts/icon.tsx";
import { Copy, Globe, Lock, RefreshCw, Volume2 } from "../parts/icons.ts";
import { PeoplePanel } from "../parts/people-panel.tsx";
import { Stage } from "../parts/stage.tsx";
import { Toolbar } from "../parts/toolbar.tsx";
import type { Call } from "../state/call.ts";
import { deviceAdvice } from "../state/device-advice.ts";
import { words } from "../words/words.ts";

/** The call: people, one toolbar, and what was asked for. */
export function RoomScreen({ call }: { readonly call: Call }) {
  const hearing = useSignal(0);
  const panel = call.panel.value;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing) call.show(undefined);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [call]);
  const advice = deviceAdvice(call.local.capture.camera.value, call.local.capture.microphone.value);
  // What the lobby screen has said already is not said again.
  const known = useRef(advice);
  useEffect(() => {
    if (advice !== undefined && advice !== known.current) call.announcer.warn(advice);
    known.current = undefined;
  }, [advice, call]);
  const hear = () => {
    call.isSoundHeld.value = false;
    hearing.value += 1;
  };
  return (
    <div class={`room${panel === undefined ? "" : " with-panel"}`}>
      <TopBar call={call} />
      <main class="room-main">
        <div class="banners">
          <div role="status">
            {call.isRecovering.value && (
              <p class="banner">
                <Icon node={RefreshCw} />
                {words.call.recovering}
              </p>
            )}
          </div>
          {call.people.value.length === 1 && <p class="alone">{words.call.alone}</p>}
          {call.isSoundHeld.value && (
            <button type="button" class="primary" onClick={hear}>
              <Icon node={Volume2} />
              {words.call.tapToHear}
            </button>
          )}
        </div>
        <Stage call={call} hearing={hearing.value} />
      </main>
      <footer class="room-foot">
        <Toolbar call={call} />
      </footer>
      {panel === "chat" && <ChatPanel call={call} />}
      {panel === "people" && <PeoplePanel call={call} />}
    </div>
  );
}

function TopBar({ call }: { readonly call: Call }) {
  const { room, announcer } = call;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const isPrivate = room.visibility === "private";
  const copy = async () => {
    if (await copyText(room.link)) announcer.say(words.call.copied);
    else announcer.warn(words.call.copyFailed);
  };
  return (
    <header class="room-head">
      <h1 ref={title} tabIndex={-1}>
        {room.title ?? room.name}
      </h1>
      <span class="tag">
        <Icon node={isPrivate ? Lock : Globe} size={14} />
        {isPrivate ? words.call.isPrivate : words.call.isPublic}
      </span>
      <button
        type="button"
        class={call.people.value.length === 1 ? "primary" : "secondary"}
        onClick={() => void copy()}
      >
        <Icon node={Copy} size={16} />
        {words.call.copyLink}
      </button>
    </header>
  );
}
