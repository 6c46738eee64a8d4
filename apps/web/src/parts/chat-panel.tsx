import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Call } from "../state/call.ts";
import type { ChatGroup, ChatMessage } from "../state/chat.ts";
import { isOnlyEmoji, textParts } from "../state/chat-text.ts";
import { spoken, words } from "../words/words.ts";
import { EmojiChoice } from "./emoji-choice.tsx";
import { Flag } from "./flag.tsx";
import { Icon } from "./icon.tsx";
import { CircleAlert, Lock, SendHorizontal } from "./icons.ts";
import { PanelFrame } from "./panel.tsx";

/** As the server counts: characters of one message. */
const mostLetters = 4_000;
/** From here on it is told how many are left. */
const fewLettersLeft = 200;

/** The time of day, for machines and people. */
function Time({ at }: { readonly at: number }) {
  const date = new Date(at);
  const clock = new Intl.DateTimeFormat(spoken().code, { hour: "2-digit", minute: "2-digit" });
  return <time dateTime={date.toISOString()}>{clock.format(date)}</time>;
}

export function ChatPanel({ call }: { readonly call: Call }) {
  const { chat, room } = call;
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const shown = chat.shown.value;
  useLayoutEffect(() => {
    // Someone who reads further up is left where they are.
    if (log.current !== null && isAtEnd.current) log.current.scrollTop = log.current.scrollHeight;
  }, [shown]);
  useEffect(() => {
    if (log.current === null) return;
    // A phone's keyboard takes half of the room: the last message stays in sight.
    const observer = new ResizeObserver(() => {
      if (log.current !== null && isAtEnd.current) log.current.scrollTop = log.current.scrollHeight;
    });
    observer.observe(log.current);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = log.current ?? document.body;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40;
  };
  const send = () => {
    isAtEnd.current = true;
    void call.say();
  };
  return (
    <PanelFrame id="panel-chat" title={words.chat.title} onClose={() => call.show(undefined)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div ref={log} class="log" role="log" aria-label={words.chat.log} tabIndex={0} onScroll={onScroll}>
        {shown.length === 0 && (
          <p class="empty">{room.visibility === "private" ? words.chat.emptyPrivate : words.chat.empty}</p>
        )}
        {shown.map((entry) =>
          entry.kind === "notice" ? (
            <p key={entry.key} class="notice">
              <span>{entry.text}</span> <Time at={entry.at} />
            </p>
          ) : (
            <Group key={entry.key} group={entry} />
          ),
        )}
      </div>
      <Composer call={call} onSend={send} />
    </PanelFrame>
  );
}

function Group({ group }: { readonly group: ChatGroup }) {
  return (
    <article class={`group${group.isOwn ? " own" : ""}`}>
      <header>
        <strong class="author" dir="auto">
          {group.author.name}
        </strong>
        <Flag country={group.author.country} />
        {group.to !== undefined && (
          <span class="tag private">
            <Icon node={Lock} size={12} />
            {group.isOwn ? words.chat.privateTo(group.to.name) : words.chat.privateToYou}
          </span>
        )}
        <Time at={group.at} />
      </header>
      {group.messages.map((message) => (
        <Line key={message.key} message={message} />
      ))}
    </article>
  );
}

function Line({ message }: { readonly message: ChatMessage }) {
  const { delivery } = message;
  return (
    <div class={`line ${delivery.state}`}>
      <p dir="auto" class={`text${isOnlyEmoji(message.text) ? " large" : ""}`}>
        {textParts(message.text).map((part) =>
          part.kind === "link" ? (
            <a href={part.href} target="_blank" rel="noopener noreferrer">
              {part.text}
            </a>
          ) : (
            part.text
          ),
        )}
      </p>
      {delivery.state === "pending" && <p class="delivery">{words.chat.pending}</p>}
      {delivery.state === "refused" && (
        <p class="delivery bad">
          <Icon node={CircleAlert} size={16} />
          <span>
            <strong>{words.chat.notSent}.</strong> {delivery.reason} {words.chat.onlyYou}
          </span>
        </p>
      )}
    </div>
  );
}

function Composer({ call, onSend }: { readonly call: Call; readonly onSend: () => void }) {
  const { draft } = call.chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    onSend();
    field.current?.focus();
  };
  const insert = (text: string) => {
    const { selectionStart, selectionEnd } = field.current ?? {};
    const before = draft.peek();
    const start = selectionStart ?? before.length;
    const after = before.slice(0, start) + text + before.slice(selectionEnd ?? start);
    if (after.length <= mostLetters) draft.value = after;
  };
  const onPaste = (event: ClipboardEvent & { readonly currentTarget: HTMLTextAreaElement }) => {
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const pasted = event.clipboardData?.getData("text").length ?? 0;
    // The field cuts by itself, and says nothing.
    if (value.length - (selectionEnd - selectionStart) + pasted > mostLetters) {
      call.announcer.warn(words.chat.cut(mostLetters));
    }
  };
  const left = mostLetters - draft.value.length;
  return (
    <form class="composer" onSubmit={submit}>
      <Recipient call={call} />
      {left <= fewLettersLeft && <p class="letters-left soft">{words.chat.lettersLeft(left)}</p>}
      <div class="composer-row">
        <EmojiChoice onChoose={insert} />
        <textarea
          ref={field}
          data-first-focus
          dir="auto"
          rows={1}
          maxLength={mostLetters}
          aria-label={words.chat.message}
          placeholder={words.chat.message}
          value={draft.value}
          onPaste={onPaste}
          onInput={(event) => {
            draft.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            // While an input method composes, Enter chooses a word.
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
          }}
        />
        <button type="submit" class="plain-button icon-only send" aria-label={words.chat.send}>
          <Icon node={SendHorizontal} />
        </button>
      </div>
    </form>
  );
}

/** Everyone, or one person alone. */
function Recipient({ call }: { readonly call: Call }) {
  const { to } = call.chat;
  const field = useId();
  const others = call.people.value.filter(({ isSelf }) => !isSelf);
  const chosen = to.value;
  if (others.length === 0 && chosen === undefined) return null;
  const choose = (id: string) => {
    const person = others.find((one) => one.id === id);
    to.value = person === undefined ? undefined : { id: person.id, name: person.name };
  };
  return (
    <div class={`recipient${chosen === undefined ? "" : " private"}`}>
      <label for={field}>{words.chat.to}</label>
      <select id={field} value={chosen?.id ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{words.chat.everyone}</option>
        {others.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {/* They left in the middle of a sentence: it must not go to everyone instead. */}
        {chosen !== undefined && !others.some(({ id }) => id === chosen.id) && (
          <option value={chosen.id}>{chosen.name}</option>
        )}
      </select>
    </div>
  );
}
