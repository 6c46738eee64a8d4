/// <reference types="vite/client" />
/** The text of a function of `steps.ts`, for reading: its body, as it stands in the file, moved to the left. */
import file from "./steps.ts?raw";

/** @throws Error when the file has no such function */
export function codeOf(name: string): string {
  const begin = new RegExp(`^export async function ${name}\\(.*\\) \\{\\n`, "m").exec(file);
  if (begin === null) throw new Error(`steps.ts has no function ${name}.`);
  const from = begin.index + begin[0].length;
  const body = file.slice(from, file.indexOf("\n}\n", from));
  return body.replace(/^ {2}/gm, "");
}
