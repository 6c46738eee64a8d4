/** Page, WebSocket, room and clock: whether the server, and what is in front of it, let people in. */
import type { Facts } from "./facts.ts";
import { type Finding, other, works } from "./finding.ts";

const proxyHint = 'Look at what is in front of the server: docs/hosting.md, "Behind a proxy".';

/** Whether it is Parlour that answers. */
export function pageFindings({ health, page, ownVersion, target }: Facts): readonly Finding[] {
  if (health === undefined || page === undefined) return [];
  if ("code" in health || "code" in page) {
    const code = "code" in health ? health.code : "code" in page ? page.code : "";
    return [
      other("fails", "page", "no-answer", `No answer over HTTP from ${target.url} (${code}).`, proxyHint),
    ];
  }
  if (health.status === 503 && health.version === undefined)
    return [
      other(
        "fails",
        "page",
        "not-ready",
        "The server is starting, ending, or behind a proxy that does not reach it.",
        "Try again in a minute; then look at its log.",
      ),
    ];
  if (health.version === undefined)
    return [
      other(
        "fails",
        "page",
        "not-parlour",
        `Something else than Parlour answers at ${target.url} (status ${health.status} for /healthz).`,
        `Is the address right? ${proxyHint}`,
      ),
    ];
  if (page.status !== 200 || !page.isHtml)
    return [
      other(
        "fails",
        "page",
        "no-page",
        `The server answers, but has no page (status ${page.status}).`,
        "Run npm run build on the server.",
      ),
    ];
  const versions =
    health.version === ownVersion ? health.version : `${health.version}, this command is ${ownVersion}`;
  return [works("page", `The page is there (Parlour ${versions}).`), ...policyFindings(page.policy, target)];
}

/** The page's own rules name where it may connect to: they show what the server thinks it is called. */
function policyFindings(policy: string | undefined, { url, isSecure }: Facts["target"]): readonly Finding[] {
  if (policy === undefined)
    return [
      other(
        "degraded",
        "policy",
        "no-policy",
        "The page comes without its Content-Security-Policy.",
        `Something takes headers away. ${proxyHint}`,
      ),
    ];
  const { host } = splitUrl(url);
  const wanted = `${isSecure ? "wss" : "ws"}://${host}`;
  const named = [...policy.matchAll(/\bwss?:\/\/[^\s;]+/g)].map(([each]) => each);
  if (named.length === 0 || named.includes(wanted)) return [];
  const isScheme = named.includes(`${isSecure ? "ws" : "wss"}://${host}`);
  return [
    isScheme
      ? other(
          "degraded",
          "policy",
          "scheme-lost",
          "The server does not know that people come over HTTPS.",
          `The proxy has to send X-Forwarded-Proto, and the server to run with --trust-proxy. ${proxyHint}`,
        )
      : other(
          "fails",
          "policy",
          "host-lost",
          `The server thinks that it is called ${named[0]?.replace(/^wss?:\/\//, "")}, not ${host}.`,
          `The proxy has to pass on the Host header as it came. ${proxyHint}`,
        ),
  ];
}

function splitUrl(url: string): { host: string } {
  return { host: /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? "" };
}

/** Whether a page's WebSocket gets through, and into a room. */
export function socketFindings({ socket }: Facts): readonly Finding[] {
  if (socket === undefined) return [];
  if (socket.state === "closed") {
    const { status, code } = socket;
    const hint =
      status === 403
        ? `The server takes this page for one of another site: the proxy has to pass on the Host header as it came. ${proxyHint}`
        : status === 429
          ? "Too many connections from this address: wait a little."
          : `The proxy has to pass on the headers Upgrade and Connection. ${proxyHint}`;
    const what = status === undefined ? code : `status ${status}`;
    return [other("fails", "websocket", code, `The WebSocket /v1 does not open (${what}).`, hint)];
  }
  const open = works("websocket", "The WebSocket opens.");
  if (socket.state === "refused")
    return [
      open,
      other(
        "fails",
        "room",
        socket.code,
        `No room lets a visitor in: ${socket.detail}`,
        "Try again in a minute; then look at the server's log.",
      ),
    ];
  return [
    open,
    works("room", `A room lets a visitor in (after ${Math.round(socket.ms)} ms).`),
    ...clockFindings(socket.aheadMs),
  ];
}

/** More than this, and credentials and certificates begin to fail. */
const clockMs = 60_000;

function clockFindings(aheadMs: number): readonly Finding[] {
  if (Math.abs(aheadMs) < clockMs) return [];
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  return [
    other(
      "degraded",
      "clock",
      "clocks-differ",
      `The server's clock is ${minutes} min ${aheadMs > 0 ? "ahead of" : "behind"} this machine's.`,
      "Set both by the network (timedatectl set-ntp true): certificates and the relay's credentials go by the clock.",
    ),
  ];
}
