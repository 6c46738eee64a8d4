import type { DirectCollector } from "@parlour/client";
import { useSignal } from "@preact/signals";
import { Icon } from "../parts/icon.tsx";
import { CircleAlert, Hourglass } from "../parts/icons.ts";
import type { Announcer } from "../state/announcer.ts";
import { directWords } from "../words/direct.ts";
import { spoken } from "../words/words.ts";
import { BringText } from "./bring-text.tsx";
import { DirectSheet } from "./direct-sheet.tsx";
import { HandText } from "./hand-text.tsx";
import type { Handover, HandoverState } from "./handover.ts";

interface ExchangeProps {
  readonly handover: Handover;
  readonly announcer: Announcer;
  readonly collector: () => Promise<DirectCollector>;
  readonly onBack: () => void;
}

/** The texts go over: own one out, the other one's in. */
export function Exchange({ handover, announcer, collector, onBack }: ExchangeProps) {
  const words = directWords();
  const { isInviting } = handover;
  const state = handover.state.value;
  return (
    <DirectSheet title={isInviting ? words.inviteTitle : words.answerTitle} onBack={onBack}>
      {state.at === "making" ? (
        <p class="soft with-icon" role="status">
          <Icon node={Hourglass} />
          {words.making}
        </p>
      ) : isInviting ? (
        <Inviting handover={handover} state={state} announcer={announcer} collector={collector} />
      ) : (
        <Answering state={state} announcer={announcer} />
      )}
    </DirectSheet>
  );
}

type Open = Exclude<HandoverState, { at: "making" }>;

function Inviting({
  handover,
  state,
  announcer,
  collector,
}: {
  readonly handover: Handover;
  readonly state: Open;
  readonly announcer: Announcer;
  readonly collector: () => Promise<DirectCollector>;
}) {
  const words = directWords();
  const text = useSignal("");
  const isReady = text.value.trim() !== "";
  return (
    <ol class="direct-steps">
      <li>
        <h2>{words.handInvitation}</h2>
        <p class="soft">
          {words.handInvitationMeaning} {words.goodUntil(timeOf(state.goodUntil))}
        </p>
        <Reach state={state} />
        <HandText
          label={words.invitationText}
          text={`${location.origin}/direct#${state.text}`}
          codes={state.codes}
          fileName={words.invitationFile}
          qr={words.qrInvitation}
          qrMeaning={words.qrMeaning}
          isChief={!isReady}
          announcer={announcer}
        />
      </li>
      <li>
        <h2>{words.takeAnswer}</h2>
        <p class="soft">{words.takeAnswerMeaning}</p>
        <BringText
          text={text}
          label={words.answerField}
          mark="ANS1"
          action={words.connect}
          isBusy={state.at === "meeting"}
          isChief={isReady}
          problem={handover.problem.value}
          collector={collector}
          onText={(found) => void handover.answer(found)}
        />
      </li>
    </ol>
  );
}

function Answering({ state, announcer }: { readonly state: Open; readonly announcer: Announcer }) {
  const words = directWords();
  return (
    <div class="direct-part">
      <h2>{words.handAnswer}</h2>
      <p class="soft">
        {words.handAnswerMeaning} {words.goodUntil(timeOf(state.goodUntil))}
      </p>
      <Reach state={state} />
      <HandText
        label={words.answerText}
        text={state.text}
        codes={state.codes}
        fileName={words.answerFile}
        qr={words.qrAnswer}
        qrMeaning={words.qrAnswerMeaning}
        isChief
        announcer={announcer}
      />
      <p class="with-icon" role="status">
        <Icon node={Hourglass} />
        <span>
          <strong>{words.waiting}</strong> {words.waitingMeaning}
        </span>
      </p>
    </div>
  );
}

function Reach({ state }: { readonly state: Open }) {
  const { reach } = state;
  if (reach !== "names" && reach !== "nowhere") return null;
  return (
    <p class="advice" role="status">
      <Icon node={CircleAlert} />
      <span>{directWords().reach[reach]}</span>
    </p>
  );
}

const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(spoken().code, { hour: "2-digit", minute: "2-digit" }).format(at);
