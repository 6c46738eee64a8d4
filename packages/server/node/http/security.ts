// Only names that browsers know on every system (Chromium on Linux knows no web-share and no bluetooth): each unknown one is a warning
// on the console of every page. What is not named has its own default,
// which is `self` for all that a page could ask for by surprise.
const own = [
  "autoplay",
  "camera",
  "clipboard-read",
  "clipboard-write",
  "display-capture",
  "fullscreen",
  "microphone",
  "picture-in-picture",
  "screen-wake-lock",
];
const off = [
  "accelerometer",
  "encrypted-media",
  "geolocation",
  "gyroscope",
  "hid",
  "idle-detection",
  "local-fonts",
  "magnetometer",
  "midi",
  "payment",
  "publickey-credentials-get",
  "serial",
  "sync-xhr",
  "usb",
  "xr-spatial-tracking",
];
const permissions = [
  ...own.map((feature) => `${feature}=(self)`),
  ...off.map((feature) => `${feature}=()`),
].join(", ");

/** What a name must look like before a browser may be told to use nothing but HTTPS for it from now on. */
function isPublicName(host: string): boolean {
  return (
    host.includes(".") && !/^[\d.]+$|:|(?:^|\.)(?:localhost|local|lan|home\.arpa|internal|test)$/i.test(host)
  );
}

/** Browsers take some headers only from where they trust what came (W3C Secure Contexts, section 3.1), and warn elsewhere. */
function isTrustworthy({ isSecure, hostName }: Visit): boolean {
  return isSecure || /^(?:127\.[\d.]+|::1|(?:.+\.)?localhost)$/i.test(hostName);
}

/** How a request reached us. */
export interface Visit {
  /** As in the Host header; undefined when that was none. */
  readonly host: string | undefined;
  readonly hostName: string;
  readonly isSecure: boolean;
  /** Certificates that a visitor had to install by hand are no reason to lock the name to HTTPS. */
  readonly isOwnAuthority: boolean;
}

/** A request that could not be read at all. */
export const noVisit: Visit = { host: undefined, hostName: "", isSecure: false, isOwnAuthority: false };

/** The headers that every answer carries. Links hold secrets in their fragment, so no referrer ever leaves; nothing foreign is ever loaded. */
export function securityHeaders(visit: Visit): Readonly<Record<string, string>> {
  // Older engines do not count a WebSocket to the same host as 'self'.
  const socket = visit.host === undefined ? "" : ` ${visit.isSecure ? "wss" : "ws"}://${visit.host}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    `connect-src 'self'${socket}`,
    "worker-src 'self'",
    // What is received plays in a frame whose own policy allows it nothing.
    "frame-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "permissions-policy": permissions,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    ...(isTrustworthy(visit) ? { "cross-origin-opener-policy": "same-origin" } : {}),
    ...(visit.isSecure && !visit.isOwnAuthority && isPublicName(visit.hostName)
      ? { "strict-transport-security": "max-age=31536000" }
      : {}),
  };
}
