/** Runs the real command, from its sources, and keeps what it says: tests read as transcripts. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const command = [
  "--import",
  `${repository}scripts/typescript/register.mjs`,
  `${repository}packages/cli/bin/parlour.mjs`,
];

/** A command that ran, or runs. */
export interface Transcript {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const running = new Set<ChildProcess>();

/** Starts `parlour …words` with these variables and no other PARLOUR_ ones; it looks at itself only when it is asked to. */
export function parlour(words: readonly string[], variables: NodeJS.ProcessEnv = {}): Transcript {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PARLOUR|VITEST|NODE_OPT)/.test(name)),
  );
  const child = spawn(process.execPath, [...command, ...words], {
    env: { ...env, PARLOUR_SELF_TEST: "off", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once("close", (code, signal) => {
      running.delete(child);
      done(signal ?? code);
    });
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** The URL of the ready line, once it is there. */
export function ready({ child, stdout, stderr, ended }: Transcript): Promise<string> {
  return new Promise((done, failed) => {
    const look = () => {
      const url = /^Parlour is ready at (\S+)$/m.exec(stdout())?.[1];
      if (url !== undefined) done(url);
    };
    child.stdout?.on("data", look);
    look();
    ended.then((code) =>
      failed(new Error(`It ended with ${code} before it was ready: ${stdout()}${stderr()}`)),
    );
  });
}

/** Ends what tests left running. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const ended = new Promise((done) => child.once("close", done));
      child.kill("SIGKILL");
      return ended;
    }),
  );
}
