import { useLayoutEffect, useRef } from "preact/hooks";
import { spoken } from "../words/words.ts";
import type { Bench } from "./bench.ts";
import type { Happening, LogLine } from "./log.ts";
import { say } from "./speech.ts";

/** What happened, newest last. */
export function LogBox({ bench }: { readonly bench: Bench }) {
  const words = say().log;
  const lines = bench.log.lines.value;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    // Whoever reads further up is left there.
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <section class="learn-log" aria-labelledby="log-title">
      <h2 id="log-title">{words.title}</h2>
      {lines.length === 0 ? (
        <p class="soft">{words.empty}</p>
      ) : (
        <div
          ref={box}
          class="learn-lines"
          role="log"
          aria-labelledby="log-title"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so from the keyboard.
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 40;
          }}
        >
          <ol>
            {lines.map((line) => (
              <Line key={line.number} line={line} />
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

function Line({ line: { atMs, side, what } }: { readonly line: LogLine }) {
  const time = new Intl.NumberFormat(spoken().code, {
    minimumFractionDigits: 3,
    maximumFractionDigits: 3,
  }).format(atMs / 1000);
  const isBad = what.kind === "error" || what.kind === "failure" || what.kind === "late";
  return (
    <li class={`${side}${isBad ? " bad" : ""}`}>
      <span class="soft">{time}</span> <strong>{say().sides[side]}</strong> {sentence(what)}
    </li>
  );
}

function sentence(what: Happening): string {
  const { steps, mistakes, log } = say();
  switch (what.kind) {
    case "step":
      return steps[what.step].title;
    case "error":
      return `${steps[what.step].title}: ${log.failed}. ${what.name}: ${what.message} ${mistakes[what.mistake]}`;
    case "failure":
      return `${log.failed}. ${what.name}: ${what.message}`;
    case "state":
      return `${what.name}: ${what.value}`;
    case "candidate":
      return what.text;
    case "sent":
      return log.sent[what.what];
    case "came":
      return log.came[what.what];
    case "held":
      return log.held(what.count);
    case "event":
      return what.name;
    case "note":
      return log.notes[what.note];
    case "server":
      return `${log.server}: ${what.text}`;
    case "late":
      return log.late[what.condition];
  }
}
