/** `--tls files`: a certificate and key that something else keeps up to date. */
import { X509Certificate } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createSecureContext } from "node:tls";
import {
  CertificateError,
  type CertificatePair,
  type CertificateSource,
  type SourceEvents,
} from "./certificate.ts";

/** Watching misses changes behind symbolic links and on network disks, so the files are also read this often. */
const lookEveryMs = 10_000;

/** The two files are seldom written in one instant: how long to wait for the second. */
const settleMs = 300;

/**
 * Reads the pair and watches its files. A new pair that is broken keeps the old one in use and says why, once.
 *
 * @throws CertificateError when the pair is unusable at the start
 */
export async function openFiles(
  paths: { readonly cert: string; readonly key: string },
  events: SourceEvents,
): Promise<CertificateSource> {
  let pair = await readPair(paths);
  warnOfAge(pair, events);
  let refused = "";
  const check = async () => {
    try {
      const next = await readPair(paths);
      refused = "";
      if (next.cert === pair.cert && next.key === pair.key) return;
      pair = next;
      warnOfAge(pair, events);
      events.changed(pair);
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== refused) events.notable(`The new certificate is not used, the old one stays: ${reason}`);
      refused = reason;
    }
  };
  let waiting: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, settleMs);
    waiting.unref();
  };
  const watchers = [...new Set([dirname(paths.cert), dirname(paths.key)])].flatMap((folder) =>
    watched(folder, soon),
  );
  const timer = setInterval(check, lookEveryMs);
  timer.unref();
  return {
    get pair() {
      return pair;
    },
    check,
    close() {
      clearInterval(timer);
      clearTimeout(waiting);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Folders, not files: those who renew put new files in place of the old ones. */
function watched(folder: string, changed: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return []; // The clock finds the change instead.
  }
}

async function readPair(paths: { readonly cert: string; readonly key: string }): Promise<CertificatePair> {
  const cert = await readPem(paths.cert, "--cert");
  const key = await readPem(paths.key, "--key");
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new CertificateError(
      `${paths.cert} and ${paths.key} are no certificate with its key in PEM form (${(error as Error).message}).`,
    );
  }
  return { cert, key };
}

async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CertificateError(`${path} (${flag}) can't be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

function warnOfAge({ cert }: CertificatePair, { notable }: SourceEvents): void {
  const until = Date.parse(new X509Certificate(cert).validTo);
  if (until < Date.now())
    notable(`The certificate expired on ${new Date(until).toISOString().slice(0, 10)}: browsers refuse it.`);
}
