import { limits } from "@parlour/protocol";
import { base64url, utf16 } from "./bytes.ts";
import { safeName, safePaths } from "./names.ts";
import { type Cut, cutOf, pieceBytesFor } from "./pieces.ts";
import type { PlacedFile, Source } from "./seams.ts";

/** What is on offer: said once by its giver, signed, and passed on as it is. */
export interface Manifest {
  /** 128 random bits, base64url. */
  readonly id: string;
  readonly name: string;
  /** The giver's public signing key, base64url. */
  readonly key: string;
  readonly files: readonly PlacedFile[];
  readonly cut: Cut;
}

interface WireFile {
  readonly path: readonly string[];
  readonly size: number;
  readonly type?: string;
  readonly modified?: number;
}

/** The text that is signed and sent. Throws a `RangeError` when there are too many files, or they lie too deep. */
export function writeManifest(id: string, key: string, sources: readonly Source[]): string {
  if (sources.length === 0 || sources.length > limits.transferFiles) throw new RangeError("files");
  const files = sources.map(({ name, path = [], size, type, modified }): WireFile => {
    if (path.length >= limits.pathDepth) throw new RangeError("depth");
    return {
      path: [...path, name].map((part) => part.slice(0, limits.pathPartCharacters)),
      size,
      ...(type && { type: type.slice(0, 255) }),
      ...(modified !== undefined && { modified: Math.round(modified) }),
    };
  });
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const text = JSON.stringify({ v: 1, id, name: nameOf(files), key, pieceBytes: pieceBytesFor(size), files });
  if (text.length > limits.manifestCharacters) throw new RangeError("manifest");
  return text;
}

/** A single file's name; the folder that all lie in; or the first one's. */
function nameOf(files: readonly WireFile[]): string {
  const [first] = files;
  const folder = first && first.path.length > 1 ? first.path[0] : undefined;
  if (folder !== undefined && files.every(({ path }) => path.length > 1 && path[0] === folder)) return folder;
  return first?.path.at(-1) ?? "";
}

const isCount = (value: unknown, most = Number.MAX_SAFE_INTEGER): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

function isWireFile(value: unknown): value is WireFile {
  const { path, size, type, modified } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    Array.isArray(path) &&
    path.length > 0 &&
    path.length <= limits.pathDepth &&
    path.every((part) => typeof part === "string" && part.length <= limits.pathPartCharacters) &&
    isCount(size) &&
    (type === undefined || (typeof type === "string" && type.length <= 255)) &&
    (modified === undefined || isCount(modified, 8.64e15))
  );
}

/** Reads what came over the wire; undefined when it breaks a rule. Names are made safe here, whatever the giver did. */
export function readManifest(text: string): Manifest | undefined {
  if (text.length > limits.manifestCharacters) return undefined;
  let value: Partial<Record<string, unknown>>;
  try {
    value = (JSON.parse(text) ?? {}) as Partial<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  const { v, id, name, key, pieceBytes, files } = value;
  if (v !== 1 || typeof id !== "string" || !/^[\w-]{22}$/.test(id)) return undefined;
  if (typeof key !== "string" || !/^[\w-]{43}$/.test(key) || typeof name !== "string") return undefined;
  if (!isCount(pieceBytes, limits.pieceBytes) || pieceBytes < 1024 || Math.log2(pieceBytes) % 1 !== 0)
    return undefined;
  if (!Array.isArray(files) || files.length === 0 || files.length > limits.transferFiles) return undefined;
  if (!files.every(isWireFile)) return undefined;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (!Number.isSafeInteger(size) || size / pieceBytes > limits.transferPieces) return undefined;
  const paths = safePaths(files.map(({ path }) => path));
  let offset = 0;
  const placed = files.map((file, i): PlacedFile => {
    const path = paths[i] ?? [];
    const here = offset;
    offset += file.size;
    return {
      path: path.slice(0, -1),
      name: path.at(-1) ?? "_",
      size: file.size,
      type: safeType(file.type),
      ...(file.modified !== undefined && { modified: file.modified }),
      offset: here,
    };
  });
  return {
    id,
    name: safeName(name.slice(0, limits.pathPartCharacters)),
    key,
    files: placed,
    cut: cutOf(size, pieceBytes),
  };
}

const safeType = (type = ""): string => (/^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.toLowerCase() : "");

/** What the giver signs of an offer: which room it is for, and the text to the letter. */
export const offerBytes = (room: string, text: string): Uint8Array<ArrayBuffer> =>
  utf16(`parlour v1 offer\n${room}\n${text}`);

/** What the giver signs of a piece. The hash is that of its bytes. */
export function pieceProofBytes(id: string, piece: number, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  return utf16(`parlour v1 piece\n${id}\n${piece}\n${base64url(hash)}`);
}

/** The first file that ends after that place in the space; as many as there are files where none does. */
export function firstAt(files: readonly PlacedFile[], offset: number): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const file = files[middle];
    if (file && file.offset + file.size <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
