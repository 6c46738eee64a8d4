/** How the server ends: the first signal asks, the second insists, and nothing takes longer than ten seconds. */

/** Drain and close have this long; what is left then is cut off. Supervisors kill after ten seconds at the earliest. */
export const endWithinMs = 9_000;

/**
 * Waits for SIGTERM or SIGINT, then runs `end`, and settles when that has, or when the time is up. A second
 * signal ends the process at once with the code shells give it.
 */
export function untilAskedToEnd(end: (signal: NodeJS.Signals) => Promise<void>): Promise<void> {
  return new Promise((done) => {
    let asked = false;
    const signalled = (code: number) => (signal: NodeJS.Signals) => {
      if (asked) process.exit(code);
      asked = true;
      // Keeps the process alive on purpose: `end` may leave nothing else that does.
      const timeUp = setTimeout(done, endWithinMs);
      end(signal)
        .catch((error: Error) => process.stderr.write(`parlour: ending went wrong: ${error.message}\n`))
        .finally(() => {
          clearTimeout(timeUp);
          done();
        });
    };
    process.on("SIGINT", signalled(130));
    process.on("SIGTERM", signalled(143));
  });
}
