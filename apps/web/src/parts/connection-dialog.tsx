import type { Link } from "@parlour/client";
import { useEffect } from "preact/hooks";
import { every } from "../browser/page.ts";
import type { Call } from "../state/call.ts";
import type { Person } from "../state/person.ts";
import { isPoor, type LinkNumbers, type PictureNumbers } from "../state/quality.ts";
import { numbersWords } from "../words/numbers.ts";
import { spoken } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";

/** While somebody looks, numbers come this often. */
const lookMs = 1_000;

interface ConnectionDialogProps {
  readonly call: Call;
  readonly person: Person;
  readonly onClose: () => void;
}

/** The numbers of one link. */
export function ConnectionDialog({ call, person, onClose }: ConnectionDialogProps) {
  const { quality, room } = call;
  const words = numbersWords();
  useEffect(() => {
    void quality.look();
    return every(lookMs, () => void quality.look());
  }, [quality]);
  const numbers = quality.numbers.value.get(person.id);
  const isPoorNow = quality.poor.value.has(person.id) || (numbers !== undefined && isPoor(numbers));
  const path = room.peers.get(person.id)?.link.path;
  return (
    <Dialog title={words.title(person.name)} look="narrow" isRead onClose={onClose}>
      {numbers === undefined ? (
        <p class="soft">
          {person.diagnosis ?? (person.link === "resting" ? words.resting : words.measuring)}
        </p>
      ) : (
        <>
          <p>{person.diagnosis ?? (isPoorNow ? words.poor : words.good)}</p>
          <dl class="numbers">
            {rows(numbers, pathWord(path)).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {path === "relayed" && <p class="soft small">{words.relayMeaning}</p>}
        </>
      )}
    </Dialog>
  );
}

function pathWord(path: Link["path"]): string {
  const { direct, relayed, forwarded, unknown } = numbersWords();
  return path === undefined ? unknown : { direct, relayed, forwarded }[path];
}

function rows(numbers: LinkNumbers, path: string): readonly (readonly [string, string])[] {
  const words = numbersWords();
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(spoken().code, options);
  const whole = format({ maximumFractionDigits: 0 });
  const percent = format({ style: "percent", maximumFractionDigits: 1 });
  const rate = (kbps: number | undefined) =>
    kbps === undefined ? undefined : `${whole.format(kbps)} kbit/s`;
  const picture = (size: PictureNumbers | undefined) =>
    size &&
    `${size.width} × ${size.height}${size.perSecond === undefined ? "" : `, ${whole.format(size.perSecond)}/s`}`;
  const all: readonly (readonly [string, string | undefined])[] = [
    [words.path, path],
    [
      words.roundTrip,
      numbers.roundTripMs === undefined ? undefined : `${whole.format(numbers.roundTripMs)} ms`,
    ],
    [words.loss, numbers.loss === undefined ? undefined : percent.format(numbers.loss)],
    [words.received, rate(numbers.receivedKbps)],
    [words.sent, rate(numbers.sentKbps)],
    [words.picture, picture(numbers.picture)],
    [words.pictureSent, picture(numbers.pictureSent)],
    [words.codec, numbers.codecs.length === 0 ? undefined : numbers.codecs.join(", ")],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
