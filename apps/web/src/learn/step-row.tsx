import { Icon } from "../parts/icon.tsx";
import { Check, TriangleAlert } from "../parts/icons.ts";
import type { Bench } from "./bench.ts";
import { DescriptionBox } from "./description-box.tsx";
import { descriptionAt } from "./description-field.ts";
import type { Side } from "./peer.ts";
import { say } from "./speech.ts";
import type { Step } from "./steps/plan.ts";
import { termHref, termsOf } from "./terms.ts";

interface StepRowProps {
  readonly bench: Bench;
  readonly side: Side;
  readonly step: Step;
  /** The one obvious next one: filled, and its code is open. */
  readonly isNext: boolean;
}

/** A step: its button, why it is there, and the code that it runs. */
export function StepRow({ bench, side, step, isNext }: StepRowProps) {
  void bench.version.value;
  const words = say();
  const { title, why } = words.steps[step.id];
  const { done, problem } = bench.shown(side).value;
  const isDone = done.has(step.id);
  const failed = problem?.step === step.id ? problem : undefined;
  const terms = words.glossary.terms.filter(({ id }) => termsOf[step.id].includes(id));
  const description = descriptionAt(bench.peer(side), step.id, done);
  return (
    <li class={`learn-step${isDone ? " done" : ""}`}>
      <button
        type="button"
        class={isNext ? "primary" : "secondary"}
        onClick={() => void bench.run(side, step.id)}
      >
        {isDone && <Icon node={Check} size={18} />}
        {title}
        {isDone && <span class="unseen">, {words.step.done}</span>}
      </button>
      {failed !== undefined && (
        <div class="learn-problem" role="alert">
          <Icon node={TriangleAlert} size={18} />
          <div>
            <p>
              <strong>{words.step.failed}.</strong> <code>{failed.text}</code>
            </p>
            <p>{words.mistakes[failed.mistake]}</p>
          </div>
        </div>
      )}
      {description !== undefined && <DescriptionBox bench={bench} side={side} at={description} />}
      <details open={isNext}>
        <summary>
          {words.step.code}
          <span class="unseen">: {title}</span>
        </summary>
        <p>{why}</p>
        <pre class="learn-code">
          <code>{step.code}</code>
        </pre>
        <p class="small soft">
          <a href={step.reference.href} target="_blank" rel="noreferrer">
            {step.reference.name}
          </a>
          {terms.map(({ id, term }) => (
            <a key={id} href={termHref(id)}>
              {term}
            </a>
          ))}
        </p>
      </details>
    </li>
  );
}
