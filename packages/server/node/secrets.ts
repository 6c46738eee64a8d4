import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** The installation's own secrets. Each is made at first start; none has a default. */
export interface Secrets {
  /** Signs resume tokens: 32 bytes. */
  readonly tokenKey: Buffer;
  /** The shared secret of TURN credentials, as text. */
  readonly turnSecret: string;
}

/** The file in the data folder. */
export const secretsName = "secrets.json";

/** The secrets can't be read or made. `message` says what is wrong, `hint` what the host can do. */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
  readonly hint: string;
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}

/**
 * Reads the data folder's secrets, making them at first start. The file is for its owner alone (mode 0600); one that
 * others could read is closed to them again. A damaged file is never replaced: with new secrets every seat would be lost.
 *
 * @throws SecretsError
 */
export function loadSecrets(folder: string): Secrets {
  const path = join(folder, secretsName);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const kept = read(path) ?? make(path);
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return kept;
  } catch (error) {
    if (error instanceof SecretsError) throw error;
    throw new SecretsError(
      `The secrets in ${path} can't be read or made.`,
      "Check the folder's permissions, or choose another with --data.",
      error,
    );
  }
}

function read(path: string): Secrets | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
  const secrets = parse(text);
  if (secrets === undefined) {
    throw new SecretsError(
      `${path} is damaged.`,
      "Restore it from a backup, or remove it: new secrets are made, and everyone joins anew.",
    );
  }
  return secrets;
}

function parse(text: string): Secrets | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, tokenKey, turnSecret } = (value ?? {}) as Record<string, unknown>;
  if (version !== 1 || !isSecret(tokenKey) || !isSecret(turnSecret)) return undefined;
  return { tokenKey: Buffer.from(tokenKey, "base64url"), turnSecret };
}

/** 32 bytes in base64url. */
function isSecret(value: unknown): value is string {
  return typeof value === "string" && /^[\w-]{43}$/.test(value);
}

function make(path: string): Secrets {
  const fresh = (): string => randomBytes(32).toString("base64url");
  const text = JSON.stringify({ version: 1, tokenKey: fresh(), turnSecret: fresh() }, undefined, 2);
  // Written aside and linked into place: whoever looks sees all of it or nothing, and of two first starts at once
  // the later takes what the earlier made.
  const aside = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    const file = openSync(aside, "wx", 0o600);
    try {
      writeSync(file, `${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    place(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  const secrets = read(path);
  if (secrets === undefined) throw new Error("The file that was just made is gone.");
  return secrets;
}

/** Gives the file its name, unless there is one of that name. */
function place(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "EEXIST") return;
    // File systems without hard links (FAT, some network and container mounts).
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
    renameSync(aside, path);
  }
}
