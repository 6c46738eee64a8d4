import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Edge, Hashing, JournalStore, Signer } from "../core/index.ts";
import { folderStorage } from "./storage.ts";

/** SubjectPublicKeyInfo of Ed25519 before the key itself (RFC 8410, section 4). */
const publicHead = Buffer.from("302a300506032b6570032100", "hex");

export const nodeHashing: Hashing = {
  sha256: async (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
  async verify(key, signature, bytes) {
    try {
      const made = createPublicKey({ key: Buffer.concat([publicHead, key]), format: "der", type: "spki" });
      return verify(null, bytes, made, signature);
    } catch {
      // Not a key at all.
      return false;
    }
  },
};

export function nodeSigner(kept?: Uint8Array<ArrayBuffer>): {
  readonly signer: Signer;
  readonly kept: Uint8Array<ArrayBuffer>;
} {
  const key: KeyObject = kept
    ? createPrivateKey({ key: Buffer.from(kept), format: "der", type: "pkcs8" })
    : generateKeyPairSync("ed25519").privateKey;
  const shown = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    signer: {
      key: new Uint8Array(shown.subarray(-32)),
      sign: async (bytes) => new Uint8Array(sign(null, bytes, key)),
    },
    kept: new Uint8Array(key.export({ format: "der", type: "pkcs8" })),
  };
}

/** Each key is a file; written beside and renamed, so that it is whole or as before. */
export function folderJournals(folder: string): JournalStore {
  let made = 0;
  const fileOf = (key: string): string => join(folder, `${key}.journal`);
  const walk = async (at: string, above: string): Promise<string[]> => {
    const found = await readdir(at, { withFileTypes: true }).catch(() => []);
    const keys: string[] = [];
    for (const one of found) {
      if (one.isDirectory()) keys.push(...(await walk(join(at, one.name), `${above}${one.name}/`)));
      else if (one.name.endsWith(".journal")) keys.push(above + one.name.slice(0, -".journal".length));
    }
    return keys;
  };
  const keys = async (prefix: string): Promise<string[]> =>
    (await walk(folder, "")).filter((key) => key.startsWith(prefix));
  return {
    load: (key) =>
      readFile(fileOf(key)).then(
        (bytes) => new Uint8Array(bytes),
        () => undefined,
      ),
    async save(key, bytes) {
      const file = fileOf(key);
      const fresh = `${file}.${made++}`;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(fresh, bytes);
      await rename(fresh, file);
    },
    async remove(prefix) {
      for (const key of await keys(prefix)) await rm(fileOf(key), { force: true });
    },
    keys,
  };
}

/** This machine's edge: files go into `folder`, what is remembered into its `.parlour`. */
export function nodeEdge(folder: string): Edge<string> {
  return {
    storage: folderStorage(folder),
    journals: folderJournals(join(folder, ".parlour", "journals")),
    hashing: nodeHashing,
    signer: async (kept) => nodeSigner(kept),
  };
}
