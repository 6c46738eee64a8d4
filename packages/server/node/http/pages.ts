import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const compressible = /^(?:text\/|application\/(?:json|manifest|wasm)|image\/svg)/;
const fileBytesMax = 16 * 1024 * 1024;
const worthCompressing = 1024;

type Encoding = "br" | "gzip";
const compress: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/** A file of the built page, ready to send. */
interface PageFile {
  readonly stamp: string;
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly encoded: Map<Encoding, Promise<Buffer>>;
}

/** The built page's folder. Files are kept in memory with their compressed forms: the whole page is a few hundred kilobytes. */
export class Pages {
  readonly #root: string;
  readonly #files = new Map<string, PageFile>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Answers with a file, or undefined when there is none. `cache`: `immutable` for names with a hash in them; everything else is asked
   * for again each time, and mostly answered with 304.
   */
  async respond(
    path: string,
    request: { readonly accepts: string; readonly knows: string | undefined },
    cache: "immutable" | "revalidate",
  ): Promise<Response | undefined> {
    const file = await this.#load(path);
    if (file === undefined) return undefined;
    const headers: Record<string, string> = {
      etag: file.etag,
      "cache-control": cache === "immutable" ? "public, max-age=31536000, immutable" : "no-cache",
      vary: "accept-encoding",
    };
    if (request.knows?.split(",").some((etag) => etag.trim() === file.etag)) {
      return new Response(null, { status: 304, headers });
    }
    headers["content-type"] = file.type;
    const encoding = chosenEncoding(file, request.accepts);
    let body = file.bytes;
    if (encoding !== undefined) {
      let encoded = file.encoded.get(encoding);
      if (encoded === undefined) {
        encoded = compress[encoding](file.bytes);
        file.encoded.set(encoding, encoded);
      }
      body = await encoded;
      headers["content-encoding"] = encoding;
    }
    return new Response(
      new Uint8Array(body.buffer, body.byteOffset, body.length) as Uint8Array<ArrayBuffer>,
      {
        headers,
      },
    );
  }

  async #load(path: string): Promise<PageFile | undefined> {
    // Only plain names: no dot files, no way up, nothing encoded.
    if (!/^(?:\/[\w@~+-][\w@~+.-]*)+$/.test(path)) return undefined;
    const name = join(this.#root, path);
    try {
      const found = await stat(name);
      if (!found.isFile() || found.size > fileBytesMax) return undefined;
      const stamp = `${found.mtimeMs}-${found.size}`;
      const kept = this.#files.get(path);
      if (kept?.stamp === stamp) return kept;
      const bytes = await readFile(name);
      const file: PageFile = {
        stamp,
        bytes,
        type: types[extname(name).toLowerCase()] ?? "application/octet-stream",
        etag: `W/"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
        encoded: new Map(),
      };
      this.#files.set(path, file);
      return file;
    } catch {
      return undefined;
    }
  }
}

function chosenEncoding(file: PageFile, accepts: string): Encoding | undefined {
  if (file.bytes.length < worthCompressing || !compressible.test(file.type)) return undefined;
  const offered = accepts
    .toLowerCase()
    .split(",")
    .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
    .map((part) => part.split(";", 1)[0]?.trim());
  return (["br", "gzip"] as const).find((encoding) => offered.includes(encoding));
}
