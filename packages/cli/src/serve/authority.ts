/** Which certificate authority the flags ask for. */
import { readFile } from "node:fs/promises";
import type { AcmeOptions } from "@parlour/server/tls";
import type { ServeOptions } from "./flags.ts";

/**
 * What the flags ask for.
 *
 * @throws CertificateError when the file of --acme-ca can't be read
 */
export async function acmeOptions(options: ServeOptions, domain: string): Promise<AcmeOptions> {
  const file = options["acme-ca"];
  return {
    domain,
    directory: options["acme-directory"],
    email: options["acme-email"],
    ca: file === undefined ? undefined : await readAuthority(file),
    kinds: ["tls-alpn-01"],
  };
}

async function readAuthority(file: string): Promise<string> {
  const { CertificateError } = await import("@parlour/server/tls");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CertificateError(`${file} (--acme-ca) can't be read: ${error.code}.`);
  });
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new CertificateError(`${file} (--acme-ca) holds no certificate in PEM form.`);
  return text;
}
