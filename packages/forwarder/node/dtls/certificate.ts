import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";

/** What this side of DTLS shows. Browsers go by the fingerprint alone, which the answer carries (RFC 8122). */
export interface DtlsCertificate {
  /** X.509 in DER. */
  readonly der: Uint8Array;
  /** PKCS #8 in DER, so that it can be given to threads. */
  readonly privateKey: Uint8Array;
  /** `sha-256 AB:CD:…` */
  readonly fingerprint: string;
}

const lifetimeYears = 10;

/** One value of DER: tag, length, contents. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const contents = Buffer.concat(parts);
  const size = contents.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), contents]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
/** As in RFC 5280, section 4.1.2.5.2: four digits of the year. */
const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = Buffer.from("06082a8648ce3d040302", "hex");
/** 2.5.4.3 */
const commonName = Buffer.from("0603550403", "hex");

/** A new self-signed certificate (RFC 5280) with a key on P-256. `now`: ms since 1970. */
export function makeCertificate(now: number): DtlsCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from("parlour")))));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const ends = new Date(now);
  ends.setUTCFullYear(ends.getUTCFullYear() + lifetimeYears);
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    sequence(ecdsaWithSha256),
    name,
    sequence(time(new Date(now - 24 * 3_600_000)), time(ends)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", signed, privateKey);
  const bytes = sequence(signed, sequence(ecdsaWithSha256), der(0x03, Buffer.from([0]), signature));
  return {
    der: bytes,
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }),
    fingerprint: fingerprintOf(bytes, "sha-256"),
  };
}

export const privateKeyOf = (certificate: DtlsCertificate): KeyObject =>
  createPrivateKey({ key: Buffer.from(certificate.privateKey), format: "der", type: "pkcs8" });

/** As `a=fingerprint` has it (RFC 8122, section 5); `algorithm` is sha-256, sha-384 or sha-512. */
export function fingerprintOf(certificate: Uint8Array, algorithm: string): string {
  const digits = createHash(algorithm.replace("-", "")).update(certificate).digest("hex").toUpperCase();
  return `${algorithm} ${digits.match(/../g)?.join(":")}`;
}
