/** The log of the command: JSON lines on stderr, in pino's form, so that the tools made for those read them. */
import type { LogLevel } from "./flags.ts";

/** What the server logs with. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const levels = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;

/** Errors have no enumerable fields: written out, without the stack unless debugging. */
function readable(value: unknown, withStack: boolean): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack } = value;
  const code = (value as NodeJS.ErrnoException).code;
  return { type: name, message, ...(code === undefined ? {} : { code }), ...(withStack ? { stack } : {}) };
}

/**
 * A log that writes what is at `level` or above.
 *
 * @param write takes whole lines
 */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => number = Date.now): Log {
  const at = (name: "debug" | "info" | "warn" | "error") => (fields: object, message: string) => {
    if (levels[name] < levels[level]) return;
    const shown = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, readable(value, level === "debug")]),
    );
    write(`${JSON.stringify({ level: levels[name], time: now(), ...shown, msg: message })}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
