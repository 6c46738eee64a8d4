import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/**
 * scrypt (RFC 7914) as OWASP's password storage cheat sheet has it for 16 MiB: what a guess costs a thief of the data
 * folder, without letting a crowd at the door fill the server's memory.
 */
const cost = { N: 2 ** 14, r: 8, p: 5 } as const;
const saltBytes = 16;
const hashBytes = 32;
/** Parameters above these are not ours: a damaged record must not cost minutes or gigabytes. */
const most = { N: 2 ** 17, r: 16, p: 16 } as const;

/** What is kept of a room's passcode: `scrypt$N$r$p$<salt>$<hash>`, so that costs may grow later. */
export async function hashPasscode(passcode: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(passcode, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Whether this is the passcode that the hash was made of. Unreadable hashes match nothing; never throws. */
export async function verifyPasscode(passcode: string, kept: string): Promise<boolean> {
  const [kind, N, r, p, salt, hash, ...more] = kept.split("$");
  if (kind !== "scrypt" || salt === undefined || hash === undefined || more.length > 0) return false;
  const parameters = { N: Number(N), r: Number(r), p: Number(p) };
  if (!(parameters.N <= most.N && parameters.r <= most.r && parameters.p <= most.p)) return false;
  const wanted = Buffer.from(hash, "base64url");
  if (wanted.length !== hashBytes) return false;
  try {
    const given = await derive(passcode, Buffer.from(salt, "base64url"), parameters);
    return timingSafeEqual(given, wanted);
  } catch {
    // Parameters that scrypt itself refuses.
    return false;
  }
}

function derive(passcode: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  // The same passcode typed on two systems may come composed or decomposed (NFC, UAX 15).
  const text = passcode.normalize("NFC");
  return new Promise((resolve, reject) => {
    const given = { ...options, maxmem: 256 * 1024 * 1024 };
    scrypt(text, salt, hashBytes, given, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
