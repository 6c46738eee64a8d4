import { spoken, words } from "../../words/words.ts";

/** Sizes as systems show them: 1 kB is 1000 bytes. */
const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function scaled(bytes: number): readonly [value: number, unit: (typeof units)[number]] {
  let value = bytes;
  let step = 0;
  // What would be rounded to 1000 is shown as 1 of the next.
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return [value, units[step] as (typeof units)[number]];
}

function shown(value: number, unit: string): string {
  const digits = value >= 100 || unit.startsWith("byte") ? 0 : value >= 10 ? 1 : 2;
  return new Intl.NumberFormat(spoken().code, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: digits,
  }).format(value);
}

/** `1.25 GB` */
export function sizeText(bytes: number): string {
  const [value, unit] = scaled(bytes);
  return shown(value, unit);
}

/** `18.2 MB/s` */
export function speedText(bytesPerSecond: number): string {
  const [value, unit] = scaled(Math.max(bytesPerSecond, 1000));
  return shown(value, `${unit}-per-second`);
}

/** `3 minutes`, in steps that don't jump with every second. Undefined for what is too far away to be told. */
export function timeText(seconds: number): string | undefined {
  if (!Number.isFinite(seconds) || seconds > 7 * 86_400) return undefined;
  const [value, unit] =
    seconds < 90
      ? [Math.max(10, Math.ceil(seconds / 10) * 10), "second"]
      : seconds < 90 * 60
        ? [Math.round(seconds / 60), "minute"]
        : seconds < 36 * 3600
          ? [Math.round(seconds / 360) / 10, "hour"]
          : [Math.round(seconds / 86_400), "day"];
  return new Intl.NumberFormat(spoken().code, {
    style: "unit",
    unit: unit as string,
    unitDisplay: "long",
    maximumFractionDigits: 1,
  }).format(value as number);
}

/** What is left of it, as a sentence's part. */
export function leftText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  if (seconds < 5) return words.files.soon;
  const time = timeText(seconds);
  return time === undefined ? undefined : words.files.left(time);
}

/** `45 %`, never 100 before it is all there. */
export function shareText(bytes: number, total: number): string {
  const share = total === 0 ? 1 : bytes >= total ? 1 : Math.min(0.99, bytes / total);
  return new Intl.NumberFormat(spoken().code, { style: "percent", maximumFractionDigits: 0 }).format(share);
}
