/** The server looks at itself as its users would reach it, once it is ready. */
import { X509Certificate } from "node:crypto";
import type { Finding, Target } from "@parlour/cli/checks";
import type { ServeOptions } from "./flags.ts";
import { networkUrls, ownUrl, type Reach } from "./reach.ts";

/** What decides where users come. */
export interface Advertised {
  readonly reach: Reach;
  readonly options: Pick<ServeOptions, "trust-proxy" | "tls">;
  /** PEM of the certificate in use, with --tls files. */
  readonly certificate?: string | undefined;
}

/** The address that users open, as far as this server can know it. */
export function advertisedUrl({ reach, options, certificate }: Advertised): string {
  if (reach.domain === undefined && options.tls === "files" && certificate !== undefined) {
    const name = /DNS:([^,\s*]+)(?:,|$)/.exec(new X509Certificate(certificate).subjectAltName ?? "")?.[1];
    if (name !== undefined) return ownUrl({ ...reach, domain: name });
  }
  const [onNetwork] = options["trust-proxy"] === false ? networkUrls(reach) : [];
  return onNetwork ?? ownUrl(reach);
}

/** The lines after the ready line say these already. */
const alreadySaid = new Set(["plain-http", "no-page", "no-relay", "no-stun"]);

/** What came of it. */
export interface SelfTest {
  readonly lines: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Runs it; never throws.
 *
 * @param ca PEM of this server's own authority, which its users have to trust anyhow
 */
export async function selfTest(
  advertised: Advertised,
  ca: string | undefined,
): Promise<SelfTest | undefined> {
  const [{ findings, summary }, { look, standardTimeoutMs }, { targetOf }] = await Promise.all([
    import("@parlour/cli/checks"),
    import("../checks/look.ts"),
    import("../checks/target.ts"),
  ]);
  const target: Target | undefined = targetOf(advertisedUrl(advertised));
  if (target === undefined) return undefined;
  const looking = { timeoutMs: standardTimeoutMs, ...(ca === undefined ? {} : { ca: [ca] }) };
  const found = findings(await look(target, "inside", looking));
  const lines = summary(
    target.url,
    found.filter(({ code }) => !alreadySaid.has(code)),
  );
  if (advertised.options["trust-proxy"] === false) return { findings: found, lines };
  const away =
    "  ~ What the proxy in front does to it can't be told from here: parlour doctor https://YOUR.NAME";
  return { findings: found, lines: [...lines, away] };
}
