import { readFileSync } from "node:fs";

/** The kernel counts processor time in hundredths of a second (`man 5 proc`). */
const clockTickMs = 10;

/** Processor time that a thread has used, by its place below `/proc`; undefined where the system does not say it. */
export function cpuMsOf(task: string): number | undefined {
  try {
    const fields = readFileSync(`/proc/${task}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * clockTickMs;
  } catch {
    return undefined;
  }
}
