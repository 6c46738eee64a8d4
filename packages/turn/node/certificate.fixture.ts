import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** One value in DER (ITU-T X.690), its parts joined. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
const bits = (bytes: Uint8Array): Buffer => der(3, Buffer.of(0), bytes);
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 */
const algorithm = sequence(der(6, Buffer.from("2a8648ce3d040302", "hex")));
/** CN=localhost */
const name = sequence(
  der(0x31, sequence(der(6, Buffer.from("550403", "hex")), der(12, Buffer.from("localhost")))),
);

/** A certificate for `localhost`, signed by itself, and its key: PEM (RFC 5280). */
export function selfSigned(): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = 86_400_000;
  const body = sequence(
    der(0xa0, der(2, Buffer.of(2))),
    der(2, Buffer.of(1), randomBytes(8)),
    algorithm,
    name,
    sequence(time(Date.now() - day), time(Date.now() + day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const whole = sequence(body, algorithm, bits(sign("sha256", body, privateKey)));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString("base64")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
