import type { Packer, Unpacker } from "./packing.ts";

/** An address as candidates name it: IPv4, IPv6, the made-up name that hides one (`UUID.local`), or another name. */
const forms = { ipv4: 0, ipv6: 1, hidden: 2, named: 3 } as const;
type Form = (typeof forms)[keyof typeof forms];

export interface PackedAddress {
  readonly form: Form;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const hiddenName = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\.local$/i;

/** Whether only the machine's own network can find out what it stands for (draft-ietf-mmusic-mdns-ice-candidates). */
export const isHidden = (address: string): boolean => address.endsWith(".local");

/** Undefined when it is no address. */
export function packAddress(address: string): PackedAddress | undefined {
  const four = ipv4(address);
  if (four) return { form: forms.ipv4, bytes: four };
  const hidden = hiddenName.exec(address);
  if (hidden) return { form: forms.hidden, bytes: fromHex(hidden.slice(1).join("")) };
  const six = ipv6(address);
  if (six) return { form: forms.ipv6, bytes: six };
  return /^[a-z0-9][a-z0-9.-]{0,62}$/i.test(address)
    ? { form: forms.named, bytes: Uint8Array.from(address, (letter) => letter.charCodeAt(0)) }
    : undefined;
}

export function writeAddress(pack: Packer, { form, bytes }: PackedAddress): void {
  if (form === forms.named) pack.number(bytes.length, 1);
  pack.bytes(bytes);
}

export function readAddress(unpack: Unpacker, form: number): string | undefined {
  switch (form) {
    case forms.ipv4:
      return unpack.bytes(4).join(".");
    case forms.ipv6:
      return ipv6Text(unpack.bytes(16));
    case forms.hidden:
      return `${toHex(unpack.bytes(16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}.local`;
    default: {
      const name = String.fromCharCode(...unpack.bytes(unpack.number(1)));
      return packAddress(name)?.form === forms.named ? name : undefined;
    }
  }
}

function ipv4(text: string): Uint8Array<ArrayBuffer> | undefined {
  const parts = text.split(".");
  const isSound = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isSound ? Uint8Array.from(parts, Number) : undefined;
}

/** RFC 4291, section 2.2; without a zone. */
function ipv6(text: string): Uint8Array<ArrayBuffer> | undefined {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return undefined;
  const [front = [], back = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - front.length - back.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...front, ...Array<string>(missing).fill("0"), ...back];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return fromHex(groups.map((group) => group.padStart(4, "0")).join(""));
}

/** The longest run of zeros is left out (RFC 5952, section 4.2). */
function ipv6Text(bytes: Uint8Array): string {
  const groups = (toHex(bytes).match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ""));
  const runs = `:${groups.join(":")}:`.match(/(?::0)+(?=:)/g) ?? [];
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), "");
  const text = groups.join(":");
  if (longest.length < 4) return text;
  const [before = "", after = ""] = splitOnce(`:${text}:`, `${longest}:`);
  return `${before.slice(1)}::${after.slice(0, -1)}`;
}

function splitOnce(text: string, by: string): readonly string[] {
  const at = text.indexOf(by);
  return [text.slice(0, at), text.slice(at + by.length)];
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
