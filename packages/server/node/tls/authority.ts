/**
 * The local certificate authority and the certificates it signs (RFC 5280).
 *
 * The authority is bound to this machine's own names by a critical name constraint, and to web servers by
 * its extended key usage: someone who steals its key can't speak for any site on the internet.
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import type { CertificatePair } from "./certificate.ts";
import {
  addressBytes,
  bitString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  tagged,
  taggedBytes,
  time,
  utf8String,
  yes,
} from "./der.ts";
import { isWithin, type SubjectNames } from "./names.ts";

const dayMs = 86_400_000;

/** How long an authority lives. Devices have to trust a new one by hand, so it is long. */
export const authorityMs = 3_653 * dayMs;

/** How long a server's certificate lives; Apple's systems refuse more than 825 days, others more than 398. */
export const certificateMs = 397 * dayMs;

/** Clocks of visitors may be behind. */
const backdatedMs = dayMs;

/** An authority with its key. */
export interface Authority extends CertificatePair {
  /** The DNS names it may speak for, with everything below them. */
  readonly permitted: readonly string[];
}

const ids = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
};

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectIdentifier(id), ...(isCritical ? [yes()] : []), octetString(value));
}

function distinguishedName(commonName: string): Buffer {
  const attribute = (id: string, text: string) => setOf(sequence(objectIdentifier(id), utf8String(text)));
  return sequence(attribute(ids.organization, "Parlour"), attribute(ids.commonName, commonName));
}

const publicKeyOf = (pem: string): Buffer =>
  new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });

/** The first 160 bits of the key's SHA-256 (RFC 7093, section 2, method 1; over the whole key info, which names it as well). */
const keyIdentifier = (spki: Buffer): Buffer => createHash("sha256").update(spki).digest().subarray(0, 20);

interface Draft {
  readonly issuer: string;
  readonly subject: string;
  readonly from: number;
  readonly until: number;
  readonly spki: Buffer;
  readonly issuerSpki: Buffer;
  readonly extensions: readonly Buffer[];
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280, section 4.1). */
function signedPem(draft: Draft, key: KeyObject): string {
  const algorithm = sequence(objectIdentifier(ids.ecdsaWithSha256));
  const serial = randomBytes(16);
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    distinguishedName(draft.issuer),
    sequence(time(new Date(draft.from)), time(new Date(draft.until))),
    distinguishedName(draft.subject),
    draft.spki,
    tagged(
      3,
      sequence(
        ...draft.extensions,
        extension(ids.extendedKeyUsage, sequence(objectIdentifier(ids.serverAuth))),
        extension(ids.subjectKeyIdentifier, octetString(keyIdentifier(draft.spki))),
        extension(ids.authorityKeyIdentifier, sequence(taggedBytes(0, keyIdentifier(draft.issuerSpki)))),
      ),
    ),
  );
  const der = sequence(body, algorithm, bitString(sign("sha256", body, key)));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function newKey(): { key: KeyObject; pem: string; spki: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    key: privateKey,
    pem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    spki: publicKey.export({ type: "spki", format: "der" }),
  };
}

/**
 * Makes an authority.
 *
 * @param machine the machine's name, shown to people who look at their list of authorities
 * @param names DNS names it shall be able to speak for; `local` is always among them
 * @param now milliseconds
 */
export function createAuthority(machine: string, names: readonly string[], now: number): Authority {
  const permitted = [...new Set([...names.filter((name) => !name.endsWith(".local")), "local"])].sort();
  const { key, pem, spki } = newKey();
  // At most 64 characters (RFC 5280, appendix A.1, ub-common-name).
  const day = new Date(now).toISOString().slice(0, 10);
  const name = `Parlour on ${machine.replaceAll(/[^\w.-]/g, "").slice(0, 32)} (${day})`;
  const subtrees = permitted.map((each) => sequence(taggedBytes(2, Buffer.from(each, "ascii"))));
  const cert = signedPem(
    {
      issuer: name,
      subject: name,
      from: now - backdatedMs,
      until: now + authorityMs,
      spki,
      issuerSpki: spki,
      extensions: [
        extension(ids.basicConstraints, sequence(yes(), integer(Buffer.from([0]))), true),
        // keyCertSign and cRLSign: bits 5 and 6.
        extension(ids.keyUsage, bitString(Buffer.from([0b0000_0110]), 1), true),
        extension(ids.nameConstraints, sequence(tagged(0, ...subtrees)), true),
      ],
    },
    key,
  );
  return { cert, key: pem, permitted };
}

/**
 * Makes a server's certificate. Names outside of what the authority may speak for are left out: one of
 * them would make the whole certificate invalid.
 */
export function issue(
  authority: Authority,
  { names, addresses }: SubjectNames,
  now: number,
): CertificatePair {
  const { pem, spki } = newKey();
  const issuer = new X509Certificate(authority.cert);
  const alternatives = [
    ...names
      .filter((name) => isWithin(name, authority.permitted))
      .map((name) => taggedBytes(2, Buffer.from(name, "ascii"))),
    ...addresses.map((address) => taggedBytes(7, addressBytes(address))),
  ];
  const cert = signedPem(
    {
      issuer: commonName(issuer),
      subject: "Parlour",
      from: now - backdatedMs,
      until: Math.min(now + certificateMs, Date.parse(issuer.validTo)),
      spki,
      issuerSpki: publicKeyOf(authority.cert),
      extensions: [
        extension(ids.basicConstraints, sequence(), true),
        // digitalSignature: bit 0.
        extension(ids.keyUsage, bitString(Buffer.from([0b1000_0000]), 7), true),
        extension(ids.subjectAltName, sequence(...alternatives)),
      ],
    },
    createPrivateKey(authority.key),
  );
  return { cert, key: pem };
}

function commonName(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "Parlour";
}
