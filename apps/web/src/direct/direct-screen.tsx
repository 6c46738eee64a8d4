import type { JoinOptions } from "@parlour/client";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { after, now } from "../browser/page.ts";
import { Icon } from "../parts/icon.tsx";
import { MessageSquare, UserPlus } from "../parts/icons.ts";
import { LanguageChoice } from "../parts/language-choice.tsx";
import { ThemeChoice } from "../parts/theme-choice.tsx";
import type { VisitScreen } from "../screens/visit.tsx";
import type { Announcer } from "../state/announcer.ts";
import type { Settings } from "../state/settings.ts";
import { directWords } from "../words/direct.ts";
import { words } from "../words/words.ts";
import { BringText } from "./bring-text.tsx";
import { DirectSheet } from "./direct-sheet.tsx";
import { type DirectReason, directEnding } from "./endings.ts";
import { Exchange } from "./exchange.tsx";
import { Handover, type TextProblem } from "./handover.ts";
import { isKept, keepPage } from "./keeping.ts";
import "./direct.css";

interface DirectScreenProps {
  readonly settings: Settings;
  readonly announcer: Announcer;
  /** What stood after the # of the address. */
  readonly pasted: string;
  /** What every room is shown with; given, so that it stays in the page's first module. */
  readonly Visit: typeof VisitScreen;
}

type Step =
  | { readonly at: "choose" }
  | { readonly at: "take" }
  /** `invitation` is missing on the page that invites. */
  | { readonly at: "visit"; readonly invitation: string | undefined };

const loadDirect = async () => (await import("../screens/connection.ts")).loadDirect();
const collector = async () => (await loadDirect()).collector();

/** `/direct`: two people, two texts, and no server between them. */
export function DirectScreen({ settings, announcer, pasted, Visit }: DirectScreenProps) {
  const step = useSignal<Step>({ at: "choose" });
  const brought = useSignal("");
  const problem = useSignal<TextProblem | undefined>(undefined);
  useEffect(() => {
    void keepPage();
  }, []);
  const take = async (text: string) => {
    problem.value = undefined;
    try {
      step.value = { at: "visit", invitation: (await loadDirect()).find(text) };
    } catch (error) {
      const { code } = error as { readonly code: string };
      if (code in directWords().problems) problem.value = code as TextProblem;
      else announcer.warn(words.endings.unreachable.title);
    }
  };
  useEffect(() => {
    if (pasted === "") return;
    // Whoever looks over a shoulder or into the history need not find it there.
    history.replaceState(null, "", "/direct");
    brought.value = pasted;
    step.value = { at: "take" };
    void take(pasted);
  }, [pasted]);
  const restart = () => {
    brought.value = "";
    problem.value = undefined;
    step.value = { at: "choose" };
  };

  const text = directWords();
  const title = step.value.at === "take" ? text.takeTitle : text.title;
  useEffect(() => {
    document.title = `${title} · ${words.app.name}`;
  }, [title]);

  switch (step.value.at) {
    case "choose":
      return (
        <Choose
          settings={settings}
          onInvite={() => (step.value = { at: "visit", invitation: undefined })}
          onJoin={() => (step.value = { at: "take" })}
        />
      );
    case "take":
      return (
        <DirectSheet title={text.takeTitle} onBack={restart}>
          <p>{text.takeMeaning}</p>
          <BringText
            text={brought}
            label={text.invitationField}
            mark="INV1"
            action={text.next}
            isChief
            problem={problem.value}
            collector={collector}
            onText={(found) => void take(found)}
          />
        </DirectSheet>
      );
    case "visit":
      return (
        <Visiting
          invitation={step.value.invitation}
          settings={settings}
          announcer={announcer}
          Visit={Visit}
          onRestart={restart}
        />
      );
  }
}

function Choose({
  settings,
  onInvite,
  onJoin,
}: {
  readonly settings: Settings;
  readonly onInvite: () => void;
  readonly onJoin: () => void;
}) {
  const text = directWords();
  return (
    <DirectSheet title={text.title}>
      <p class="direct-lead">{text.meaning}</p>
      <ol class="direct-plan">
        {text.steps.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      <div class="direct-actions">
        <button type="button" class="primary big" onClick={onInvite}>
          <Icon node={UserPlus} />
          {text.invite}
        </button>
        <button type="button" class="secondary big" onClick={onJoin}>
          <Icon node={MessageSquare} />
          {text.join}
        </button>
      </div>
      <section class="note" aria-labelledby="direct-know">
        <div>
          <h2 id="direct-know">{text.knowTitle}</h2>
          <ul class="direct-know">
            {text.know.map((line) => (
              <li key={line}>{line}</li>
            ))}
            {isKept.value && <li>{text.kept}</li>}
          </ul>
        </div>
      </section>
      <div class="small-choices">
        <LanguageChoice settings={settings} />
        <ThemeChoice settings={settings} />
      </div>
    </DirectSheet>
  );
}

/** Devices and name first, so that the browser hands out addresses; then the texts; then the call. */
function Visiting({
  invitation,
  settings,
  announcer,
  Visit,
  onRestart,
}: Omit<DirectScreenProps, "pasted"> & {
  readonly invitation: string | undefined;
  readonly onRestart: () => void;
}) {
  const failure = useSignal<DirectReason | undefined>(undefined);
  const { route, handover, join } = useMemo(() => {
    const handover = new Handover({
      ...(invitation !== undefined && { invitation }),
      load: loadDirect,
      server: location.origin,
      address: `${location.origin}/direct`,
      now,
      after,
    });
    const query = new URLSearchParams(location.search);
    // Each time another room: there is no coming back to one after a reload.
    const route = {
      page: "room",
      name: `direct ${now()}`,
      link: "",
      hasSecret: true,
      query: {
        name: query.get("name")?.trim() || undefined,
        microphone: query.get("mic") !== "off",
        camera: query.get("camera") !== "off",
        joinsNow: false,
      },
    } as const;
    const join = (options: JoinOptions) => {
      failure.value = undefined;
      return handover.join(options).catch((error: DirectReason) => {
        const { code, own, other, message, hint } = error;
        failure.value = { code, own, other, message, hint } as DirectReason;
        throw error;
      });
    };
    return { route, handover, join };
  }, [invitation, failure]);
  const text = directWords();
  return (
    <Visit
      route={route}
      settings={settings}
      announcer={announcer}
      direct={{
        title: text.title,
        heading: {
          title: handover.isInviting ? text.lobbyInvite : text.lobbyJoin,
          meaning: text.lobbyMeaning,
          action: handover.isInviting ? text.makeInvitation : text.makeAnswer,
        },
        join,
        joining: (visit) => (
          <Exchange
            handover={handover}
            announcer={announcer}
            collector={collector}
            onBack={() => visit.stopWaiting()}
          />
        ),
        endingFor: ({ code }) => directEnding(failure.value ?? { code }),
        again: onRestart,
      }}
    />
  );
}
