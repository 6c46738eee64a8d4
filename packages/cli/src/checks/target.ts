/** Which server is meant. */
import { isIP } from "node:net";
import type { Target } from "@parlour/cli/checks";

/** What a server has below the path that it is mounted at, where somebody may have copied the address from. */
const ownPages = /\/(r\/[^/]*|new|direct|learn|healthz)?\/*$/;

/**
 * Reads what a person types: a whole URL, a link of a room, or a name alone, which means HTTPS; each with the path that the server is
 * mounted at, if any. Undefined when it is none.
 */
export function targetOf(text: string): Target | undefined {
  const whole = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && whole !== text) return undefined;
  if (!URL.canParse(whole)) return undefined;
  const { origin, protocol, hostname, port, pathname } = new URL(whole);
  const isSecure = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "") return undefined;
  return {
    url: `${origin}${pathname.replace(ownPages, "").replace(/\/+$/, "")}`,
    host,
    port: port === "" ? (isSecure ? 443 : 80) : Number(port),
    isSecure,
    isAddress: isIP(host) !== 0,
  };
}
