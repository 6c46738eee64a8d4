/** `--tls self`: an authority made once and kept, and a certificate of its for the addresses of the moment. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { join } from "node:path";
import { type Authority, createAuthority, issue } from "./authority.ts";
import {
  CertificateError,
  type CertificatePair,
  type CertificateSource,
  type SourceEvents,
} from "./certificate.ts";
import { keepFile, keptFile } from "./kept-file.ts";
import { isWithin, machineAddresses, machineNames, type SubjectNames } from "./names.ts";

/** A certificate is replaced when less than this is left of it. */
export const renewBeforeMs = 30 * 86_400_000;

/** How often addresses and dates are looked at while the server runs. */
const lookEveryMs = 30_000;

/** What the machine is like; replaced by tests. */
export interface Machine {
  readonly hostname: () => string;
  readonly interfaces: () => NodeJS.Dict<readonly NetworkInterfaceInfo[]>;
  readonly now: () => number;
}

const thisMachine: Machine = { hostname, interfaces: networkInterfaces, now: Date.now };

/**
 * Opens the authority in `folder`, or makes it, and sees to it that there is a fitting certificate.
 *
 * @param folder made when missing; its files are readable by their owner alone
 * @throws CertificateError when what lies there can't be used; it is never replaced silently, since every
 *   device would have to trust the new authority
 */
export function openSelfSigned(
  folder: string,
  events: SourceEvents,
  machine: Machine = thisMachine,
): CertificateSource & { readonly authority: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = { authority: join(folder, "authority.json"), server: join(folder, "server.json") };
  let authority = readAuthority(files.authority);
  if (authority === undefined || left(authority.cert, machine.now()) < renewBeforeMs) {
    if (authority !== undefined)
      events.notable(
        "The local certificate authority had grown old and was replaced: every device has to trust the new one.",
      );
    authority = createAuthority(machine.hostname(), machineNames(machine.hostname()), machine.now());
    keepFile(files.authority, authority);
  }
  const signer = authority;
  const wanted = (): SubjectNames => ({
    names: machineNames(machine.hostname()).filter((name) => isWithin(name, signer.permitted)),
    addresses: machineAddresses(machine.interfaces()),
  });
  const renewed = (): CertificatePair => {
    const pair = issue(signer, wanted(), machine.now());
    keepFile(files.server, pair);
    return pair;
  };
  const old = readPair(files.server);
  let pair = old !== undefined && fits(old, signer, wanted(), machine.now()) ? old : renewed();

  const check = async () => {
    if (fits(pair, signer, wanted(), machine.now())) return;
    pair = renewed();
    events.changed(pair);
  };
  const timer = setInterval(() => {
    check().catch((error: Error) => events.notable(`The certificate could not be renewed: ${error.message}`));
  }, lookEveryMs);
  timer.unref();
  return {
    get pair() {
      return pair;
    },
    authority: signer.cert,
    check,
    close: () => clearInterval(timer),
  };
}

const left = (cert: string, now: number) => Date.parse(new X509Certificate(cert).validTo) - now;

/** Whether a certificate is this authority's, lives long enough, and is good for all that is wanted (more does no harm). */
function fits(
  pair: CertificatePair,
  authority: Authority,
  { names, addresses }: SubjectNames,
  now: number,
): boolean {
  const certificate = new X509Certificate(pair.cert);
  return (
    certificate.verify(new X509Certificate(authority.cert).publicKey) &&
    Date.parse(certificate.validTo) - now >= renewBeforeMs &&
    names.every((name) => certificate.checkHost(name) !== undefined) &&
    addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}

function readAuthority(file: string): Authority | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { cert, key, permitted } = JSON.parse(readFileSync(file, "utf8")) as Authority;
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) || !Array.isArray(permitted))
      throw new Error("certificate and key do not belong together");
    return { cert, key, permitted };
  } catch (error) {
    throw new CertificateError(
      `${file} can't be read as this server's certificate authority (${(error as Error).message}). Put it back from a copy, or delete it: a new one is made then, which every device has to trust anew.`,
    );
  }
}

/** The server's own certificate is made anew at will, so one that can't be read counts as none. */
function readPair(file: string): CertificatePair | undefined {
  return keptFile(file, (value) => {
    const { cert, key } = value as CertificatePair;
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  });
}
