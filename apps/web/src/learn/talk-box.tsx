import { useSignal } from "@preact/signals";
import { spoken } from "../words/words.ts";
import type { Bench } from "./bench.ts";
import type { Side } from "./peer.ts";
import { say } from "./speech.ts";

interface TalkBoxProps {
  readonly bench: Bench;
  readonly side: Side;
}

/** Messages over the data channel, and the proof that the server has nothing to do with them. */
export function TalkBox({ bench, side }: TalkBoxProps) {
  const typed = useSignal("");
  const words = say().chat;
  const lines = bench.chat.value.filter((line) => line.side === side);
  const { texts, bytes } = bench.carried.value;
  const whole = new Intl.NumberFormat(spoken().code);
  return (
    <div class="learn-talk">
      <h3 id={`talk-${side}`}>{words.title}</h3>
      {lines.length > 0 && (
        <ul aria-labelledby={`talk-${side}`} aria-live="polite">
          {lines.map(({ number, isOwn, text }) => (
            <li key={number}>
              <span class="soft">{isOwn ? words.own : words.other}:</span> {text}
            </li>
          ))}
        </ul>
      )}
      <form
        class="field-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.value.trim() !== "" && bench.say(side, typed.value)) typed.value = "";
        }}
      >
        <label class="field">
          <span>{words.message}</span>
          <input
            type="text"
            maxLength={1_000}
            autocomplete="off"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="secondary">
          {words.send}
        </button>
      </form>
      <p class="soft small">{words.proof(whole.format(texts), whole.format(bytes))}</p>
      <ArrivalsTable bench={bench} side={side} />
    </div>
  );
}

function ArrivalsTable({ bench, side }: TalkBoxProps) {
  const { arrivals } = bench.shown(side).value;
  const words = say().arrivals;
  const whole = new Intl.NumberFormat(spoken().code, { maximumFractionDigits: 0 });
  const rows = [
    ["chat", words.ordered],
    ["lossy", words.lossy],
  ] as const;
  if (arrivals["chat"] === undefined && arrivals["lossy"] === undefined) return null;
  return (
    <>
      <table class="learn-arrivals">
        <caption>{words.title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.channel}</th>
            <th scope="col">{words.count}</th>
            <th scope="col">{words.outOfOrder}</th>
            <th scope="col">{words.pause}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, name]) => {
            const found = arrivals[label];
            return (
              <tr key={label}>
                <th scope="row">{name}</th>
                <td>{found?.count ?? 0}</td>
                <td>{found?.outOfOrder ?? 0}</td>
                <td>{words.ms(whole.format(found?.longestPauseMs ?? 0))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="soft small">{bench.settings.value.isBad ? words.bad : words.good}</p>
    </>
  );
}
