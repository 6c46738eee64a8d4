/**
 * The flags of `parlour serve`, in one table that parses them, reads them from the environment and
 * writes `--help`. Every flag `--some-name` is also `PARLOUR_SOME_NAME`; the command line wins.
 */
import {
  hours,
  iceUrls,
  integer,
  oneOf,
  onOff,
  origins,
  path,
  proxies,
  publicAddresses,
  type Reading,
  secret,
} from "./flag-values.ts";

/** One flag. */
export interface Flag<T> {
  /** The word for its value in `--help`. */
  readonly placeholder: string;
  /** What it means to give the flag without a value; absent when it needs one. */
  readonly bare?: string;
  readonly help: string;
  /** The default as `--help` shows it. */
  readonly standard?: string;
  /** The value when it is given nowhere. */
  readonly fallback: T;
  /** A value to show in a complaint. */
  readonly example: string;
  /** Given more than once, the texts are joined by commas. */
  readonly repeatable?: true;
  /** Part of a later version: giving it is refused in so many words. */
  readonly later?: true;
  /** Its value is never repeated in a complaint. */
  readonly isSecret?: true;
  readonly read: (text: string) => Reading<T>;
}

const flag = <T>(definition: Flag<T>): Flag<T> => definition;

/** A flag of a later version: it has a line in `--help` and is refused. */
const later = (placeholder: string, help: string): Flag<undefined> =>
  flag({
    placeholder,
    help,
    fallback: undefined,
    example: "",
    later: true,
    read: () => ({ value: undefined }),
  });

/** Every flag, in the order of `--help`. */
export const flags = {
  port: flag({
    placeholder: "NUMBER",
    help: "Port to listen on; 0 takes a free one",
    standard: "3000",
    fallback: 3000,
    example: "3000",
    read: integer(0, 65_535),
  }),
  host: flag<string | undefined>({
    placeholder: "ADDRESS",
    help: "Address to listen on",
    standard: "every address of this machine",
    fallback: undefined,
    example: "127.0.0.1",
    read: (text) =>
      /^[\w.:%-]+$/.test(text) ? { value: text } : { wanted: "an address or a host name of this machine" },
  }),
  data: flag<string | undefined>({
    placeholder: "FOLDER",
    help: "Folder for rooms, messages, secrets and certificates",
    standard: "./parlour-data",
    fallback: undefined,
    example: "/var/lib/parlour",
    read: path,
  }),
  tls: flag<"off" | "self" | "files">({
    placeholder: "off|self|files",
    help: "HTTPS: none; with a certificate of this server's own making; or with --cert and --key",
    standard: "off",
    fallback: "off",
    example: "self",
    read: oneOf("off", "self", "files"),
  }),
  cert: flag<string | undefined>({
    placeholder: "FILE",
    help: "Certificate chain (PEM), for --tls files; read again when it changes",
    fallback: undefined,
    example: "/etc/parlour/fullchain.pem",
    read: path,
  }),
  key: flag<string | undefined>({
    placeholder: "FILE",
    help: "Private key (PEM), for --tls files; read again when it changes",
    fallback: undefined,
    example: "/etc/parlour/privkey.pem",
    read: path,
  }),
  "trust-proxy": flag<boolean | readonly string[]>({
    placeholder: "[on|off|RANGES]",
    bare: "on",
    help: "Believe X-Forwarded-… of the one proxy in front, or of proxies in these ranges: 10.0.0.0/8,::1",
    standard: "off",
    fallback: false,
    example: "10.0.0.0/8",
    read: proxies,
  }),
  "allow-origin": flag<readonly string[]>({
    placeholder: "ORIGIN",
    help: "Another origin whose pages may use this server, * for all; repeat it, or separate by commas",
    standard: "only this server's own pages",
    fallback: [],
    example: "https://www.example.org",
    repeatable: true,
    read: origins,
  }),
  "create-on-join": flag({
    placeholder: "on|off",
    help: "Whether opening the link of an unknown room makes it",
    standard: "on",
    fallback: true,
    example: "off",
    read: onOff,
  }),
  "history-messages": flag<number | undefined>({
    placeholder: "NUMBER",
    help: "Messages kept for latecomers in each public room; 0 keeps none",
    standard: "500",
    fallback: undefined,
    example: "500",
    read: integer(0, 100_000),
  }),
  "history-hours": flag<number | undefined>({
    placeholder: "HOURS",
    help: "How long these messages are kept",
    standard: "24",
    fallback: undefined,
    example: "24",
    read: hours,
  }),
  "metrics-token": flag<string | undefined>({
    placeholder: "TOKEN",
    help: "Bearer token that opens /metrics to other machines",
    standard: "only this machine may read them",
    fallback: undefined,
    example: "a long random text",
    isSecret: true,
    read: secret,
  }),
  "log-level": flag<LogLevel>({
    placeholder: "LEVEL",
    help: "What is logged, as JSON lines on stderr: silent, error, warn, info or debug",
    standard: "warn",
    fallback: "warn",
    example: "info",
    read: oneOf<LogLevel>("silent", "error", "warn", "info", "debug"),
  }),
  turn: flag<"closed" | "open" | "external" | "off">({
    placeholder: "closed|open|external|off",
    help: "Relay where networks block direct connections: inside this server; to the world; one of yours (--turn-url); none",
    standard: "closed",
    fallback: "closed",
    example: "closed",
    read: oneOf("closed", "open", "external", "off"),
  }),
  "turn-port": flag({
    placeholder: "NUMBER",
    help: "UDP and TCP port of the relay; 0 takes a free one. It answers on --port over TCP as well",
    standard: "3478",
    fallback: 3478,
    example: "3478",
    read: integer(0, 65_535),
  }),
  "turn-url": flag<readonly string[]>({
    placeholder: "URL",
    help: "A stun:, turn: or turns: URL to hand out, for --turn external or further ones; repeat it, or separate by commas",
    standard: "none",
    fallback: [],
    example: "turn:turn.example.org:3478",
    repeatable: true,
    read: iceUrls,
  }),
  "turn-secret": flag<string | undefined>({
    placeholder: "SECRET",
    help: "Shared secret of the relay's credentials, as coturn's static-auth-secret",
    standard: "one in the data folder",
    fallback: undefined,
    example: "a long random text",
    isSecret: true,
    read: secret,
  }),
  "public-address": flag<readonly string[]>({
    placeholder: "ADDRESS",
    help: "Address by which the world reaches this machine, for --turn open; one of each family, separated by a comma",
    standard: "none",
    fallback: [],
    example: "203.0.113.5",
    repeatable: true,
    read: publicAddresses,
  }),
  domain: later("NAME", "Domain name, for automatic HTTPS; until then: --tls files"),
  redis: later("URL", "Redis, for several servers that act as one"),
} as const;

/** What `--log-level` takes. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

type Flags = typeof flags;
type FlagName = keyof Flags;

/** The value of every flag. */
export type ServeOptions = { readonly [Name in FlagName]: Flags[Name] extends Flag<infer T> ? T : never };

/** The flag's name in the environment. */
export const environmentName = (name: string): string => `PARLOUR_${name.toUpperCase().replaceAll("-", "_")}`;

/** What a command line asks for. A `problem` is one line for the person who typed it. */
export type ServeRequest =
  | { readonly kind: "serve"; readonly options: ServeOptions }
  | { readonly kind: "help" }
  | { readonly kind: "problem"; readonly line: string };

const problem = (line: string): ServeRequest => ({ kind: "problem", line });
const isFlag = (name: string): name is FlagName => Object.hasOwn(flags, name);

/**
 * Reads `parlour serve`'s arguments and environment.
 *
 * @param given the arguments after `serve`
 */
export function readFlags(given: readonly string[], environment: NodeJS.ProcessEnv): ServeRequest {
  const texts = new Map<FlagName, { text: string; as: string }>();
  for (const name of Object.keys(flags).filter(isFlag)) {
    const text = environment[environmentName(name)];
    if (text !== undefined && text !== "") texts.set(name, { text, as: environmentName(name) });
  }
  const fromLine = new Set<FlagName>();
  const rest = [...given];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--help" || word === "-h") return { kind: "help" };
    const [, name, attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined)
      return problem(
        `"${word}" is not a flag. Flags begin with two dashes: parlour serve --help lists them.`,
      );
    if (!isFlag(name)) return problem(`There is no flag --${name}. ${suggestion(name)}`);
    const { bare, example, repeatable }: Flag<unknown> = flags[name];
    let text = attached;
    if (text === undefined && rest[0] !== undefined && !rest[0].startsWith("--")) text = rest.shift();
    text ??= bare;
    if (text === undefined || text === "")
      return problem(`--${name} needs a value${example && `, for example: --${name} ${example}`}.`);
    const before = repeatable && fromLine.has(name) ? `${texts.get(name)?.text},` : "";
    texts.set(name, { text: before + text, as: `--${name}` });
    fromLine.add(name);
  }
  return readValues(texts);
}

function readValues(texts: ReadonlyMap<FlagName, { text: string; as: string }>): ServeRequest {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(flags).filter(isFlag)) {
    const definition: Flag<unknown> = flags[name];
    const given = texts.get(name);
    if (given === undefined) {
      values[name] = definition.fallback;
      continue;
    }
    if (definition.later)
      return problem(`${given.as} is not available in this version of Parlour. Leave it out.`);
    const reading = definition.read(given.text);
    if ("wanted" in reading) {
      const shown = definition.isSecret ? "" : ` (it is "${given.text}")`;
      return problem(
        `${given.as} must be ${reading.wanted}${shown}. For example: --${name} ${definition.example}`,
      );
    }
    values[name] = reading.value;
  }
  const options = values as unknown as ServeOptions;
  return disagreement(options) ?? { kind: "serve", options };
}

/** Flags that are right one by one but not together. */
function disagreement(options: ServeOptions): ServeRequest | undefined {
  const { tls, cert, key } = options;
  if (tls === "files") {
    if (cert === undefined) return problem("--tls files needs the certificate's file: --cert FILE");
    if (key === undefined) return problem("--tls files needs the private key's file: --key FILE");
  } else if (cert !== undefined || key !== undefined) {
    return problem(`--${cert === undefined ? "key" : "cert"} works only with --tls files; add it.`);
  }
  return relayDisagreement(options);
}

function relayDisagreement({ turn, ...options }: ServeOptions): ServeRequest | undefined {
  const urls = options["turn-url"];
  if (turn === "open" && options["public-address"].length === 0)
    return problem(
      "--turn open needs the address by which the world reaches this machine: --public-address ADDRESS",
    );
  if (turn !== "external") return undefined;
  if (urls.length === 0)
    return problem("--turn external needs your relay's address: --turn-url turn:turn.example.org:3478");
  if (options["turn-secret"] === undefined && urls.some((url) => url.startsWith("turn")))
    return problem(
      "--turn external needs the secret that your relay knows: --turn-secret SECRET (coturn: static-auth-secret)",
    );
  return undefined;
}

function suggestion(name: string): string {
  const close = Object.keys(flags)
    .map((each) => ({ each, far: distance(name, each) }))
    .sort((a, b) => a.far - b.far)[0];
  return close !== undefined && close.far <= 2
    ? `Did you mean --${close.each}?`
    : "parlour serve --help lists all flags.";
}

/** Edits (letters put in, left out or changed) from one word to another. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const changed = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The text of `parlour serve --help`. */
export function serveHelp(): string {
  const all: [string, Flag<unknown>][] = Object.entries(flags);
  const left = ([name, { placeholder }]: [string, Flag<unknown>]) => `  --${name} ${placeholder}`;
  const width = Math.max(...all.map((each) => left(each).length)) + 2;
  const row = (each: [string, Flag<unknown>]) =>
    `${left(each).padEnd(width)}${each[1].help}${each[1].standard === undefined ? "" : ` (${each[1].standard})`}`;
  return [
    "parlour serve: rooms for talking, in the browser, from this machine.",
    "",
    "Usage: parlour serve [flags]",
    "",
    "Flags, with what holds without them in brackets. Each is also an environment variable:",
    "--some-flag is PARLOUR_SOME_FLAG. The command line wins.",
    "",
    ...all.filter(([, each]) => !each.later).map(row),
    `${"  --help".padEnd(width)}This text`,
    "",
    "Not available in this version:",
    "",
    ...all.filter(([, each]) => each.later).map(row),
    "",
  ].join("\n");
}
