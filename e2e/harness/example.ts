import { spawn } from "node:child_process";
import { forgetProcess, noteProcess } from "./scratch.ts";
import { cleanEnvironment, projectRoot } from "./server.ts";
import { within } from "./waiting.ts";

/** Starts an example as its README says (`npm run example` runs this very file) on a free port. */
export async function startExample(name: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, ["server.mjs"], {
    cwd: `${projectRoot}examples/${name}`,
    env: { ...cleanEnvironment(), PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid !== undefined) noteProcess(pid);
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = await within(
    `the example ${name} to be ready`,
    new Promise<string>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        output += chunk.toString();
        const found = /is ready at (\S+)/.exec(output);
        if (found?.[1] !== undefined) resolve(found[1]);
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      void ended.then((code) => reject(new Error(`${name} ended with ${code}: ${output}`)));
    }),
  );
  return {
    url,
    async close() {
      child.kill("SIGTERM");
      await within(`${name} to end`, ended, 8000).catch(() => child.kill("SIGKILL"));
      if (pid !== undefined) forgetProcess(pid);
    },
  };
}
