import type { Look } from "../state/files/looking.ts";

/** What the player's worker answers, without a browser: ranges of bytes (RFC 9110, section 14) and headers. */

/** A file that a page plays: what the worker is told of it. */
export interface Facts {
  readonly size: number;
  /** One of our own list. */
  readonly type: string;
  readonly look: Look;
  readonly name: string;
}

/** At most so much is answered at once: whoever wants more asks again, and an answer never waits for what is far away. */
export const answerMost = 512 * 1024;

export type Range =
  | { readonly kind: "whole" }
  /** `end` is the first byte that is not in it. */
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "beyond" };

/** What a Range header asks of a file. Several ranges at once, and what is none, count as no header (section 14.2). */
export function rangeOf(header: string | null, size: number): Range {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  const [, first = "", last = ""] = asked ?? [];
  if (asked === null || (first === "" && last === "")) return { kind: "whole" };
  if (first === "") {
    // The last so many bytes.
    const count = Math.min(Number(last), size);
    if (count === 0) return { kind: "beyond" };
    return part(size - count, size);
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return { kind: "whole" };
  return start >= size ? { kind: "beyond" } : part(start, end);
}

const part = (start: number, end: number): Range => ({
  kind: "part",
  start,
  end: Math.min(end, start + answerMost),
});

/** Nothing in a file may load or run anything, whatever it is taken for. */
const policy = "default-src 'none'; frame-ancestors 'self'";

const always = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export function dataHeaders({ size, type, look }: Facts, range: Range): Record<string, string> {
  const headers: Record<string, string> = {
    ...always,
    // Browsers show no document in a sandbox; that type alone can't run anything of the page's origin.
    "content-security-policy": look === "document" ? policy : `${policy}; sandbox`,
    "content-type": type,
    "content-disposition": "inline",
    "accept-ranges": "bytes",
  };
  switch (range.kind) {
    case "whole":
      headers["content-length"] = String(size);
      break;
    case "part":
      headers["content-length"] = String(range.end - range.start);
      headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${size}`;
      break;
    case "beyond":
      headers["content-range"] = `bytes */${size}`;
  }
  return headers;
}

export const pageHeaders: Readonly<Record<string, string>> = {
  ...always,
  "content-security-policy": `${policy}; media-src 'self'; style-src 'self'`,
  "content-type": "text/html; charset=utf-8",
};
export const styleHeaders: Readonly<Record<string, string>> = {
  ...always,
  "content-type": "text/css; charset=utf-8",
};

/**
 * The page in which a film or sound plays: one element, no script. Its address is its own: in a list of sources one that has a fault, such as
 * a machine without a loudspeaker, would be given up for the next, which there is not.
 */
export function playerPage({ name, look }: Facts, address: string, style: string): string {
  const title = escaped(name);
  const element = look === "sound" ? "audio" : "video";
  return `<!doctype html><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="${escaped(style)}"><${element} controls playsinline aria-label="${title}" src="${escaped(address)}"></${element}>`;
}

export const playerStyle =
  "html{color-scheme:dark;background:#0d0c0a}body{margin:0;display:grid;height:100vh;place-items:center}video{width:100%;height:100%}audio{width:calc(100% - 24px)}";

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
