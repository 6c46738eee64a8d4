import { endpointText, type Fact, type Recording } from "@parlour/client/inspect";

/** A line of the log, in the words of the standards, as programs write them. */
export interface Line {
  readonly at: number;
  readonly who: string;
  readonly text: string;
}

/** Lines that are shown at once; older ones are found with the filter, and in the file. */
export const linesMost = 500;

/** What happened in the room and on all its links, oldest first. */
export function linesOf({ log, links }: Recording): readonly Line[] {
  const names = new Map(links.map(({ peer, name }) => [peer, name]));
  const ofRoom = log.map(({ at, event, peer, detail }) => ({
    at,
    who: peer === undefined ? "" : (names.get(peer) ?? peer),
    text:
      detail === undefined
        ? event
        : `${event} ${typeof detail === "string" ? detail : JSON.stringify(detail)}`,
  }));
  const ofLinks = links.flatMap(({ name, facts }) =>
    facts.flatMap((fact) => {
      const text = factText(fact);
      return text === undefined ? [] : [{ at: fact.at, who: name, text }];
    }),
  );
  return [...ofRoom, ...ofLinks].sort((one, other) => one.at - other.at);
}

/** Undefined for what the room's own log has already. */
function factText(fact: Fact): string | undefined {
  switch (fact.kind) {
    case "state":
      return fact.of === "link" || fact.of === "connection"
        ? undefined
        : `${fact.of} ${[fact.name, fact.state].filter(Boolean).join(" ")}`;
    case "candidates":
      return `${fact.side} candidates ${fact.candidates.map(({ candidate }) => candidate || "end").join(" | ")}`;
    case "description":
      return `${fact.side} description ${fact.type} ${fact.sdp.length} bytes`;
    case "signal":
      return `signal ${fact.way} ${fact.type} ${fact.bytes} bytes`;
    case "pair": {
      const end = ({ type, address, port }: typeof fact.local) => `${type} ${endpointText(address, port)}`;
      return `pair ${end(fact.local)} - ${end(fact.remote)}`;
    }
    case "track":
      return `track ${fact.media} ${fact.mid ?? ""} ${fact.state}`;
    case "connection":
      return `connection ${fact.generation}`;
    case "trouble":
      return `${fact.what} ${fact.detail}`;
    default:
      return undefined;
  }
}

/** Those that have all words of the filter, whatever their case. */
export function matching(lines: readonly Line[], filter: string): readonly Line[] {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return lines;
  return lines.filter(({ who, text }) => {
    const has = `${who} ${text}`.toLowerCase();
    return wanted.every((word) => has.includes(word));
  });
}

/** As text: time of day with milliseconds, who, what. */
export function asText(lines: readonly Line[]): string {
  return lines.map(({ at, who, text }) => `${clock(at)}${who === "" ? "" : ` [${who}]`} ${text}`).join("\n");
}
export function clock(at: number): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
