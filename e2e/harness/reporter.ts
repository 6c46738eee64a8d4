import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** One line per test as it ends, every failure again at the end in one screen, then the count that scripts read. */
export default class OneScreenReporter implements Reporter {
  #failures: string[] = [];
  #passed = 0;
  #failed = 0;
  #root = "";

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "skipped") {
      process.stdout.write(`- ${titleOf(test)} (skipped)\n`);
      return;
    }
    const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1);
    const isPassed = result.state === "passed";
    process.stdout.write(`${isPassed ? "✓" : "✗"} ${titleOf(test)} (${seconds} s)\n`);
    if (isPassed) this.#passed++;
    else this.#fail(titleOf(test), result.errors ?? []);
  }

  onTestModuleEnd(module: TestModule): void {
    // A file that could not be loaded, or whose hooks failed, has no test that says so.
    const errors = [
      ...module.errors(),
      ...[...module.children.allSuites()].flatMap((suite) => [...suite.errors()]),
    ];
    if (errors.length > 0) this.#fail(module.relativeModuleId, errors);
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    if (unhandled.length > 0) this.#fail("outside of any test", unhandled);
    if (this.#failures.length > 0) process.stdout.write(`\nFailed:\n\n${this.#failures.join("\n\n")}\n`);
    process.stdout.write(`\n${this.#passed} passed, ${this.#failed} failed\n`);
  }

  #fail(title: string, errors: readonly unknown[]): void {
    this.#failed++;
    const [first] = errors as { message?: string; stack?: string; cause?: { message?: string } }[];
    const place = first?.stack?.split("\n").find((line) => line.includes(".test.ts"));
    this.#failures.push(
      [
        `✗ ${title}`,
        ...(first?.message ?? String(first)).split("\n").slice(0, 8),
        ...(first?.cause?.message === undefined ? [] : [`because: ${first.cause.message.split("\n")[0]}`]),
        ...(place === undefined ? [] : [place.trim().replace(`${this.#root}/`, "")]),
      ].join("\n    "),
    );
    process.stdout.write(`    ${(first?.message ?? String(first)).split("\n")[0]}\n`);
  }
}

function titleOf(test: TestCase): string {
  const file = test.module.relativeModuleId.replace(/^tests\//, "").replace(/\.test\.ts$/, "");
  return `${file} › ${test.fullName}`;
}
