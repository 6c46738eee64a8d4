import { useLayoutEffect, useRef } from "preact/hooks";
import type { Call } from "../state/call.ts";
import type { ChatGroup, ChatMessage } from "../state/chat.ts";
import { words } from "../words/words.ts";
import { Flag } from "./flag.tsx";
import { Icon } from "./icon.tsx";
import { CircleAlert, SendHorizontal } from "./icons.ts";
import { PanelFrame } from "./panel.tsx";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** The time of day, for machines and people. */
function Time({ at }: { readonly at: number }) {
  const date = new Date(at);
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
        <strong class="author">{group.author.name}</strong>
        <Flag country={group.author.country} />
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
      <p class="text">{message.text}</p>
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
  return (
    <form class="composer" onSubmit={submit}>
      <textarea
        ref={field}
        data-first-focus
        rows={1}
        maxLength={4000}
        aria-label={words.chat.message}
        placeholder={words.chat.message}
        value={draft.value}
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
    </form>
  );
}
