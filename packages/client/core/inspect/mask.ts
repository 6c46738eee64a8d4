import { candidateOf } from "../link/diagnosis.ts";
import type { LogLine, Recording } from "./recording.ts";

/**
 * The same recording without addresses, keys and names. Each is replaced by a stand-in, the same one wherever it stands, so that what
 * belongs together still does and the story stays the same.
 */
export function masked(recording: Recording): Recording {
  const mask = new Mask();
  const people = recording.links.map(({ name }) => name);
  // The browser's version looks like an address, and is none.
  const { browser, log, links, signaling, ...rest } = recording;
  return {
    ...rest,
    isMasked: true,
    browser,
    signaling,
    links: links.map(({ peer, name, ...link }) => ({
      ...(mask.value(link) as typeof link),
      peer: mask.standIn("peer", peer),
      name: link.forwarder ? name : mask.standIn("Person ", name),
    })),
    log: log.map((line) => mask.line(line, people)),
  };
}

const ipv4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;
const ipv6 = /(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)[0-9a-f:]{2,39})(?![\w:])/gi;
const mdns = /[\w-]+\.local\b/g;
const fingerprint = /\b(?:[0-9A-F]{2}:){15,}[0-9A-F]{2}\b/gi;
/** Where the host of an ICE server stands. */
const server = /\b((?:stun|turn)s?:)(\[[^\]]*\]|[^:?\s]+)/g;
/** In a description or a candidate: what somebody could be known by or let in with, after its label. */
const labelled =
  /(a=ice-ufrag:|a=ice-pwd:|a=tls-id:|a=identity:|a=msid:|a=msid-semantic: ?WMS |a=ssrc:\d+ (?:cname|msid):| ufrag |^o=\S+ )([^\r\n ]+(?: [0-9a-f-]{36})?)/gm;

/** Fields of statistics whose whole value is replaced. */
const fields: Readonly<Record<string, string>> = {
  usernameFragment: "key",
  localUsernameFragment: "key",
  remoteUsernameFragment: "key",
  iceLocalUsernameFragment: "key",
  base64Certificate: "certificate",
  fingerprint: "fingerprint",
  trackIdentifier: "track",
  relatedAddress: "address",
  networkId: "network",
  // Whose picture is in a forwarder's place.
  peer: "peer",
};

class Mask {
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** The same for the same, numbered by kind. */
  standIn(kind: string, secret: string): string {
    const key = `${kind}\n${secret}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const made = kind.endsWith(" ") ? `${kind}${count}` : `${kind}-${count}`;
    this.#known.set(key, made);
    return made;
  }

  text(text: string): string {
    return text
      .replace(fingerprint, (found) => this.standIn("fingerprint", found.toUpperCase()))
      .replace(labelled, (_all, label: string, secret: string) => `${label}${this.standIn("key", secret)}`)
      .replace(server, (_all, scheme: string, host: string) => `${scheme}${this.standIn("server", host)}`)
      .replace(mdns, (found) => `${this.standIn("hidden", found)}.local`)
      .replace(ipv6, (found) => this.#address(found))
      .replace(ipv4, (found) => this.#address(found));
  }

  /** Keeps what kind of address it was: that matters to whoever looks for a fault, and tells nobody who it was. */
  #address(found: string): string {
    if (/^(?:0\.0\.0\.0|::|0\.0\.0\.\d+)$/.test(found)) return found;
    const { family, isPrivate } = candidateOf("udp", found, "host");
    return this.standIn(`${isPrivate ? "private" : "public"}-${family.toLowerCase()}`, found);
  }

  value(value: unknown, field = ""): unknown {
    if (typeof value === "string") {
      const kind = value === "" || !Object.hasOwn(fields, field) ? undefined : fields[field];
      if (kind === undefined) return this.text(value);
      return kind === "address" ? this.text(value) : this.standIn(kind, value);
    }
    if (Array.isArray(value)) return value.map((one) => this.value(one, field));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.value(inner, key)]));
    return value;
  }

  /** A line of the log. What it says besides an event may be anything, names of people and of files too. */
  line({ at, event, peer, detail }: LogLine, people: readonly string[]): LogLine {
    const isPlain = typeof detail === "number" || typeof detail === "boolean" || isWord(detail, people);
    return {
      at,
      event: this.text(event),
      ...(peer !== undefined && { peer: this.standIn("peer", peer) }),
      ...(detail !== undefined && { detail: isPlain ? detail : "…" }),
    };
  }
}

/** One of the program's own words, such as a state or a code. */
const isWord = (detail: unknown, people: readonly string[]): boolean =>
  typeof detail === "string" && /^[a-z][a-z-]{0,40}$/.test(detail) && !people.includes(detail);
