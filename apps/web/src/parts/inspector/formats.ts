import { spoken } from "../../words/words.ts";

/** Figures with their units, in the page's language. */
export function formats() {
  const { code } = spoken();
  const number = (most: number) => new Intl.NumberFormat(code, { maximumFractionDigits: most });
  const [whole, one] = [number(0), number(1)];
  const percent = new Intl.NumberFormat(code, { style: "percent", maximumFractionDigits: 1 });
  return {
    rate: (bits: number) =>
      bits >= 1_000_000 ? `${one.format(bits / 1_000_000)} Mbit/s` : `${one.format(bits / 1_000)} kbit/s`,
    ms: (value: number) => `${one.format(value)} ms`,
    percent: (value: number) => percent.format(value),
    plain: (value: number) => one.format(value),
    pixels: (value: number) => `${whole.format(value)} px`,
    bytes: (value: number) => `${whole.format(value)} B`,
  };
}
