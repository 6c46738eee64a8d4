/** `parlour doctor`: looks at a server from here, as its visitors do, and says what fails and what to do. */
import { readFile } from "node:fs/promises";
import { findingLines, findings, isFine, type Target, verdict } from "@parlour/cli/checks";
import { look, standardTimeoutMs } from "../checks/look.ts";
import { targetOf } from "../checks/target.ts";
import { exitCodes } from "../exit-codes.ts";
import { ownUrl } from "../serve/reach.ts";
import { readFlags } from "../serve/read-flags.ts";

const help = `parlour doctor: what works of a server, from where you are, and what to do about the rest.

Usage: parlour doctor [URL] [--json] [--ca FILE]

  URL         the address that people open, with its path if it has one; by default the one of this machine's
              settings (PARLOUR_…), or http://localhost:3000
  --json      the results as JSON, on stdout
  --ca FILE   certificate (PEM) of an authority to trust, as /ca.pem of a server with --tls self
  --help      this text

It opens the page and a room of its own, and has the relay pass data over UDP, TCP and TLS.
Exit code: 0 when nothing fails, 1 when something does, 2 when it was asked for wrongly.
`;

/** What the command line asks for. A `problem` is one line for the person who typed it. */
type Request =
  | { readonly kind: "look"; readonly target: Target; readonly isJson: boolean; readonly caFile?: string }
  | { readonly kind: "help" }
  | { readonly kind: "problem"; readonly line: string };

/** Reads the arguments after `doctor`. */
export function readRequest(words: readonly string[], environment: NodeJS.ProcessEnv): Request {
  const problem = (line: string): Request => ({ kind: "problem", line });
  const rest = [...words];
  let [address, caFile, isJson]: [string | undefined, string | undefined, boolean] = [
    undefined,
    undefined,
    false,
  ];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--help" || word === "-h") return { kind: "help" };
    if (word === "--json") isJson = true;
    else if (word === "--ca" || word.startsWith("--ca=")) {
      caFile = word.startsWith("--ca=") ? word.slice(5) : rest.shift();
      if (caFile === undefined || caFile === "" || caFile.startsWith("--"))
        return problem("--ca needs a value, for example: --ca ca.pem");
    } else if (word.startsWith("-"))
      return problem(`There is no flag ${word}. parlour doctor --help lists all flags.`);
    else if (address !== undefined) return problem(`One address at a time: ${address} or ${word}.`);
    else address = word;
  }
  const target = address === undefined ? ownTarget(environment) : targetOf(address);
  if (target === undefined)
    return problem(
      `"${address}" is not the address of a server. For example: parlour doctor https://meet.example.org`,
    );
  return { kind: "look", target, isJson, ...(caFile === undefined ? {} : { caFile }) };
}

/** The server of this machine's settings. */
function ownTarget(environment: NodeJS.ProcessEnv): Target | undefined {
  const settings = readFlags([], environment);
  if (settings.kind !== "serve") return targetOf("http://localhost:3000");
  const { port, host, domain, tls } = settings.options;
  const scheme = domain === undefined && tls === "off" ? "http" : "https";
  return targetOf(ownUrl({ scheme, port, host, domain, interfaces: {} }));
}

/**
 * Runs it.
 *
 * @param words the command line after `doctor`
 * @returns the exit code
 */
export async function doctor(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const request = readRequest(words, environment);
  if (request.kind === "help") {
    process.stdout.write(help);
    return exitCodes.fine;
  }
  if (request.kind === "problem") {
    process.stderr.write(`parlour: ${request.line}\n`);
    return exitCodes.misused;
  }
  const { target, isJson, caFile } = request;
  let ca: readonly string[] | undefined;
  if (caFile !== undefined) {
    try {
      ca = [await readFile(caFile, "utf8")];
    } catch (error) {
      process.stderr.write(
        `parlour: ${caFile} (--ca) can't be read: ${(error as NodeJS.ErrnoException).code}.\n`,
      );
      return exitCodes.failed;
    }
  }
  if (!isJson) process.stdout.write(`${target.url}\n`);
  const facts = await look(target, "outside", { ca, timeoutMs: standardTimeoutMs });
  const all = findings(facts);
  const ok = isFine(all);
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ url: target.url, ok, version: facts.ownVersion, findings: all }, null, 2)}\n`
      : `${[...all.flatMap(findingLines), "", verdict(all)].join("\n")}\n`,
  );
  return ok ? exitCodes.fine : exitCodes.failed;
}
