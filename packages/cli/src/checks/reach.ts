/** Looks up the name, opens the port, and looks at the certificate. */
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { CertificateFacts, Facts, Target, Tried } from "@parlour/cli/checks";
import { codeOf, type Looking, tlsOptions } from "./trust.ts";

/** Further addresses of a name are not tried. */
const addressesMax = 6;

/** Where the name leads, as the system looks it up. */
export async function namesOf(host: string): Promise<NonNullable<Facts["names"]>> {
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    return { addresses: [...new Set(found.map(({ address }) => address))].slice(0, addressesMax) };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/** Whether the port opens. */
export function tryPort(address: string, port: number, { timeoutMs }: Looking): Promise<Tried> {
  return new Promise((done) => {
    const started = performance.now();
    const socket = connect({ host: address, port, timeout: timeoutMs });
    const end = (tried: Tried) => {
      socket.destroy();
      done(tried);
    };
    socket.once("connect", () => end({ ok: true, ms: performance.now() - started }));
    socket.once("timeout", () => end({ ok: false, code: "timeout" }));
    socket.on("error", (error) => end({ ok: false, code: codeOf(error) }));
  });
}

/** What the certificate says, and whether it is trusted for this name. */
export function certificateOf(
  { host, port, isAddress }: Target,
  looking: Looking,
): Promise<CertificateFacts | { readonly code: string }> {
  return new Promise((done) => {
    const socket = connectTls({
      host,
      port,
      ...tlsOptions(looking),
      ...(isAddress ? {} : { servername: host }),
    });
    const end = (result: CertificateFacts | { readonly code: string }) => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(looking.timeoutMs, () => end({ code: "timeout" }));
    socket.on("error", (error) => end({ code: codeOf(error) }));
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return end({ code: "no-certificate" });
      const issuer = /^(?:O|CN)=(.*)$/m.exec(certificate.issuer)?.[1] ?? "someone unnamed";
      const distrust = socket.authorized ? undefined : socket.authorizationError;
      end({
        from: Date.parse(certificate.validFrom),
        until: Date.parse(certificate.validTo),
        issuer: issuer.slice(0, 100),
        ...(distrust === undefined ? {} : { distrust: distrustCode(distrust) }),
      });
    });
  });
}

/** The types say Error, Node sets a text. */
function distrustCode(error: unknown): string {
  return typeof error === "string" ? error : codeOf(error);
}
