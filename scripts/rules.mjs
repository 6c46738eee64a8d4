/**
 * Ties the numbered rules of docs/spec to tests: `- **[R7]** text` there, `it("[R7] …")` here.
 *
 * Fails on a rule without a test, on a test that names an unknown rule and on a number given twice.
 * A test may carry several: `it("[R7][R8] …")`.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./steps/run.mjs";
import { files } from "./steps/sources.mjs";

const rulePattern = /^\s*[-*] \*\*\[([A-Z]+\d+)\]\*\*/;
/** The opening quote of a title, then its rules. */
const titlePattern = /["'`]((?:\[[A-Z]+\d+\][ ,]*)+)/g;

/** What a rule file says: [number, line] in order. */
export function rulesIn(text) {
  return text.split("\n").flatMap((line, index) => {
    const match = rulePattern.exec(line);
    return match ? [{ rule: match[1], line: index + 1 }] : [];
  });
}

/** The rules that the titles of a test file name. */
export function rulesNamedIn(text) {
  return text
    .split("\n")
    .flatMap((line, index) =>
      [...line.matchAll(titlePattern)].flatMap((match) =>
        [...match[1].matchAll(/[A-Z]+\d+/g)].map(([rule]) => ({ rule, line: index + 1 })),
      ),
    );
}

/**
 * Compares rules with tests.
 *
 * @param {{ path: string, text: string }[]} specs
 * @param {{ path: string, text: string }[]} tests
 * @returns {{ complaints: string[], rules: number }}
 */
export function compare(specs, tests) {
  const complaints = [];
  const rules = new Map();
  for (const { path, text } of specs)
    for (const { rule, line } of rulesIn(text)) {
      const where = `${path}:${line}`;
      if (rules.has(rule))
        complaints.push(`${where} [${rule}] is a number already taken by ${rules.get(rule)}`);
      else rules.set(rule, where);
    }
  const tested = new Set();
  for (const { path, text } of tests)
    for (const { rule, line } of rulesNamedIn(text)) {
      tested.add(rule);
      if (!rules.has(rule))
        complaints.push(`${path}:${line} names [${rule}], which no file in docs/spec has`);
    }
  for (const [rule, where] of rules) if (!tested.has(rule)) complaints.push(`${where} [${rule}] has no test`);
  return { complaints, rules: rules.size };
}

function read(folders, pattern) {
  return folders.flatMap((folder) =>
    [...files(join(root, folder))]
      .map((path) => relative(root, path))
      .filter((path) => pattern.test(path))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { complaints, rules } = compare(
    read(["docs/spec"], /\.md$/),
    read(["packages", "apps", "examples", "e2e", "scripts"], /\.test\.(ts|tsx|mjs)$|^e2e\/.*\.ts$/),
  );
  for (const complaint of complaints) console.log(complaint);
  if (complaints.length === 0) console.log(`${rules} rules, each with a test.`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
