import type { Link } from "@parlour/client";
import { useEffect } from "preact/hooks";
import { every } from "../browser/page.ts";
import type { Call } from "../state/call.ts";
import type { Person } from "../state/person.ts";
import { isPoor, type LinkNumbers, type PictureNumbers } from "../state/quality.ts";
import { spoken, words } from "../words/words.ts";
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
  useEffect(() => {
    void quality.measure();
    return every(lookMs, () => void quality.measure());
  }, [quality]);
  const numbers = quality.numbers.value.get(person.id);
  const path = room.peers.get(person.id)?.link.path;
  return (
    <Dialog title={words.quality.title(person.name)} look="narrow" onClose={onClose}>
      {numbers === undefined ? (
        <p class="soft">{person.diagnosis ?? words.quality.measuring}</p>
      ) : (
        <>
          <p>{person.diagnosis ?? (isPoor(numbers) ? words.quality.poor : words.quality.good)}</p>
          <dl class="numbers">
            {rows(numbers, pathWord(path)).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {path === "relayed" && <p class="soft small">{words.quality.relayMeaning}</p>}
        </>
      )}
    </Dialog>
  );
}

function pathWord(path: Link["path"]): string {
  const { direct, relayed, forwarded, unknown } = words.quality;
  return path === undefined ? unknown : { direct, relayed, forwarded }[path];
}

function rows(numbers: LinkNumbers, path: string): readonly (readonly [string, string])[] {
  const { quality } = words;
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(spoken().code, options);
  const whole = format({ maximumFractionDigits: 0 });
  const percent = format({ style: "percent", maximumFractionDigits: 1 });
  const rate = (kbps: number | undefined) =>
    kbps === undefined ? undefined : `${whole.format(kbps)} kbit/s`;
  const picture = (size: PictureNumbers | undefined) =>
    size &&
    `${size.width} × ${size.height}${size.perSecond === undefined ? "" : `, ${whole.format(size.perSecond)}/s`}`;
  const all: readonly (readonly [string, string | undefined])[] = [
    [quality.path, path],
    [
      quality.roundTrip,
      numbers.roundTripMs === undefined ? undefined : `${whole.format(numbers.roundTripMs)} ms`,
    ],
    [quality.loss, numbers.loss === undefined ? undefined : percent.format(numbers.loss)],
    [quality.received, rate(numbers.receivedKbps)],
    [quality.sent, rate(numbers.sentKbps)],
    [quality.picture, picture(numbers.picture)],
    [quality.pictureSent, picture(numbers.pictureSent)],
    [quality.codec, numbers.codecs.length === 0 ? undefined : numbers.codecs.join(", ")],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
