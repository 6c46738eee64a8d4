import type { OfferedFile } from "@parlour/client";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { sizeText } from "../../state/files/figures.ts";
import { type CardView, filesListed, pathOf } from "../../state/files/views.ts";
import { words } from "../../words/words.ts";
import { Icon } from "../icon.tsx";
import { CircleAlert } from "../icons.ts";
import { FileSign } from "./file-sign.tsx";

interface CardProps {
  readonly view: CardView;
  readonly files: readonly OfferedFile[];
  readonly thumbnail?: string | undefined;
  /** Below the status. */
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** One transfer: sign, name, facts, how it stands, what can be done. */
export function Card({ view, files, thumbnail, children, actions }: CardProps) {
  const { name, facts, status, bar, isBad } = view;
  return (
    <li class={`file-card${isBad ? " bad" : ""}`}>
      <div class="file-head">
        <FileSign name={name} files={files} thumbnail={thumbnail} />
        <div class="file-text">
          <p class="file-name">{name}</p>
          <p class="soft small">{facts}</p>
        </div>
      </div>
      {bar !== undefined && (
        <progress
          class={bar.isMoving ? "" : "still"}
          aria-label={words.files.progressOf(name)}
          max={Math.max(1, bar.total)}
          value={bar.total === 0 ? 1 : bar.bytes}
        />
      )}
      {status !== "" && (
        <p class={`small${isBad ? " delivery bad" : " soft"}`}>
          {isBad && <Icon node={CircleAlert} size={16} />}
          <span>{status}</span>
        </p>
      )}
      {children}
      {actions !== undefined && <div class="file-actions">{actions}</div>}
    </li>
  );
}

interface ActionProps {
  /** What it is called on the screen. */
  readonly label: string;
  /** Of the file or transfer: tells buttons of the same name apart. */
  readonly of: string;
  readonly isChief?: boolean;
  readonly isBusy?: boolean;
  readonly onPress: () => void;
}

export function Action({ label, of, isChief = false, isBusy = false, onPress }: ActionProps) {
  return (
    <button
      type="button"
      class={isChief ? "primary" : "plain-button"}
      aria-label={words.files.named(label, of)}
      disabled={isBusy}
      onClick={onPress}
    >
      {label}
    </button>
  );
}

interface FileListProps {
  readonly files: readonly OfferedFile[];
  /** What stands beside a file: how far it is, what can be done with it. */
  readonly beside?: (file: OfferedFile, index: number) => ComponentChildren;
}

/** Files of a folder one by one, opened when asked for. */
export function FileList({ files, beside }: FileListProps) {
  const isOpen = useSignal(false);
  if (files.length < 2) return null;
  // Hundreds of lines are drawn only for those who look at them.
  const listed = isOpen.value ? files.slice(0, filesListed) : [];
  return (
    <details
      class="file-details"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary class="small">{words.files.details}</summary>
      <ul>
        {listed.map((file, index) => (
          <li key={pathOf(file)} class="small">
            <span class="file-name">{pathOf(file)}</span>
            <span class="soft">{sizeText(file.size)}</span>
            {beside?.(file, index)}
          </li>
        ))}
      </ul>
      {files.length > filesListed && (
        <p class="soft small">{words.files.andMore(files.length - filesListed)}</p>
      )}
    </details>
  );
}
