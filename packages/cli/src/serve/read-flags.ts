/** From arguments and environment to the values of the flags, or to one line on what is wrong with them. */
import { environmentName, type Flag, type FlagName, flags, type ServeOptions } from "./flags.ts";

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
  const request = readValues(texts);
  return request.kind === "serve" ? (labDisagreement(request.options, environment) ?? request) : request;
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
  values["port"] ??= values["domain"] === undefined ? 3000 : 443;
  const options = values as unknown as ServeOptions;
  return disagreement(options) ?? { kind: "serve", options };
}

/** Flags that are right one by one but not together. */
function disagreement(options: ServeOptions): ServeRequest | undefined {
  const { tls, cert, key, domain } = options;
  if (domain !== undefined && tls !== "off")
    return problem(`--domain gets its own certificate: leave out --tls ${tls}, or --domain.`);
  const forDomain = (["acme-email", "acme-ca"] as const).find((name) => options[name] !== undefined);
  if (domain === undefined && forDomain !== undefined)
    return problem(`--${forDomain} works only with --domain NAME; add it.`);
  if (tls === "files") {
    if (cert === undefined) return problem("--tls files needs the certificate's file: --cert FILE");
    if (key === undefined) return problem("--tls files needs the private key's file: --key FILE");
  } else if (cert !== undefined || key !== undefined) {
    return problem(`--${cert === undefined ? "key" : "cert"} works only with --tls files; add it.`);
  }
  return relayDisagreement(options);
}

/** A network that is bad on purpose is nothing for people. */
function labDisagreement(options: ServeOptions, environment: NodeJS.ProcessEnv): ServeRequest | undefined {
  if (options["turn-lab"] === undefined) return undefined;
  const { turn, domain } = options;
  if (turn !== "closed" && turn !== "open")
    return problem("--turn-lab works only with this server's own relay: --turn closed or open.");
  if (domain !== undefined || environment["NODE_ENV"] === "production")
    return problem(
      "--turn-lab makes calls bad on purpose and is refused in production (--domain, or NODE_ENV=production). Leave it out.",
    );
  return undefined;
}

function relayDisagreement({ turn, domain, ...options }: ServeOptions): ServeRequest | undefined {
  const urls = options["turn-url"];
  if (turn === "open" && options["public-address"].length === 0 && domain === undefined)
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
