/** One order of a certificate, from the account to the chain (RFC 8555, section 7). */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { CertificatePair } from "../certificate.ts";
import type { Challenges } from "./challenges.ts";
import { AcmeFailure, AcmeProblem, failureOf, type Unproven, unproven } from "./failure.ts";
import { acmeRequest } from "./request.ts";

/** How the authority can see that the name is this server's. */
export type ChallengeKind = Unproven["kind"];

/** An account at an authority. */
export interface Account {
  /** PEM. */
  readonly key: string;
  /** The authority's name for it; absent until it is registered. */
  readonly url?: string;
}

/** What to order, and with what. */
export interface OrderRequest {
  readonly domain: string;
  /** URL of the authority's directory. */
  readonly directory: string;
  readonly email?: string | undefined;
  /** PEM of the only authority to trust for the connection to the directory. */
  readonly ca?: string | undefined;
  readonly account: Account;
  /** The first that works is taken; at least one. */
  readonly kinds: readonly ChallengeKind[];
  readonly challenges: Challenges;
  /** Told as soon as the account is registered, so that no failure later makes another. */
  readonly registered: (account: Account) => void;
}

/** What came of it. */
export interface Ordered {
  readonly pair: CertificatePair;
  /** The kind that worked; absent when the authority still knew from before. */
  readonly kind?: ChallengeKind;
}

/** A new key for an account or a certificate: ECDSA P-256, which every authority takes. PEM. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}

/**
 * Which authority to trust for requests to an origin. The library has one door for all of its requests, so this is
 * looked up at that door.
 */
const trusted = new Map<string, string>();

/** The library, with our requests in place of its own: those retry for minutes, and lose what the authority said. */
async function library(request: OrderRequest): Promise<typeof import("acme-client")> {
  const acme = await import("acme-client");
  const { origin } = new URL(request.directory);
  if (request.ca === undefined) trusted.delete(origin);
  else trusted.set(origin, request.ca);
  acme.axios.defaults.adapter = async (config) => {
    const url = String(config.url);
    const answer = await acmeRequest(url, {
      method: (config.method ?? "get").toUpperCase(),
      headers: Object.fromEntries(Object.entries(config.headers.toJSON()).map(([k, v]) => [k, String(v)])),
      ...(typeof config.data === "string" ? { body: config.data } : {}),
      ca: trusted.get(new URL(url).origin),
    });
    return { status: answer.status, statusText: "", headers: answer.headers, data: answer.text, config };
  };
  return acme;
}

/**
 * Orders a certificate.
 *
 * @throws AcmeFailure whatever goes wrong
 */
export async function orderCertificate(request: OrderRequest): Promise<Ordered> {
  const { host } = new URL(request.directory);
  try {
    await checkDirectory(request);
    return await tryKinds(request, request.kinds, []);
  } catch (error) {
    if (error instanceof AcmeFailure) throw error;
    if (error instanceof AcmeProblem) throw failureOf(error, host);
    const words = error instanceof Error ? error.message : String(error);
    throw new AcmeFailure(
      "acme-failed",
      `Asking ${host} went wrong: ${words}`,
      "It is asked again by itself.",
    );
  }
}

async function checkDirectory({ directory, ca }: OrderRequest): Promise<void> {
  const isDirectory = (text: string): boolean => {
    try {
      const found = JSON.parse(text) as Record<string, unknown>;
      return ["newNonce", "newAccount", "newOrder"].every((each) => typeof found[each] === "string");
    } catch {
      return false;
    }
  };
  const answer = await acmeRequest(directory, { ca }).catch((error: unknown) => {
    if (error instanceof AcmeProblem && error.status === 404) return undefined;
    throw error;
  });
  if (answer === undefined || !isDirectory(answer.text))
    throw new AcmeFailure(
      "acme-no-directory",
      `${directory} is no directory of a certificate authority`,
      "Correct --acme-directory.",
    );
}

/** A failed check spoils its order (RFC 8555, section 7.1.6), so the next kind gets a new one. */
async function tryKinds(
  request: OrderRequest,
  kinds: readonly ChallengeKind[],
  failed: readonly Unproven[],
): Promise<Ordered> {
  const [kind, ...others] = kinds;
  if (kind === undefined) throw unproven(request.domain, failed);
  const outcome = await orderOnce(request, kind).catch((error: unknown) => {
    // An authority that has forgotten the account gets it again.
    if (error instanceof AcmeProblem && error.type === "accountDoesNotExist" && request.account.url)
      return orderOnce({ ...request, account: { key: request.account.key } }, kind);
    throw error;
  });
  return "pair" in outcome ? outcome : await tryKinds(request, others, [...failed, outcome]);
}

async function orderOnce(request: OrderRequest, kind: ChallengeKind): Promise<Ordered | Unproven> {
  const { domain, account, email } = request;
  const acme = await library(request);
  const client = new acme.Client({
    directoryUrl: request.directory,
    accountKey: account.key,
    ...(account.url === undefined ? {} : { accountUrl: account.url }),
    backoffAttempts: 12,
    backoffMin: 500,
    backoffMax: 10_000,
  });
  if (account.url === undefined) {
    const registered = await register(client, email);
    request.registered({ key: account.key, url: registered });
  }
  const order = await client.createOrder({ identifiers: [{ type: "dns", value: domain }] });
  const [authorization] = await client.getAuthorizations(order);
  if (authorization === undefined) throw new Error("the order names nothing to show");
  let shown: ChallengeKind | undefined;
  if (authorization.status !== "valid") {
    const challenge = authorization.challenges.find(({ type }) => (type as string) === kind);
    if (challenge === undefined) return { kind, type: "", detail: "the authority does not offer this check" };
    const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
    const done = await show(acme, request, kind, authorization, challenge.token, keyAuthorization);
    try {
      await client.completeChallenge(challenge);
      await client.waitForValidStatus(challenge);
    } catch (error) {
      const [seen] = await client.getAuthorizations(order);
      const refused = seen?.challenges.find(({ url }) => url === challenge.url)?.error as
        | { type?: string; detail?: string }
        | undefined;
      if (refused === undefined) throw error;
      return {
        kind,
        type: refused.type?.split(":").at(-1) ?? "",
        detail: refused.detail ?? "no reason was given",
      };
    } finally {
      done();
    }
    shown = kind;
  }
  const key = newKey();
  const [, csr] = await acme.crypto.createCsr({ commonName: domain, altNames: [domain] }, key);
  await client.waitForValidStatus(order);
  const cert = await client.getCertificate(await client.finalizeOrder(order, csr));
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error("the certificate is for another key");
  return { pair: { cert, key }, ...(shown === undefined ? {} : { kind: shown }) };
}

/** @returns the account's URL */
async function register(client: import("acme-client").Client, email: string | undefined): Promise<string> {
  try {
    await client.createAccount({
      termsOfServiceAgreed: true,
      ...(email === undefined ? {} : { contact: [`mailto:${email}`] }),
    });
  } catch (error) {
    // A key that is registered already: the library then wants to change the account, which with nothing to change is refused.
    if (!isRegistered(client)) throw error;
  }
  return client.getAccountUrl();
}

function isRegistered(client: import("acme-client").Client): boolean {
  try {
    return client.getAccountUrl() !== "";
  } catch {
    return false;
  }
}

/** Puts up what the authority will look for; the result takes it down again. */
async function show(
  acme: typeof import("acme-client"),
  { domain, challenges }: OrderRequest,
  kind: ChallengeKind,
  authorization: Awaited<ReturnType<import("acme-client").Client["getAuthorizations"]>>[number],
  token: string,
  keyAuthorization: string,
): Promise<() => void> {
  if (kind === "http-01") return challenges.overHttp(token, keyAuthorization);
  const [key, cert] = await acme.crypto.createAlpnCertificate(authorization, keyAuthorization, newKey());
  return challenges.overTls(domain, createSecureContext({ key, cert }));
}
