import { transformWithOxc } from "vite";
import { describe, expect, it } from "vitest";
import { plan, receiveCode } from "./plan.ts";
import { codeOf } from "./source.ts";
import * as steps from "./steps.ts";

/** Without what a printer is free to choose. */
const bare = (code: string): string =>
  code
    .replace(/\/\/.*$/gm, "")
    .replace(/["'`]/g, '"')
    .replace(/[\s;]/g, "");

/** A function as it runs here: its head, and its body as the compiler printed it. */
function parts(run: (...all: never[]) => unknown): { readonly head: string; readonly body: string } {
  const text = String(run);
  const at = text.indexOf(") {") + 3;
  return { head: text.slice(0, at), body: text.slice(at, text.lastIndexOf("}")) };
}

const functions = { ...steps };

describe("the code that is shown", () => {
  it.each(Object.keys(functions) as (keyof typeof functions)[])(
    "[B8] of %s is the code that runs",
    async (name) => {
      const { head, body } = parts(functions[name]);
      const shown = codeOf(name);
      expect(shown.trim()).not.toBe("");
      // Compiled the same way: had it a type or an import in it, or were it another function's, the two would differ.
      const compiled = await transformWithOxc(`${head}\n${shown}\n}`, "shown.js");
      expect(bare(parts(new Function(`return ${compiled.code}`)() as () => void).body)).toBe(bare(body));
    },
  );

  it("[B8] is what each button runs, and nothing else is", () => {
    for (const { id, run, code } of plan) {
      expect(bare(code), id).toBe(bare(codeOf(run.name)));
      expect(code, id).not.toMatch(/\bas \w|: (?:string|number|boolean)\b|__vite|import/);
    }
    expect(receiveCode).toContain("peer.waiting.push(candidate)");
    const run = new Set(plan.map((step) => step.run.name));
    expect(Object.keys(steps).filter((name) => !run.has(name))).toEqual(["receive"]);
  });

  it("says so when it is asked for a function that is not there", () => {
    expect(() => codeOf("nothing")).toThrow("no function nothing");
  });
});
