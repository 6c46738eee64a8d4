import {
  agreements,
  type Difference,
  differences,
  type Fact,
  readSdp,
  type SdpLine,
  type SdpSection,
} from "@parlour/client/inspect";
import { useComputed, useSignal } from "@preact/signals";
import { filled, told } from "../../words/inspector/words.ts";
import type { InspectorProps } from "./inspector-view.tsx";
import { Sources } from "./sources.tsx";

type Description = Extract<Fact, { kind: "description" }>;

/** Offer and answer, line by line, compared with each other, and what they agree on. */
export function SdpTab({ inspector, announcer }: InspectorProps) {
  const words = told();
  const chosen = useSignal<number | undefined>(undefined);
  const all = useComputed(
    () => (inspector.link.value?.facts ?? []).filter((fact) => fact.kind === "description") as Description[],
  ).value;
  const at = Math.min(chosen.value ?? lastOffer(all), all.length - 1);
  const description = all[at];
  if (description === undefined) return <p class="empty soft">{words.sdp.none}</p>;
  const other = counterpart(all, at);
  const sections = readSdp(description.sdp);
  const theirs = other && readSdp(other.sdp);
  const marks = theirs && differences(sections, theirs);
  const [local, remote] = description.side === "local" ? [sections, theirs] : [theirs, sections];
  return (
    <>
      <div class="inspector-row">
        <label class="inspector-choice">
          {words.sdp.choose}
          <select
            value={at}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value);
            }}
          >
            {all.map((one, index) => (
              <option key={index} value={index}>
                {`${index + 1}: ${nameOf(one)}`}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="secondary"
          onClick={() =>
            void navigator.clipboard
              .writeText(description.sdp)
              .then(() => announcer.say(words.log.copied))
              .catch(() => announcer.warn(words.log.copyFailed))
          }
        >
          {words.sdp.copy}
        </button>
      </div>
      <p class="soft small">
        {other === undefined ? words.sdp.alone : filled(words.sdp.compared, { other: nameOf(other) })}
      </p>
      {local !== undefined && remote !== undefined && (
        <section class="inspector-block" aria-label={words.sdp.agreed}>
          <h3>{words.sdp.agreed}</h3>
          <ul class="agreed">
            {agreements(local, remote).map((part, index) => (
              <li key={index}>
                <strong>{`${mediaName(part.kind)} ${part.mid ?? index}`}</strong>: {wayOf(part)}
                {part.codecs.length > 0 && <span class="soft">{` (${part.codecs.join(", ")})`}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {sections.map((section, index) => (
        <Section key={index} section={section} marks={marks?.[index]} isOpen={index < 2} />
      ))}
    </>
  );
}

function lastOffer(all: readonly Description[]): number {
  const found = all.findLastIndex(({ type }) => type === "offer");
  return found === -1 ? 0 : found;
}

/** The answer to an offer, or the offer that was answered. */
function counterpart(all: readonly Description[], at: number): Description | undefined {
  const one = all[at];
  if (one === undefined) return undefined;
  const fits = ({ side, type }: Description) => side !== one.side && type !== one.type;
  return one.type === "offer" ? all.slice(at + 1).find(fits) : all.slice(0, at).findLast(fits);
}

function nameOf({ side, type }: Description): string {
  const { sdp } = told();
  return `${sdp[type]} (${sdp[side]})`;
}
function mediaName(kind: string): string {
  const { media } = told();
  return Object.hasOwn(media, kind) ? media[kind as keyof typeof media] : `${media.other} ${kind}`;
}
function wayOf({
  kind,
  isRefused,
  weSend,
  theySend,
}: {
  readonly kind: string;
  readonly isRefused: boolean;
  readonly weSend: boolean;
  readonly theySend: boolean;
}): string {
  const { sdp } = told();
  if (isRefused) return sdp.refused;
  if (kind === "application" || (weSend && theySend)) return sdp.both;
  return weSend ? sdp.out : theySend ? sdp.in : sdp.neither;
}

interface SectionProps {
  readonly section: SdpSection;
  readonly marks: readonly Difference[] | undefined;
  readonly isOpen: boolean;
}

function Section({ section, marks, isOpen }: SectionProps) {
  const words = told();
  return (
    <details class="sdp-section" open={isOpen}>
      <summary>
        {mediaName(section.kind)} {section.mid ?? ""}{" "}
        {section.isRefused && <span class="soft">{words.sdp.refusedPart}</span>}
      </summary>
      <ol class="sdp-lines">
        {section.lines.map((line, index) => {
          const mark = marks?.[index];
          return (
            <li key={index} class={`sdp-line ${mark ?? ""}`}>
              <code>{line.text}</code>
              <p class="small">
                {mark !== undefined && mark !== "same" && (
                  <strong class="sdp-mark">{`${words.sdp.marks[mark]}. `}</strong>
                )}
                {explanationOf(line)} <Sources sources={[line.source]} />
              </p>
            </li>
          );
        })}
      </ol>
    </details>
  );
}

function explanationOf({ topic, values }: SdpLine): string {
  const { lines } = told();
  const { meanings } = lines;
  const text =
    topic !== "meanings" && Object.hasOwn(lines, topic)
      ? (lines as unknown as Record<string, string>)[topic]
      : "";
  const pick = (group: Readonly<Record<string, string>>, key = "") =>
    Object.hasOwn(group, key) ? group[key] : (group["other"] ?? key);
  const readers: Readonly<Record<string, () => string | undefined>> = {
    "a:direction": () => pick(meanings.direction, values["direction"]),
    "a:setup": () => pick(meanings.setup, values["role"]),
    "a:rtcp-fb": () => pick(meanings.feedback, values["feedback"]),
    "a:extmap": () => pick(meanings.extension, values["about"]),
  };
  return filled(text ?? "", { ...values, meaning: readers[topic]?.() });
}
