/** Which command is meant; what becomes of errors that nobody expected. */

import { exitCodes } from "./exit-codes.ts";

const help = `parlour: a room on the web that you open by a link.

Usage: parlour serve [flags]
       parlour doctor [URL]

Commands:
  serve       the server and its page (parlour serve --help lists the flags)
  doctor      what works of a server, seen from here, and what to do about the rest
  --version   the version
  --help      this text
`;

const later = new Set(["send", "receive"]);

/**
 * Runs the command. Sets the exit code; the process ends when nothing is left to do.
 *
 * @param words the command line after `parlour`
 */
export async function main(words: readonly string[]): Promise<void> {
  catchTheRest();
  const [command, ...rest] = words;
  if (command === "serve") {
    const { serve } = await import("./serve/serve.ts");
    process.exitCode = await serve(rest, process.env);
    return;
  }
  if (command === "doctor") {
    const { doctor } = await import("./doctor/doctor.ts");
    process.exitCode = await doctor(rest, process.env);
    return;
  }
  if (command === undefined || command === "--help" || command === "-h" || command === "help") {
    process.stdout.write(help);
    return;
  }
  if (command === "--version" || command === "-v") {
    const { version } = await import("./version.ts");
    process.stdout.write(`${version()}\n`);
    return;
  }
  process.exitCode = exitCodes.misused;
  process.stderr.write(
    later.has(command)
      ? `parlour: "${command}" is not available in this version of Parlour.\n`
      : `parlour: There is no command "${command}". parlour --help lists the commands.\n`,
  );
}

/**
 * What nobody caught is a bug: people get one line, those who look for it (PARLOUR_LOG_LEVEL=debug or
 * --log-level debug) the stack as well. The process ends: rooms are in the data folder, and a supervisor starts it again.
 */
function catchTheRest(): void {
  const end = (error: unknown) => {
    const asked =
      process.env["PARLOUR_LOG_LEVEL"] === "debug" || process.argv.join(" ").includes("log-level debug");
    const words = error instanceof Error ? error.message : String(error);
    const stack = asked && error instanceof Error ? `\n${error.stack}` : "";
    process.stderr.write(
      `parlour: This should not have happened, and ends the program: ${words.split("\n")[0]} (--log-level debug shows more)${stack}\n`,
    );
    process.exit(exitCodes.failed);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}
