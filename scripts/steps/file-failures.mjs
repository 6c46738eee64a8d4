/**
 * For vitest: why test files failed as a whole, which its JSON does not say: hooks of the file or of a `describe`, what could not be loaded, a worker
 * that ended. Written to the file that PARLOUR_FILE_FAILURES names, as `{ files: { path: [message] }, outside: [message] }`.
 */
import { writeFileSync } from "node:fs";

const messageOf = (error) => {
  const { name, message, stack, cause } = error ?? {};
  const first =
    message === undefined ? String(error) : message || String(name || stack || "an error without words");
  const place = String(stack ?? "")
    .split("\n")
    .find((line) => /\.(test|fixture)\.tsx?/.test(line));
  return [first, cause?.message && `because: ${cause.message}`, place?.trim()].filter(Boolean).join("\n");
};

export default class FileFailures {
  onTestRunEnd(modules, unhandled, reason) {
    const files = {};
    for (const module of modules) {
      const why = module.errors().map(messageOf);
      for (const suite of module.children.allSuites())
        why.push(...suite.errors().map((error) => `${suite.fullName}: ${messageOf(error)}`));
      // One that never came to an end: its worker did, or the run.
      if (why.length === 0 && ["queued", "pending"].includes(module.state()))
        why.push(`it was not run to its end (the run: ${reason})`);
      if (why.length > 0) files[module.moduleId] = why;
    }
    const to = process.env.PARLOUR_FILE_FAILURES;
    if (to) writeFileSync(to, JSON.stringify({ files, outside: unhandled.map(messageOf) }));
  }
}
