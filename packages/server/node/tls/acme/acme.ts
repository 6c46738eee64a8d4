/** `--domain`: a certificate that a public authority gives, kept in the data folder and renewed by itself. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  afterFailure,
  nextAttempt,
  noFailures,
  type RenewalRecord,
  type Validity,
} from "../../../core/index.ts";
import { createAuthority, issue } from "../authority.ts";
import type { CertificatePair, CertificateSource, SourceEvents } from "../certificate.ts";
import { keepFile, keptFile } from "../kept-file.ts";
import { Challenges } from "./challenges.ts";
import { AcmeFailure } from "./failure.ts";
import { type Account, type ChallengeKind, newKey, orderCertificate } from "./order.ts";

/** Let's Encrypt's directory. */
export const standardDirectory = "https://acme-v02.api.letsencrypt.org/directory";

/** Timers of machines that sleep are late: dates are looked at no more rarely than this. */
const lookEveryMs = 3_600_000;

/** What a certificate is asked for with. */
export interface AcmeOptions {
  readonly domain: string;
  readonly directory: string;
  readonly email?: string | undefined;
  /** PEM of the only authority to trust for the connection to the directory. */
  readonly ca?: string | undefined;
  /** How the authority may look, the likeliest first. */
  readonly kinds: readonly ChallengeKind[];
  readonly now?: () => number;
}

/** How it stands with the certificate. */
export type AcmeStatus =
  | { readonly state: "good"; readonly until: number }
  /** The authority was not asked yet. */
  | { readonly state: "waiting" }
  /** `until` is of the certificate that stays in use; absent where there is none. */
  | {
      readonly state: "failing";
      readonly code: string;
      readonly reason: string;
      readonly nextAttempt: number;
      readonly until?: number;
    };

/** A certificate from an authority. Until there is one, `pair` is one of this server's own making, which browsers warn of. */
export interface AcmeSource extends CertificateSource {
  readonly challenges: Challenges;
  readonly status: AcmeStatus;
  /** Begins to ask, once the ports are open on which the authority looks; settles after the first attempt, if one is due. */
  start(kinds?: readonly ChallengeKind[]): Promise<void>;
}

interface Attempts extends RenewalRecord {
  readonly domain: string;
  readonly directory: string;
  readonly code?: string;
  readonly reason?: string;
  /** The kind that worked last. */
  readonly kind?: ChallengeKind;
}

interface Kept extends CertificatePair {
  readonly domain: string;
  readonly directory: string;
}

/**
 * Opens what is kept in `folder`; the authority is not asked before `start`.
 *
 * @param folder made when missing; its files are readable by their owner alone
 */
export function openAcme(folder: string, options: AcmeOptions, events: SourceEvents): AcmeSource {
  const { domain, directory, now = Date.now } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = {
    account: join(folder, "account.json"),
    certificate: join(folder, "certificate.json"),
    attempts: join(folder, "attempts.json"),
  };
  const challenges = new Challenges();
  let kept = keptFile(files.certificate, readKept);
  if (kept?.domain !== domain) kept = undefined;
  let attempts = keptFile(files.attempts, readAttempts);
  if (attempts?.domain !== domain || attempts.directory !== directory)
    attempts = { ...noFailures, domain, directory };
  let record: Attempts = attempts;
  let pair: CertificatePair = kept ?? placeholder(domain, now());
  let kinds = options.kinds;
  let isFirst = true;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  /** One of another authority is used while it lasts, but not counted. */
  const validity = (): Validity | undefined =>
    kept === undefined || kept.directory !== directory ? undefined : validityOf(kept);
  const due = () => nextAttempt(record, validity(), now(), isFirst);
  /** What can't be written is used all the same; the next start then asks again. */
  const keep = (file: string, value: unknown) => {
    try {
      keepFile(file, value);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      events.notable(
        `${file} can't be written (${code ?? message}): the next start asks the authority again.`,
      );
    }
  };
  const remember = (next: Attempts) => {
    record = next;
    keep(files.attempts, record);
  };

  const attempt = async () => {
    const order = [...kinds].sort((a, b) => Number(b === record.kind) - Number(a === record.kind));
    try {
      const { pair: got, kind = record.kind } = await orderCertificate({
        ...options,
        account: accountFor(files.account, directory, keep),
        kinds: order,
        challenges,
        registered: (account) => keep(files.account, { directory, ...account }),
      });
      kept = { ...got, domain, directory };
      pair = got;
      keep(files.certificate, kept);
      remember({ ...noFailures, domain, directory, ...(kind === undefined ? {} : { kind }) });
      events.changed(pair);
    } catch (error) {
      const failure =
        error instanceof AcmeFailure
          ? error
          : new AcmeFailure("acme-failed", (error as Error).message, "Look at the data folder.");
      const { code, message: reason, retryAfterMs } = failure;
      const { kind } = record;
      const base = afterFailure(record, now(), retryAfterMs);
      remember({ ...base, domain, directory, code, reason, ...(kind === undefined ? {} : { kind }) });
      isFirst = false;
      if (!isClosed) events.notable(`${code}: ${reason} ${outlook(kept, due())}`);
    }
  };
  const check = async () => {
    if (running !== undefined) return running;
    if (isClosed || due() > now()) return;
    running = attempt().finally(() => {
      running = undefined;
    });
    await running;
  };
  const again = () => {
    clearTimeout(timer);
    if (isClosed) return;
    timer = setTimeout(
      () => void check().finally(again),
      Math.min(lookEveryMs, Math.max(1_000, due() - now())),
    );
    timer.unref();
  };
  return {
    get pair() {
      return pair;
    },
    get status(): AcmeStatus {
      const until = kept === undefined ? undefined : validityOf(kept).until;
      const { code, reason } = record;
      if (code !== undefined && reason !== undefined)
        return {
          state: "failing",
          code,
          reason,
          nextAttempt: due(),
          ...(until === undefined ? {} : { until }),
        };
      return until === undefined ? { state: "waiting" } : { state: "good", until };
    },
    challenges,
    check,
    async start(reachable = kinds) {
      kinds = reachable;
      await check();
      isFirst = false;
      again();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** What becomes of it after a failure, for the log. */
function outlook(kept: Kept | undefined, next: number): string {
  const old =
    kept === undefined
      ? "There is no certificate yet: browsers warn."
      : `The old certificate stays in use until ${day(validityOf(kept).until)}.`;
  return `${old} Next attempt: ${new Date(next).toISOString().slice(0, 16).replace("T", " ")} UTC.`;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

function validityOf({ cert }: CertificatePair): Validity {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { from: Date.parse(validFrom), until: Date.parse(validTo) };
}

/** The account at this authority; another authority gets another key. */
function accountFor(file: string, directory: string, keep: (file: string, value: unknown) => void): Account {
  const known = keptFile(file, (value) => {
    const account = value as Account & { directory: string };
    createPrivateKey(account.key);
    return account.directory === directory ? account : undefined;
  });
  if (known !== undefined) return { key: known.key, ...(known.url === undefined ? {} : { url: known.url }) };
  const key = newKey();
  keep(file, { directory, key });
  return { key };
}

function readKept(value: unknown): Kept | undefined {
  const { cert, key, domain, directory } = value as Kept;
  const fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  return fits && typeof domain === "string" ? { cert, key, domain, directory } : undefined;
}

function readAttempts(value: unknown): Attempts | undefined {
  const { failures, notBefore } = value as Attempts;
  const isSound =
    Array.isArray(failures) &&
    failures.every((at) => Number.isFinite(at)) &&
    (notBefore === undefined || Number.isFinite(notBefore));
  return isSound ? (value as Attempts) : undefined;
}

/** Something to speak TLS with until the authority has answered; never kept. */
function placeholder(domain: string, now: number): CertificatePair {
  const authority = createAuthority(hostname(), [domain], now);
  return issue(authority, { names: [domain], addresses: [] }, now);
}
