import { useSignal } from "@preact/signals";
import type { Bench } from "./bench.ts";
import { nextStep } from "./next-step.ts";
import type { Peer, Side } from "./peer.ts";
import { say } from "./speech.ts";
import { StatesList } from "./states-list.tsx";
import { StepRow } from "./step-row.tsx";
import { plan, receiveCode, type Stage, type Step, type StepId, stages } from "./steps/plan.ts";
import { TalkBox } from "./talk-box.tsx";

interface SidePanelProps {
  readonly bench: Bench;
  readonly side: Side;
  /** Steps that an experiment needs besides the usual ones. */
  readonly extras: readonly StepId[];
}

const handshake: readonly Stage[] = ["offer", "answer", "connect"];

/** One side: its states, its steps, and what it says once it is connected. */
export function SidePanel({ bench, side, extras }: SidePanelProps) {
  void bench.version.value;
  const isShownAnyway = useSignal(false);
  const peer: Partial<Peer> = bench.peer(side);
  const shown = bench.shown(side).value;
  const words = say();
  const isOfferer = side === "offerer";
  // The answerer's buttons come with the offer.
  const isWaiting =
    !isOfferer && !isShownAnyway.value && shown.done.size === 0 && peer.received === undefined;
  const isOpen = peer.channel?.readyState === "open";
  const isMine = ({ id, side: of, isExtra }: Step) =>
    (of === "both" || (of === "offerer") === isOfferer || shown.done.has(id)) &&
    (!isExtra || extras.includes(id));
  const steps = plan.filter(isMine);
  const sides = bench.sides.value.filter((one) => one !== "third");
  const next = nextStep(new Map(sides.map((one) => [one, bench.shown(one).value.done])));
  const row = (step: Step) => (
    <StepRow
      key={step.id}
      bench={bench}
      side={side}
      step={step}
      isNext={next?.side === side && next.step === step.id}
    />
  );
  const list = (stage: Stage) => {
    const mine = steps.filter((step) => step.stage === stage);
    return mine.length === 0 ? null : (
      <div class="learn-stage" key={stage}>
        <h3>{words.stages[stage]}</h3>
        <ol>{mine.map(row)}</ol>
      </div>
    );
  };
  const first = stages.filter((stage) => handshake.includes(stage)).map(list);
  return (
    <section class={`learn-side ${side}`} aria-label={words.regionOf(words.sides[side])}>
      <h2>{words.sides[side]}</h2>
      <StatesList bench={bench} side={side} />
      {isOpen && <TalkBox bench={bench} side={side} />}
      <Pictures own={peer.camera} theirs={shown.video} />
      {isWaiting ? (
        <div class="learn-waits">
          <p>
            <strong>{words.step.waits}</strong> {words.step.waitsMeaning}
          </p>
          <button
            type="button"
            class="plain-button"
            onClick={() => {
              isShownAnyway.value = true;
            }}
          >
            {words.step.showAnyway}
          </button>
        </div>
      ) : (
        <>
          {shown.isUnread && peer.received !== undefined && (
            <p class="learn-unread" role="status">
              {words.step.unread(peer.received.type)}
            </p>
          )}
          {isOpen ? (
            <details class="learn-earlier">
              <summary>{words.step.showSteps}</summary>
              {first}
            </details>
          ) : (
            first
          )}
          <details class="learn-later" open={isOpen || shown.done.has("add-camera")}>
            <summary>{words.stages.talk}</summary>
            <ol>{steps.filter(({ stage }) => stage === "talk").map(row)}</ol>
          </details>
          {list("close")}
          <details class="learn-later">
            <summary>{words.step.standing}</summary>
            <pre class="learn-code">
              <code>{receiveCode}</code>
            </pre>
          </details>
        </>
      )}
    </section>
  );
}

function Pictures({
  own,
  theirs,
}: {
  readonly own: MediaStream | undefined;
  readonly theirs: MediaStream | undefined;
}) {
  if (own === undefined && theirs === undefined) return null;
  const words = say().video;
  return (
    <div class="learn-pictures">
      {own !== undefined && <Picture stream={own} name={words.own} />}
      {theirs !== undefined && <Picture stream={theirs} name={words.theirs} />}
    </div>
  );
}

function Picture({ stream, name }: { readonly stream: MediaStream; readonly name: string }) {
  return (
    <figure>
      <video
        ref={(element) => {
          if (element !== null && element.srcObject !== stream) element.srcObject = stream;
        }}
        autoPlay
        muted
        playsInline
      />
      <figcaption>{name}</figcaption>
    </figure>
  );
}
