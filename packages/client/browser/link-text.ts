import { roomNamePattern } from "@parlour/protocol";
import { parlourError } from "./error.ts";
import { fromBase64url, randomText, toBase64url } from "./private/bytes.ts";

/** A private room's secret has 128 bits. */
const secretBytes = 16;

/** A room's link, taken apart. */
export interface RoomLink {
  /** Where the server is: `https://meet.example.org`, and the path it is mounted at, if any. */
  readonly server: string;
  readonly name: string;
  /** Private rooms: the 16 bytes after `#k=`. They never leave the page. */
  readonly secret: Uint8Array<ArrayBuffer> | undefined;
  /** The whole link in its plainest form, secret included. */
  readonly href: string;
}

/** Reads a room's link: `SERVER/r/NAME`, with `#k=SECRET` for a private room. Throws `bad-link` when it is none. */
export function parseRoomLink(link: string): RoomLink {
  const base = globalThis.location?.href;
  const url = URL.canParse(link, base) ? new URL(link, base) : undefined;
  const [, path = "", name = ""] = /^(.*)\/r\/([^/]+)\/?$/.exec(url?.pathname ?? "") ?? [];
  if (url === undefined || !/^https?:$/.test(url.protocol) || !roomNamePattern.test(name)) {
    throw parlourError("bad-link");
  }
  const key = new URLSearchParams(url.hash.slice(1)).get("k");
  const secret = key === null ? undefined : fromBase64url(key);
  if (key !== null && secret?.length !== secretBytes) {
    throw parlourError("bad-link", { detail: "The link is damaged after the #." });
  }
  const server = url.origin + path;
  const plain = `${server}/r/${name}`;
  return {
    server,
    name,
    secret,
    href: secret === undefined ? plain : `${plain}#k=${toBase64url(secret)}`,
  };
}

// Without l and o, which look like digits when somebody reads a link out.
const letters = "abcdefghijkmnpqrstuvwxyz23456789";

/**
 * A link to a private room that is not there yet: whoever joins first makes it. Name and secret are independent.
 * `server` is where the server is, as in {@link RoomLink}.
 */
export function makePrivateLink(server: string): string {
  const name = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => letters[byte % 32]).join("");
  return `${server.replace(/\/+$/, "")}/r/${name}#k=${randomText(secretBytes)}`;
}
