import { useComputed } from "@preact/signals";
import { asText, clock, linesMost, linesOf, matching } from "../../state/inspector/log-lines.ts";
import { filled, told } from "../../words/inspector/words.ts";
import { Icon } from "../icon.tsx";
import { Copy, Download, Pause, Play } from "../icons.ts";
import { OpenButton, saveText } from "./files.tsx";
import type { InspectorProps } from "./inspector-view.tsx";

/** Everything that happened, line by line: filter, halt, copy, save, open. */
export function LogTab({ inspector, announcer }: InspectorProps) {
  const { log } = told();
  const { filter, halted, isMasking } = inspector;
  const found = useComputed(() => {
    const recording = halted.value ?? inspector.recording.value;
    return recording === undefined ? [] : matching(linesOf(recording), filter.value);
  }).value;
  const shown = found.slice(-linesMost);
  const isHalted = halted.value !== undefined;
  const copy = () =>
    void navigator.clipboard
      .writeText(asText(found))
      .then(() => announcer.say(log.copied))
      .catch(() => announcer.warn(log.copyFailed));
  const save = () => {
    const file = inspector.save();
    if (file === undefined) return;
    saveText(file.name, file.text);
    announcer.say(filled(log.saved, { file: file.name }));
  };
  return (
    <>
      <div class="inspector-row">
        <label class="inspector-choice grow">
          {log.filter}
          <input
            type="search"
            value={filter.value}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => {
              filter.value = event.currentTarget.value;
            }}
          />
        </label>
        {inspector.opened.value === undefined && (
          <button
            type="button"
            class="secondary"
            aria-pressed={isHalted}
            onClick={() => inspector.toggleHalt()}
          >
            <Icon node={isHalted ? Play : Pause} size={16} />
            {isHalted ? log.resume : log.pause}
          </button>
        )}
        <button type="button" class="secondary" onClick={copy}>
          <Icon node={Copy} size={16} />
          {log.copy}
        </button>
        <button type="button" class="secondary" onClick={save}>
          <Icon node={Download} size={16} />
          {log.save}
        </button>
        <OpenButton inspector={inspector} label={log.open} />
      </div>
      <label class="inspector-check small">
        <input
          type="checkbox"
          checked={isMasking.value}
          onChange={(event) => {
            isMasking.value = event.currentTarget.checked;
          }}
        />
        <span>
          {log.mask}. <span class="soft">{log.maskMeaning}</span>
        </span>
      </label>
      {found.length > shown.length && (
        <p class="soft small">{filled(log.more, { shown: shown.length, count: found.length })}</p>
      )}
      {shown.length === 0 ? (
        <p class="empty soft">{log.none}</p>
      ) : (
        <ol class="log-lines" aria-label={log.lines}>
          {[...shown].reverse().map((line, index) => (
            <li key={shown.length - index}>
              <span class="soft">{clock(line.at)}</span> {line.who !== "" && <strong>{line.who} </strong>}
              {line.text}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
