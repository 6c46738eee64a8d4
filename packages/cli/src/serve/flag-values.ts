/** What the text of a flag means, by kind of flag. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import { domainToASCII } from "node:url";

/** What a flag's text came to: a value, or what it must be ("a number from 0 to 65535"). */
export type Reading<T> = { readonly value: T } | { readonly wanted: string };

export function integer(from: number, to: number): (text: string) => Reading<number> {
  return (text) => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= from && value <= to
      ? { value }
      : { wanted: `a whole number from ${from} to ${to}` };
  };
}

export function oneOf<T extends string>(...values: readonly T[]): (text: string) => Reading<T> {
  return (text) => {
    const value = values.find((each) => each === text);
    return value === undefined ? { wanted: `one of ${values.join(", ")}` } : { value };
  };
}

const yes = new Set(["on", "true", "yes", "1"]);
const no = new Set(["off", "false", "no", "0"]);

export function onOff(text: string): Reading<boolean> {
  if (yes.has(text)) return { value: true };
  return no.has(text) ? { value: false } : { wanted: "on or off" };
}

export const path = (text: string): Reading<string | undefined> => ({ value: resolve(text) });

export function hours(text: string): Reading<number> {
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value <= 8760
    ? { value }
    : { wanted: "a number of hours from 0 to 8760" };
}

export function proxies(text: string): Reading<boolean | readonly string[]> {
  if (yes.has(text) || no.has(text)) return { value: yes.has(text) };
  const value = text.split(",").map((each) => each.trim());
  const areRanges = value.every((range) => {
    const [address = "", bits, ...more] = range.split("/");
    const family = isIP(address);
    if (family === 0 || more.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  });
  return areRanges ? { value } : { wanted: "on, off, or addresses and ranges separated by commas" };
}

export function origins(text: string): Reading<readonly string[]> {
  const value: string[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    if (part !== "*" && (!URL.canParse(part) || new URL(part).origin !== part))
      return { wanted: "an origin (scheme, host and port, nothing after them), or * for all" };
    value.push(part);
  }
  return { value };
}

export function iceUrls(text: string): Reading<readonly string[]> {
  const value = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const host = String.raw`(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?`;
  // RFC 7064 and RFC 7065: no slashes, and STUN knows no transport.
  const url = new RegExp(`^(?:stuns?:${host}|turns?:${host}(?:\\?transport=(?:udp|tcp))?)$`);
  return value.length > 0 && value.every((each) => url.test(each))
    ? { value }
    : {
        wanted: "a URL such as stun:HOST:PORT, turn:HOST:PORT?transport=udp or turns:HOST:PORT?transport=tcp",
      };
}

export function publicAddresses(text: string): Reading<readonly string[]> {
  const value = text.split(",").map((each) => each.trim());
  const families = value.map((each) => isIP(each));
  return families.every((family) => family !== 0) && new Set(families).size === families.length
    ? { value }
    : { wanted: "an IP address, or one IPv4 and one IPv6 address" };
}

export function secret(text: string): Reading<string | undefined> {
  return text.length >= 16 ? { value: text } : { wanted: "at least 16 characters that nobody guesses" };
}

/** A name in the public DNS: a certificate authority gives nothing for others. */
export function domainName(text: string): Reading<string | undefined> {
  const value = domainToASCII(text).replace(/\.$/, "");
  const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  const isName = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+${label}$`).test(value) && !/\.\d+$/.test(value);
  return isName ? { value } : { wanted: "a domain name, without scheme and port" };
}

export function portOrOff(text: string): Reading<number | undefined> {
  if (text === "off") return { value: undefined };
  const reading = integer(0, 65_535)(text);
  return "value" in reading ? reading : { wanted: `${reading.wanted}, or off` };
}

export function secureUrl(text: string): Reading<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" ? { value: url.href } : { wanted: "a URL that begins with https://" };
}

export function email(text: string): Reading<string | undefined> {
  return /^[^\s@,;:<>?]+@[^\s@,;:<>?]+\.[^\s@,;:<>?]+$/.test(text)
    ? { value: text }
    : { wanted: "an e-mail address" };
}

/** What `--turn-lab` does to packets: milliseconds, a share, bits per second. */
export interface LabConditions {
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly bitsPerSecond?: number;
}
const labFields = {
  delay: { name: "delayMs", most: 5000 },
  jitter: { name: "jitterMs", most: 5000 },
  loss: { name: "loss", most: 1 },
  rate: { name: "bitsPerSecond", most: 1e9 },
} as const;

export function labConditions(text: string): Reading<LabConditions> {
  const value: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [, word = "", digits] = /^([a-z]+)=(\d+(?:\.\d+)?)$/.exec(part.trim()) ?? [];
    const field = Object.hasOwn(labFields, word) ? labFields[word as keyof typeof labFields] : undefined;
    if (field === undefined || Number(digits) > field.most)
      return {
        wanted:
          "delay=MS, jitter=MS (to 5000), loss=SHARE (0 to 1) or rate=BITS (to 1000000000), separated by commas",
      };
    value[field.name] = Number(digits);
  }
  return { value };
}
