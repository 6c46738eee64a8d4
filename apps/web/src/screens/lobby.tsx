import { useSignal } from "@preact/signals";
import { useCallback, useLayoutEffect, useRef } from "preact/hooks";
import { canSealFrames } from "../browser/frame-sealing.ts";
import { follow, fresh } from "../browser/navigation.ts";
import { DeviceChoice, Switch } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { Camera, CircleAlert, Ear, Gauge, Globe, Hourglass, Lock, VideoOff } from "../parts/icons.ts";
import { Invitation } from "../parts/invitation.tsx";
import { LanguageChoice } from "../parts/language-choice.tsx";
import { Lazy } from "../parts/lazy.tsx";
import { LevelBar } from "../parts/level-bar.tsx";
import { Mark } from "../parts/mark.tsx";
import { OwnPreview } from "../parts/own-preview.tsx";
import { SpeakerChoice } from "../parts/speaker-choice.tsx";
import { ThemeChoice } from "../parts/theme-choice.tsx";
import { deviceAdvice } from "../state/device-advice.ts";
import type { Settings } from "../state/settings.ts";
import type { LobbyNeeds, Visit } from "../state/visit.ts";
import { words } from "../words/words.ts";

interface LobbyProps {
  readonly visit: Visit;
  readonly needs: LobbyNeeds;
  readonly isJoining: boolean;
  /** Someone has to let you in. */
  readonly isWaiting: boolean;
  readonly settings: Settings;
  /** In place of what is said of rooms that a server introduces. */
  readonly heading?: { readonly title: string; readonly meaning: string; readonly action: string };
}

/** A private room's name is often a random one, which says nothing to people. */
export function lobbyTitle({ isPrivate, roomName }: Visit): string {
  return isPrivate ? words.lobby.titlePrivate : words.lobby.title(roomName);
}

/** Before joining: name, devices, and how one looks. */
export function Lobby({ visit, needs, isJoining, isWaiting, settings, heading }: LobbyProps) {
  const passcode = useRef<HTMLInputElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  useLayoutEffect(() => {
    if (needs.passcode !== "none") passcode.current?.focus();
  }, [needs]);
  const submit = (event: Event) => {
    event.preventDefault();
    void visit.join();
  };
  return (
    <div class="sheet">
      <main class="lobby">
        <header class="lobby-head">
          <a class="home-link" href="/" onClick={follow} aria-label={words.app.home}>
            <Mark />
          </a>
          <div>
            <h1 ref={title} tabIndex={-1}>
              {heading?.title ?? lobbyTitle(visit)}
            </h1>
            <p class="soft with-icon">
              <Icon node={visit.isPrivate ? Lock : Globe} size={16} />
              <span>
                {heading?.meaning ??
                  (visit.isPrivate ? words.lobby.isPrivate(visit.roomName) : words.lobby.isPublic)}
              </span>
            </p>
          </div>
        </header>
        <div class="lobby-side">
          <Preview visit={visit} />
          <Fresh visit={visit} />
          {heading === undefined && <TestTheConnection visit={visit} />}
        </div>
        <form class="lobby-form" onSubmit={submit}>
          <label class="field">
            <span>{words.lobby.yourName}</span>
            <input
              type="text"
              value={visit.name.value}
              placeholder={visit.suggestion}
              maxLength={40}
              autocomplete="nickname"
              aria-invalid={needs.nameProblem !== undefined}
              onInput={(event) => {
                visit.name.value = event.currentTarget.value;
              }}
            />
          </label>
          {needs.nameProblem !== undefined && (
            <p class="problem" role="alert">
              {needs.nameProblem}
            </p>
          )}
          {needs.passcode !== "none" && (
            <div>
              <label class="field">
                <span>{words.lobby.passcode}</span>
                <input
                  ref={passcode}
                  type="password"
                  value={visit.passcode.value}
                  maxLength={64}
                  autocomplete="off"
                  aria-invalid={needs.passcode === "wrong"}
                  aria-describedby="passcode-remark"
                  onInput={(event) => {
                    visit.passcode.value = event.currentTarget.value;
                  }}
                />
              </label>
              <p id="passcode-remark" class={needs.passcode === "wrong" ? "problem" : "soft"} role="alert">
                {needs.passcode === "wrong" ? words.lobby.passcodeWrong : words.lobby.passcodeNeeded}
              </p>
            </div>
          )}
          <Advice visit={visit} />
          {visit.isPrivate && heading === undefined && !canSealFrames() && (
            <p class="advice" role="note">
              <Icon node={CircleAlert} />
              <span>{words.lobby.noSealing}</span>
            </p>
          )}
          <Devices visit={visit} />
          {isWaiting ? (
            <Waiting visit={visit} />
          ) : (
            <button type="submit" class="primary big">
              {heading?.action ?? (isJoining ? words.lobby.joining : words.lobby.join)}
            </button>
          )}
        </form>
      </main>
      <footer class="sheet-foot end">
        <LanguageChoice settings={settings} />
        <ThemeChoice settings={settings} />
      </footer>
    </div>
  );
}

/** What is wrong with the devices, or what it means to have none. */
function Advice({ visit }: { readonly visit: Visit }) {
  const { capture } = visit.local;
  const advice = deviceAdvice(capture.camera.value, capture.microphone.value);
  const isOnlyWatching = capture.camera.value.state === "off" && capture.microphone.value.state === "off";
  if (advice === undefined && !isOnlyWatching && !visit.hearing.isSilent.value) return null;
  return (
    <p class="advice" role="status">
      <Icon node={advice === undefined && isOnlyWatching ? Ear : CircleAlert} />
      <span>
        {advice !== undefined
          ? `${advice} ${words.devices.joinAnyway}`
          : isOnlyWatching
            ? words.lobby.onlyWatching
            : words.devices.silent}
      </span>
    </p>
  );
}

/** Somebody in the room has to say yes first. */
function Waiting({ visit }: { readonly visit: Visit }) {
  const box = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone.
  useLayoutEffect(() => box.current?.focus(), []);
  return (
    <div ref={box} class="waiting" tabIndex={-1}>
      <p class="with-icon">
        <Icon node={Hourglass} />
        <strong>{words.lobby.waiting}</strong>
      </p>
      <p class="soft">{words.lobby.waitingMeaning}</p>
      <button type="button" class="secondary" onClick={() => visit.stopWaiting()}>
        {words.lobby.stopWaiting}
      </button>
    </div>
  );
}

/** For who wants to know before a call whether it will work. */
function TestTheConnection({ visit }: { readonly visit: Visit }) {
  const isOpen = useSignal(false);
  const close = useCallback(() => {
    isOpen.value = false;
  }, [isOpen]);
  return (
    <>
      <button type="button" class="plain-button test-button" onClick={() => (isOpen.value = true)}>
        <Icon node={Gauge} size={18} />
        <span>{words.connectionTest.open}</span>
      </button>
      {isOpen.value && <Lazy load={connectionTest} props={{ visit, onClose: close }} />}
    </>
  );
}

const connectionTest = async () => (await import("../parts/connection-test.tsx")).ConnectionTestDialog;

/** A room that was just made: its link, to be handed on. */
function Fresh({ visit }: { readonly visit: Visit }) {
  const made = fresh.value;
  if (made === undefined || made.link !== visit.link) return null;
  return (
    <section class="note fresh" aria-labelledby="fresh-title">
      <div>
        <h2 id="fresh-title">{made.isCopied ? words.invite.readyCopied : words.invite.ready}</h2>
        <p class="soft">{words.invite.meaning}</p>
        <Invitation link={made.link} announcer={visit.announcer} copyLabel={words.call.copyLink} />
      </div>
    </section>
  );
}

function Preview({ visit }: { readonly visit: Visit }) {
  const { state } = visit.local.capture.camera.value;
  const isDrawn = useSignal(false);
  const isStarting = state === "starting" || state === "on";
  return (
    <section class="preview" aria-label={words.lobby.preview}>
      <OwnPreview
        local={visit.local}
        onDrawn={(isThere) => {
          isDrawn.value = isThere;
        }}
      />
      {!(state === "on" && isDrawn.value) && (
        <p class="preview-word">
          <Icon node={isStarting ? Camera : VideoOff} size={28} />
          <span>{isStarting ? words.lobby.previewStarting : words.lobby.previewOff}</span>
        </p>
      )}
    </section>
  );
}

function Devices({ visit }: { readonly visit: Visit }) {
  const { local } = visit;
  const isOn = (kind: "camera" | "microphone") => {
    const { state } = local.capture[kind].value;
    return state === "on" || state === "starting";
  };
  return (
    <div class="devices">
      <DeviceChoice local={local} kind="camera" label={words.lobby.camera} />
      <Switch label={words.lobby.cameraSwitch} isOn={isOn("camera")} onPress={() => visit.toggle("camera")} />
      <DeviceChoice local={local} kind="microphone" label={words.lobby.microphone} />
      <Switch
        label={words.lobby.microphoneSwitch}
        isOn={isOn("microphone")}
        onPress={() => visit.toggle("microphone")}
      />
      <LevelBar hearing={visit.hearing} />
      <SpeakerChoice local={local} announcer={visit.announcer} />
    </div>
  );
}
