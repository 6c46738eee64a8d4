/**
 * The flags of `parlour serve`, in one table that parses them (`read-flags.ts`), reads them from the environment and
 * writes `--help`. Every flag `--some-name` is also `PARLOUR_SOME_NAME`; the command line wins.
 */
import {
  domainName,
  email,
  hours,
  iceUrls,
  integer,
  type LabConditions,
  labConditions,
  oneOf,
  onOff,
  origins,
  path,
  portOrOff,
  proxies,
  publicAddresses,
  type Reading,
  secret,
  secureUrl,
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
  port: flag<number | undefined>({
    placeholder: "NUMBER",
    help: "Port to listen on; 0 takes a free one",
    standard: "3000, with --domain 443",
    fallback: undefined,
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
  domain: flag<string | undefined>({
    placeholder: "NAME",
    help: "HTTPS by itself, with a certificate for this name from Let's Encrypt, to whose terms you then agree",
    standard: "none",
    fallback: undefined,
    example: "meet.example.org",
    read: domainName,
  }),
  "http-port": flag<number | undefined>({
    placeholder: "NUMBER|off",
    help: "With --domain: port of plain HTTP, for the authority's check and for sending visitors to HTTPS",
    standard: "80",
    fallback: 80,
    example: "80",
    read: portOrOff,
  }),
  "acme-directory": flag<string>({
    placeholder: "URL",
    help: "With --domain: directory of another certificate authority",
    standard: "that of Let's Encrypt",
    fallback: "https://acme-v02.api.letsencrypt.org/directory",
    example: "https://acme-staging-v02.api.letsencrypt.org/directory",
    read: secureUrl,
  }),
  "acme-email": flag<string | undefined>({
    placeholder: "ADDRESS",
    help: "With --domain: where the authority may write to",
    standard: "none",
    fallback: undefined,
    example: "ada@example.org",
    read: email,
  }),
  "acme-ca": flag<string | undefined>({
    placeholder: "FILE",
    help: "With --acme-directory: certificate (PEM) that the authority's own HTTPS is trusted by",
    standard: "those that Node trusts",
    fallback: undefined,
    example: "/etc/parlour/authority.pem",
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
  "self-test": flag({
    placeholder: "on|off",
    help: "Whether the server looks at itself as its users would, once it is ready, and says what does not work",
    standard: "on",
    fallback: true,
    example: "off",
    read: onOff,
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
  "turn-fast-path": flag<"auto" | "off">({
    placeholder: "auto|off",
    help: "Whether the relay reads and sends UDP by many packets at once, in threads of its own: auto (where it can) or off",
    standard: "auto",
    fallback: "auto",
    example: "off",
    read: oneOf("auto", "off"),
  }),
  "turn-workers": flag({
    placeholder: "NUMBER",
    help: "Threads for the relay's UDP: as many cores as it may use",
    standard: "1",
    fallback: 1,
    example: "2",
    read: integer(1, 16),
  }),
  "turn-lab": flag<LabConditions | undefined>({
    placeholder: "CONDITIONS",
    help: "For tests: everything that goes through the relay suffers. delay and jitter in ms, loss as a share, rate in bit/s",
    standard: "none",
    fallback: undefined,
    example: "delay=80,jitter=20,loss=0.02,rate=500000",
    read: labConditions,
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
  forwarder: flag<"embedded" | "off">({
    placeholder: "embedded|off",
    help: "Whether this server passes media on where a room is too large for everyone to send to everyone",
    standard: "embedded",
    fallback: "embedded",
    example: "embedded",
    read: oneOf("embedded", "off"),
  }),
  "forwarder-port": flag<number | undefined>({
    placeholder: "NUMBER",
    help: "The one UDP port of the forwarder; 0 takes a free one",
    standard: "the same number as --port",
    fallback: undefined,
    example: "3000",
    read: integer(0, 65_535),
  }),
  "public-address": flag<readonly string[]>({
    placeholder: "ADDRESS",
    help: "Address by which the world reaches this machine, for --turn open and the forwarder; one of each family, separated by a comma",
    standard: "with --domain those of the name",
    fallback: [],
    example: "203.0.113.5",
    repeatable: true,
    read: publicAddresses,
  }),
  redis: later("URL", "Redis, for several servers that act as one"),
} as const;

/** What `--log-level` takes. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

type Flags = typeof flags;
/** The name of a flag, without its dashes. */
export type FlagName = keyof Flags;

/** The value of every flag. */
export type ServeOptions = {
  readonly [Name in FlagName]: Name extends "port" ? number : Flags[Name] extends Flag<infer T> ? T : never;
};

/** The flag's name in the environment. */
export const environmentName = (name: string): string => `PARLOUR_${name.toUpperCase().replaceAll("-", "_")}`;

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
