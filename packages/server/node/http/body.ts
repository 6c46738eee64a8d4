import type { IncomingMessage } from "node:http";

/** The largest body any of our routes takes. */
export const bodyBytesMax = 16 * 1024;

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: 400 | 413 | 415; readonly detail: string };

/** Reads a JSON body, never more of it than is allowed. No body at all reads as an empty object. */
export async function readJson(request: IncomingMessage): Promise<Body> {
  const type = request.headers["content-type"];
  const isJson = type !== undefined && /^application\/json\s*(;|$)/i.test(type);
  if (type !== undefined && !isJson) {
    return { ok: false, status: 415, detail: "The body must be application/json." };
  }
  const tooLarge = { ok: false, status: 413, detail: `A body may have ${bodyBytesMax} bytes.` } as const;
  if (Number(request.headers["content-length"] ?? 0) > bodyBytesMax) return tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) return tooLarge;
    chunks.push(chunk);
  }
  if (length === 0) return { ok: true, value: {} };
  if (!isJson) return { ok: false, status: 415, detail: "The body must be application/json." };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ok: true, value };
    return { ok: false, status: 400, detail: "The body must be a JSON object." };
  } catch {
    return { ok: false, status: 400, detail: "The body must be JSON, in UTF-8." };
  }
}
