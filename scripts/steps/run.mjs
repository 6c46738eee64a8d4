/** Running programs from the scripts: where things are, and one way to start something and wait for it. */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const tool = (...path) => join(root, "node_modules", ...path);

/** The tools of the repository as [program, …arguments], run without npx so that nothing is looked up or downloaded. */
export const tools = {
  tsc: [process.execPath, tool("typescript", "bin", "tsc")],
  biome: [process.execPath, tool("@biomejs", "biome", "bin", "biome")],
  vite: [process.execPath, tool("vite", "bin", "vite.js")],
  vitest: [process.execPath, tool("vitest", "vitest.mjs")],
  script: (name) => [process.execPath, join(root, "scripts", name)],
};

/**
 * Runs a program in the repository's folder and waits for its end.
 *
 * @param {string[]} command program and arguments
 * @param {{ stream?: boolean | ((chunk: Buffer) => void), env?: Record<string, string>, cwd?: string, silenceMs?: number, end?: (pid: number) => unknown }} [options]
 *   `stream`: its output goes to the terminal as it comes, or to a function (and is returned as well); otherwise it is only returned.
 *   `end`: ends it when nothing was heard of it for `silenceMs`.
 * @returns {Promise<{ ok: boolean, code: number, output: string, ms: number }>}
 */
export function run(command, { stream = false, env = {}, cwd = root, silenceMs, end: endIt } = {}) {
  const started = performance.now();
  return new Promise((done) => {
    const [program, ...rest] = command;
    const child = spawn(program, rest, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    let silence;
    const listen = () => {
      clearTimeout(silence);
      if (silenceMs !== undefined) silence = setTimeout(endSilent, silenceMs);
    };
    const endSilent = () => {
      keep(process.stderr)(Buffer.from(`nothing was heard for ${silenceMs / 1000} s: ended\n`));
      endIt(child.pid);
    };
    const keep = (to) => (chunk) => {
      listen();
      chunks.push(chunk);
      if (typeof stream === "function") stream(chunk);
      else if (stream) to.write(chunk);
    };
    child.stdout.on("data", keep(process.stdout));
    child.stderr.on("data", keep(process.stderr));
    listen();
    const end = (code, extra = "") => {
      clearTimeout(silence);
      done({
        ok: code === 0,
        code,
        output: Buffer.concat(chunks).toString("utf8") + extra,
        ms: performance.now() - started,
      });
    };
    child.on("error", (error) => end(127, `${program}: ${error.message}\n`));
    child.on("close", (code, signal) => end(code ?? 1, signal ? `ended by ${signal}\n` : ""));
  });
}

/**
 * The output of something that runs beside what has the terminal: it waits until `release`, and from then on goes there as it comes.
 *
 * @returns {{ write: (chunk: Buffer | string) => void, release: () => void }}
 */
export function heldOutput() {
  let held = [];
  return {
    write: (chunk) => (held === undefined ? process.stdout.write(chunk) : held.push(chunk)),
    release() {
      for (const chunk of held ?? []) process.stdout.write(chunk);
      held = undefined;
    },
  };
}

/** "1.2 s" */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Ends the script with one line on stderr. */
export function fail(line, code = 1) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}
