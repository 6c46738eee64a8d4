import type { Actor, Fact, LinkRecording, Step } from "@parlour/client/inspect";
import { filled, told } from "../../words/inspector/words.ts";
import { spoken } from "../../words/words.ts";
import type { InspectorProps } from "./inspector-view.tsx";
import { Sources } from "./sources.tsx";
import { Terms, termsOfStep } from "./terms.tsx";

/** The link as a sequence diagram: time, lanes, what happened; each step opens into what it carried and means. */
export function StoryTab({ inspector }: InspectorProps) {
  const words = told();
  const link = inspector.link.value;
  const { steps, actors, from } = inspector.story.value;
  if (link === undefined || steps.length === 0) return <p class="empty soft">{words.storyEmpty}</p>;
  const names = namesOf(link);
  return (
    <>
      {link.dropped > 0 && <p class="soft small">{filled(words.dropped, { count: link.dropped })}</p>}
      <div class="story-head" aria-hidden="true">
        <span />
        <span class="story-actors">
          {actors.map((actor, index) => (
            <span key={actor} style={{ insetInlineStart: `${placeOf(index, actors.length)}%` }}>
              {names[actor]}
            </span>
          ))}
        </span>
        <span />
      </div>
      <ol class="story" aria-label={words.tabs.story}>
        {steps.map((step) => (
          <li
            key={`${step.facts[0]} ${step.kind}`}
            class={`story-step ${step.outcome}`}
            data-kind={step.kind}
          >
            <StepView
              step={step}
              from={from}
              actors={actors}
              names={names}
              facts={link.facts}
              onSdp={() => {
                inspector.tab.value = "sdp";
              }}
            />
          </li>
        ))}
      </ol>
    </>
  );
}

type Names = Readonly<Record<Actor, string>>;
function namesOf({ name, peer, forwarder }: LinkRecording): Names {
  const { actors } = told();
  return { ...actors, other: forwarder ? actors.forwarder : name || peer };
}

interface StepProps {
  readonly step: Step;
  readonly from: number;
  readonly actors: readonly Actor[];
  readonly names: Names;
  readonly facts: readonly Fact[];
  readonly onSdp: () => void;
}

function StepView({ step, from, actors, names, facts, onSdp }: StepProps) {
  const words = told();
  const { steps } = words;
  const known = Object.hasOwn(steps, step.kind) ? steps[step.kind as keyof typeof steps] : undefined;
  const [title, text] = known ?? [step.kind, ""];
  const says = sayings(step);
  const seconds = ((step.at - from) / 1000).toLocaleString(spoken().code, {
    minimumFractionDigits: 3,
    maximumFractionDigits: 3,
  });
  const carried = step.facts.flatMap((index) => facts[index] ?? []);
  return (
    <details>
      <summary>
        <span class="story-time">{filled(words.after, { seconds })}</span>
        <Arrow step={step} actors={actors} />
        <span class="story-title">
          {filled(title, says)}
          <span class="soft small">
            {step.outcome === "open" && ` ${words.goesOn}`}
            {step.outcome === "bad" && ` ${words.bad}`}
            {step.took !== undefined &&
              Math.round(step.took) > 0 &&
              ` ${filled(words.took, { ms: Math.round(step.took) })}`}
          </span>
          <span class="unseen-text"> ({whom(step, names)})</span>
        </span>
      </summary>
      <div class="story-more">
        <p>{filled(text, says)}</p>
        <Sources sources={step.sources} label={words.law} />
        <Terms ids={termsOfStep[step.kind] ?? []} />
        <Carried facts={carried} onSdp={onSdp} />
      </div>
    </details>
  );
}

/** Kinds of media in words. */
function sayings({ says, kind }: Step): Step["says"] {
  const { media } = told();
  if (kind !== "flowing" && kind !== "paused" && kind !== "ended") return says;
  const kinds = String(says["what"] ?? says["media"] ?? "")
    .split(", ")
    .map((one) => (one.startsWith("video") ? media.video : media.audio));
  return { ...says, what: [...new Set(kinds)].join(", ") };
}

function whom({ from, to, via, isBothWays }: Step, names: Names): string {
  const { arrow } = told();
  const values = { from: names[from], to: names[to] };
  if (from === to) return filled(arrow.alone, values);
  const way = filled(isBothWays ? arrow.between : arrow.to, values);
  return via === undefined ? way : `${way} ${filled(arrow.via, { via: names[via] })}`;
}

/** Where a lane stands, in percent. */
const placeOf = (index: number, count: number) => (100 * (index + 0.5)) / count;

/** The lanes, and the step's arrow across them. The text beside says the same. */
function Arrow({ step, actors }: { readonly step: Step; readonly actors: readonly Actor[] }) {
  const x = (actor: Actor) => placeOf(actors.indexOf(actor), actors.length) * 2;
  const [start, end] = [x(step.from), x(step.to)];
  const tip = (at: number, towards: number) => {
    const back = Math.sign(towards) * 7;
    return `M${at - back} 8 L${at} 12 L${at - back} 16`;
  };
  return (
    <svg
      class="story-arrow"
      viewBox="0 0 200 24"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {actors.map((actor) => (
        <line key={actor} class="lane" x1={x(actor)} x2={x(actor)} y1="0" y2="24" />
      ))}
      {start === end ? (
        <Dot x={start} />
      ) : (
        <>
          <line class="arrow" x1={start} x2={end} y1="12" y2="12" />
          <path class="arrow" d={tip(end, end - start)} />
          {step.isBothWays && <path class="arrow" d={tip(start, start - end)} />}
          {step.via !== undefined && <Dot x={x(step.via)} />}
        </>
      )}
    </svg>
  );
}

/** Strokes keep their width whatever the lanes' is, so this is a ring at every size. */
function Dot({ x }: { readonly x: number }) {
  const point = `M${x} 12h0.001`;
  return (
    <>
      <path class="dot" d={point} />
      <path class="dot-middle" d={point} />
    </>
  );
}

function Carried({ facts, onSdp }: { readonly facts: readonly Fact[]; readonly onSdp: () => void }) {
  const words = told();
  const lines = facts.flatMap(carriedLines);
  const hasSdp = facts.some(({ kind }) => kind === "description");
  if (lines.length === 0) return null;
  return (
    <>
      <p class="soft small">{words.carried}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre class="bytes" tabIndex={0}>
        {lines.join("\n")}
      </pre>
      {hasSdp && (
        <button type="button" class="secondary" onClick={onSdp}>
          {words.seeSdp}
        </button>
      )}
    </>
  );
}

function carriedLines(fact: Fact): readonly string[] {
  switch (fact.kind) {
    case "description":
      return fact.sdp.trimEnd().split(/\r?\n/);
    case "candidates":
      return fact.candidates.map(({ candidate }) => candidate || "(end)");
    case "signal":
    case "pair":
    case "track":
    case "trouble": {
      const { at: _at, kind: _kind, ...rest } = fact;
      return Object.entries(rest).map(
        ([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : value}`,
      );
    }
    default:
      return [];
  }
}
