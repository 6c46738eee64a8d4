import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import {
  canFullScreen,
  canOpenSmallWindow,
  isFullScreen,
  onFullScreenChanged,
  openSmallWindow,
  stayAwake,
  toggleFullScreen,
  togglePictureInPicture,
} from "../browser/screen.ts";
import { CallDialogs } from "../parts/call-dialogs.tsx";
import { ChatPanel } from "../parts/chat-panel.tsx";
import { Icon } from "../parts/icon.tsx";
import { Copy, Globe, Lock, Mic, RefreshCw, Volume2, WifiOff } from "../parts/icons.ts";
import { copyLink, Invitation } from "../parts/invitation.tsx";
import { Lazy } from "../parts/lazy.tsx";
import type { Desktop } from "../parts/more-menu.tsx";
import { PeoplePanel } from "../parts/people-panel.tsx";
import { SmallWindow } from "../parts/small-window.tsx";
import { Stage } from "../parts/stage.tsx";
import { Toolbar } from "../parts/toolbar.tsx";
import { useKeys } from "../parts/use-keys.ts";
import { WaitingPeople } from "../parts/waiting-people.tsx";
import type { Call } from "../state/call.ts";
import { deviceAdvice } from "../state/device-advice.ts";
import { words } from "../words/words.ts";

// Only what a call needs at once is here; files may come a moment later.
const loadFiles = async () => (await import("../parts/files/files-part.tsx")).FilesPart;
const loadOffers = async () => (await import("../parts/files/files-part.tsx")).OffersBanner;

/** The call: people, one toolbar, and what was asked for. */
export function RoomScreen({ call }: { readonly call: Call }) {
  const hearing = useSignal(0);
  const panel = call.panel.value;
  const { desktop, small } = useDesktop(call);
  useKeys(call, desktop.toggleFullScreen);
  useEffect(stayAwake, []);
  useAdvice(call);
  const hear = () => {
    call.isSoundHeld.value = false;
    hearing.value += 1;
  };
  const isAlone = call.people.value.length === 1 && call.shares.value.length === 0;
  return (
    <div class={`room${panel === undefined ? "" : " with-panel"}`}>
      <TopBar call={call} />
      <main class={`room-main${isAlone ? " alone" : ""}`}>
        <div class="banners">
          <Banners call={call} />
          {call.isSoundHeld.value && (
            <button type="button" class="primary" onClick={hear}>
              <Icon node={Volume2} />
              {words.call.tapToHear}
            </button>
          )}
        </div>
        <div class="room-middle">
          <Stage call={call} hearing={hearing.value} isElsewhere={small !== undefined} />
          {isAlone && (
            <section class="alone-card" aria-labelledby="alone-title">
              <h2 id="alone-title">{words.call.alone}</h2>
              <Invitation
                link={call.room.link}
                announcer={call.announcer}
                copyLabel={words.invite.copy}
                isChief
              />
            </section>
          )}
        </div>
      </main>
      <footer class="room-foot">
        <Toolbar call={call} desktop={desktop} />
      </footer>
      {panel === "chat" && <ChatPanel call={call} />}
      {panel === "people" && <PeoplePanel call={call} />}
      <Lazy load={loadFiles} props={{ call }} />
      {small !== undefined && <SmallWindow call={call} window={small} />}
      <CallDialogs call={call} />
    </div>
  );
}

/** Full screen and the small window, as the browser has them. */
function useDesktop(call: Call): { readonly desktop: Desktop; readonly small: Window | undefined } {
  const small = useSignal<Window | undefined>(undefined);
  const isFull = useSignal(isFullScreen());
  useEffect(
    () =>
      onFullScreenChanged(() => {
        isFull.value = isFullScreen();
      }),
    [isFull],
  );
  const toggleFull = useCallback(() => {
    toggleFullScreen().catch(() => call.announcer.warn(words.call.fullScreenFailed));
  }, [call]);
  const toggleSmall = async () => {
    if (small.peek() !== undefined) {
      small.value = undefined;
      return;
    }
    const opened = await openSmallWindow(words.call.pipTitle);
    if (opened === undefined) {
      const tile = document.querySelector<HTMLVideoElement>(
        `[data-person="${CSS.escape(call.foremost.peek().id)}"] video`,
      );
      if (tile !== null) await togglePictureInPicture(tile);
      return;
    }
    opened.addEventListener("pagehide", () => {
      if (small.peek() === opened) small.value = undefined;
    });
    small.value = opened;
  };
  return {
    small: small.value,
    desktop: {
      canFullScreen: canFullScreen(),
      isFullScreen: isFull.value,
      canOpenSmallWindow: canOpenSmallWindow(),
      toggleFullScreen: toggleFull,
      toggleSmallWindow: () => {
        toggleSmall().catch(() => call.announcer.warn(words.call.pipFailed));
      },
    },
  };
}

/** Says what is wrong with devices when it happens; what the lobby screen has said already is not said again. */
function useAdvice(call: Call): void {
  const advice = deviceAdvice(call.local.capture.camera.value, call.local.capture.microphone.value);
  const known = useRef(advice);
  useEffect(() => {
    if (advice !== undefined && advice !== known.current) call.announcer.warn(advice);
    known.current = undefined;
  }, [advice, call]);
  const isSilent = call.hearing.isSilent.value;
  const wasSilent = useRef(isSilent);
  useEffect(() => {
    if (isSilent && !wasSilent.current) call.announcer.warn(words.devices.silent);
    wasSilent.current = isSilent;
  }, [isSilent, call]);
}

function Banners({ call }: { readonly call: Call }) {
  return (
    <>
      <div role="status" class="banner-line">
        {call.isOffline.value ? (
          <p class="banner">
            <Icon node={WifiOff} />
            {words.call.offline}
          </p>
        ) : (
          call.isRecovering.value && (
            <p class="banner">
              <Icon node={RefreshCw} />
              {words.call.recovering}
            </p>
          )
        )}
        {call.sending.isTalking.value && (
          <p class="banner good">
            <Icon node={Mic} />
            {words.call.talking}
          </p>
        )}
      </div>
      {call.desk.waiting.value.length > 0 && call.panel.value !== "people" && (
        <div class="banner knock">
          <WaitingPeople call={call} />
        </div>
      )}
      <Lazy load={loadOffers} props={{ call }} />
    </>
  );
}

function TopBar({ call }: { readonly call: Call }) {
  const { room, announcer } = call;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const isPrivate = room.visibility === "private";
  const rules = call.desk.rules.value;
  return (
    <header class="room-head">
      <h1 ref={title} tabIndex={-1}>
        {rules.title ?? room.name}
      </h1>
      <span class="tag">
        <Icon node={isPrivate ? Lock : Globe} size={14} />
        {isPrivate ? words.call.isPrivate : words.call.isPublic}
      </span>
      {rules.isLocked && (
        <span class="tag">
          <Icon node={Lock} size={14} />
          {words.call.locked}
        </span>
      )}
      <button type="button" class="secondary" onClick={() => void copyLink(room.link, announcer)}>
        <Icon node={Copy} size={16} />
        {words.call.copyLink}
      </button>
    </header>
  );
}
