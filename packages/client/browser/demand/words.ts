import { type DemandWord, demandVerbs } from "../../core/demand/demand.ts";

/** How many links two pages may have had: far more than there is time for. */
const most = 1_000_000;

/** `{ "end": 3 }`: a verb, and which link it is about. */
export function encodeWord({ verb, number }: DemandWord): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ [verb]: number }));
}

/** Undefined when this is none. */
export function decodeWord(bytes: Uint8Array): DemandWord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const [[verb, number] = [], more] = Object.entries(value);
  const known = demandVerbs.find((each) => each === verb);
  if (!known || more || !Number.isInteger(number) || number < 1 || number > most) return undefined;
  return { verb: known, number };
}
