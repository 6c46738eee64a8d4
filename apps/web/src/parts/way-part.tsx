import { useEffect, useMemo } from "preact/hooks";
import type { Call } from "../state/call.ts";
import { Passing } from "../state/passing.ts";
import { wayWords } from "../words/way.ts";
import { spoken } from "../words/words.ts";
import { Switch } from "./choice.tsx";
import { Icon } from "./icon.tsx";
import { Globe } from "./icons.ts";

interface PassingProps {
  readonly call: Call;
}

function usePassing({ room, local }: Call): Passing {
  const passing = useMemo(
    () =>
      new Passing(room, local.settings, (ms, run) => {
        const timer = setInterval(run, ms);
        return () => clearInterval(timer);
      }),
    [room, local],
  );
  useEffect(() => () => passing.stop(), [passing]);
  return passing;
}

/** The switch with what it means. */
export function PassOnChoice({ call }: PassingProps) {
  return <Choice passing={usePassing(call)} />;
}

function Choice({ passing }: { readonly passing: Passing }) {
  const words = wayWords();
  return (
    <div class="pass-on">
      <Switch
        label={words.offer}
        isOn={passing.isOffered.value}
        onPress={() => passing.choose(!passing.isOffered.peek())}
      />
      <p class="soft">{words.meaning}</p>
    </div>
  );
}

/** Tells who begins to pass on that it does, and where it can be stopped. */
export function PassingNews({ call }: PassingProps) {
  const passing = usePassing(call);
  const served = passing.served.value;
  const isPassing = served > 0;
  useEffect(() => {
    const words = wayWords();
    if (isPassing) call.announcer.say(`${words.byYou(served)} ${words.stop}`);
    // Once for each time that it begins, not for each who comes.
  }, [isPassing, call]);
  return null;
}

/** By which way media goes when it is not from page to page, and what that means. */
export function WayPart({ call }: PassingProps) {
  const words = wayWords();
  if (call.topology.value === "peer") return <PassedOn call={call} />;
  return (
    <p class="advice" data-way="forwarder">
      <Icon node={Globe} />
      <span>{call.room.visibility === "private" ? words.forwardedSealed : words.forwarded}</span>
    </p>
  );
}

/** Whose page passes the others' pictures on, what that means, and what it costs when it is this one. */
function PassedOn({ call }: PassingProps) {
  const { people, quality } = call;
  const passing = usePassing(call);
  const { code } = spoken();
  const words = wayWords();
  const served = passing.served.value;
  const names = people.value.filter(({ id, isSelf }) => !isSelf && passing.passers.value.includes(id));
  const list = new Intl.ListFormat(code).format(names.map(({ name }) => name));
  const kbps = [...quality.numbers.value.values()].reduce((sum, { sentKbps = 0 }) => sum + sentKbps, 0);
  const rate = new Intl.NumberFormat(code, { maximumFractionDigits: 1 }).format(kbps / 1000);
  return (
    <div class="passing-part">
      <p class="advice" data-way="peer">
        <Icon node={Globe} />
        <span>
          {served > 0 ? words.byYou(served) : words.by(list)} {words.privacy}
          {served > 0 && kbps > 0 && <strong> {words.cost(rate)}</strong>}
        </span>
      </p>
      <Choice passing={passing} />
    </div>
  );
}
