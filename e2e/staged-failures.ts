/**
 * The twelve failures that have to show their cause, and the file in which each is staged with real browsers: here, behind real NATs (`nat-lab`),
 * wherever it takes networks to stage it. `tests/staged-failures.test.ts` sees to it that none is missing.
 */
export const stagedFailures = {
  "UDP blocked": "nat-lab/refusals.test.ts",
  "relay unreachable": "tests/staged-failures.test.ts",
  "relay refuses": "nat-lab/refusals.test.ts",
  "only .local candidates": "nat-lab/staged-failures.test.ts",
  "one-way block": "nat-lab/staged-failures.test.ts",
  "other side's page frozen": "tests/staged-failures.test.ts",
  "wrong key": "tests/staged-failures.test.ts",
  "server away": "tests/staged-failures.test.ts",
  "NAT forgot": "nat-lab/staged-failures.test.ts",
  "no common codec": "tests/staged-failures.test.ts",
  "no device": "tests/staged-failures.test.ts",
  "candidates dropped": "tests/staged-failures.test.ts",
} as const;

/** For the title of the test that stages it. */
export const staged = (failure: keyof typeof stagedFailures): string => `staged failure: ${failure}`;
