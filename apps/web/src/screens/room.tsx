import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useLayoutEffect, useRef } from "preact/hooks";
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
import { CallDialogs, fetched } from "../parts/call-dialogs.tsx";
import { ChatPanel } from "../parts/chat-panel.tsx";
import { Icon } from "../parts/icon.tsx";
import { Copy, Globe, Lock, Mic, RefreshCw, Volume2, WifiOff } from "../parts/icons.ts";
import { copyLink, Invitation } from "../parts/invitation.tsx";
import { fromServer, Lazy } from "../parts/lazy.tsx";
import type { Desktop } from "../parts/more-menu.tsx";
import { PeoplePanel, passingNews } from "../parts/people-panel.tsx";
import { Stage } from "../parts/stage.tsx";
import { Toolbar } from "../parts/toolbar.tsx";
import { useFloatingPlace } from "../parts/use-floating-place.ts";
import { useKeys } from "../parts/use-keys.ts";
import { WaitingPeople } from "../parts/waiting-people.tsx";
import type { Call } from "../state/call.ts";
import { deviceAdvice } from "../state/device-advice.ts";
import type { Capture } from "../state/local-media.ts";
import { words } from "../words/words.ts";

// Only what a call needs at once is here; files may come a moment later.
const loadFiles = async () => (await import("../parts/files/files-part.tsx")).FilesPart;
const inspector = fromServer(() => import("../parts/inspector/inspector-part.tsx"));
const loadInspector = async ({ call }: { readonly call: Call }) => (await inspector(call)).loadInspector();
const loadSmallWindow = async ({ call }: { readonly call: Call }) => (await fetched(call)).SmallWindow;
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
  const noInspector = () => {
    call.show(undefined);
    call.announcer.warn(words.call.notLoaded);
  };
  const noSmallWindow = () => {
    small?.close();
    call.announcer.warn(words.call.notLoaded);
  };
  const isAlone = call.people.value.length === 1 && call.shares.value.length === 0;
  return (
    <div class={`room${panel === undefined ? "" : " with-panel"}`}>
      <TopBar call={call} />
      <main class={`room-main${isAlone ? " alone" : ""}`}>
        <div class="banners" ref={useFloatingPlace()}>
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
              <h2 id="alone-title">{isDirect(call) ? words.call.directAlone : words.call.alone}</h2>
              {!isDirect(call) && (
                <Invitation
                  link={call.room.link}
                  announcer={call.announcer}
                  copyLabel={words.invite.copy}
                  isChief
                />
              )}
            </section>
          )}
        </div>
      </main>
      <footer class="room-foot">
        <Toolbar call={call} desktop={desktop} />
      </footer>
      {panel === "chat" && <ChatPanel call={call} />}
      {panel === "people" && <PeoplePanel call={call} />}
      {panel === "inspector" && <Lazy load={loadInspector} props={{ call }} onMissing={noInspector} />}
      <Lazy load={loadFiles} props={{ call }} />
      {small !== undefined && (
        <Lazy load={loadSmallWindow} props={{ call, window: small }} onMissing={noSmallWindow} />
      )}
      {call.topology.value === "peer" && <Lazy load={passingNews} props={{ call }} />}
      <CallDialogs call={call} />
    </div>
  );
}

/** No server knows the room, so there is no link to it and nobody else can come. */
const isDirect = ({ room }: Call): boolean => room.link === "";

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
    const shown = small.peek();
    if (shown !== undefined) {
      small.value = undefined;
      // What draws in it may be on its way still.
      shown.close();
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

/** Says what is wrong with a device when it happens; what the lobby screen has said already is not said again. */
function useAdvice(call: Call): void {
  const { camera, microphone } = call.local.capture;
  const now = { camera: camera.value, microphone: microphone.value };
  const known = useRef(now);
  useEffect(() => {
    const before = known.current;
    known.current = now;
    const off: Capture = { state: "off" };
    const advice = deviceAdvice(
      now.camera === before.camera ? off : now.camera,
      now.microphone === before.microphone ? off : now.microphone,
    );
    if (advice !== undefined) call.announcer.warn(advice);
  }, [now.camera, now.microphone, call]);
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
  useLayoutEffect(() => title.current?.focus(), []);
  const isPrivate = room.visibility === "private";
  const rules = call.desk.rules.value;
  return (
    <header class="room-head">
      <h1 ref={title} tabIndex={-1}>
        {rules.title ?? (isDirect(call) ? words.call.directTitle : room.name)}
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
      {!isDirect(call) && (
        <button type="button" class="secondary" onClick={() => void copyLink(room.link, announcer)}>
          <Icon node={Copy} size={16} />
          {words.call.copyLink}
        </button>
      )}
    </header>
  );
}
