import { describe, expect, it } from "vitest";
import { type Facts, findingLines, findings, isFine, summary, verdict } from "./index.ts";

const url = "https://meet.example.org";
const now = Date.parse("2026-11-20T12:00:00Z");
const day = 86_400_000;

/** A server at which nothing is wrong. */
const good = {
  target: { url, host: "meet.example.org", port: 443, isSecure: true, isAddress: false },
  seenFrom: "outside",
  ownVersion: "1.0.0",
  at: now,
  names: { addresses: ["203.0.113.5", "2001:db8::5"] },
  doors: [
    { address: "203.0.113.5", tried: { ok: true, ms: 9 } },
    { address: "2001:db8::5", tried: { ok: true, ms: 9 } },
  ],
  certificate: { from: now - 30 * day, until: now + 60 * day, issuer: "An Authority" },
  health: { status: 200, version: "1.0.0" },
  page: { status: 200, isHtml: true, policy: "connect-src 'self' wss://meet.example.org; font-src 'self'" },
  socket: { state: "welcome", ms: 20, aheadMs: 30 },
  stun: [{ url: "stun:a", port: 3478, result: { ok: true, ms: 5, address: "198.51.100.7" } }],
  relays: [
    { url: "turn:a", transport: "udp", port: 3478, result: { ok: true, ms: 5 } },
    { url: "turns:a", transport: "tls", port: 443, result: { ok: true, ms: 5 } },
  ],
} as const satisfies Facts;

/** What is found besides what works, with these facts in place of the good ones. */
const wrong = (changes: Partial<Facts>) =>
  findings({ ...good, ...changes }).filter(({ state }) => state !== "works");
const told = (changes: Partial<Facts>) =>
  wrong(changes).map(({ state, check, code }) => `${state} ${check} ${code}`);

describe("what is made of a server", () => {
  it("[H35] one at which nothing is wrong works in every line", () => {
    const all = findings(good);
    expect(all.map(({ check }) => check)).toEqual([
      ...["name", "port", "certificate", "page", "websocket", "room", "stun", "relay-udp", "relay-tls"],
    ]);
    expect(all.flatMap(findingLines).every((line) => line.startsWith("✓ "))).toBe(true);
    expect([isFine(all), verdict(all)]).toEqual([true, "Everything works."]);
    expect(summary(url, all)).toEqual([
      `Self-test at ${url}: page, WebSocket, STUN, relay over UDP, TLS work.`,
    ]);
  });

  const shut = (code: string) => ({ ok: false, code }) as const;
  const [four, six] = ["203.0.113.5", "2001:db8::5"];
  const page = good.page;
  it.each([
    ["a name that leads nowhere", { names: { code: "ENOTFOUND" }, doors: [] }, "fails name name-unknown"],
    [
      "a closed port",
      { names: { addresses: [four] }, doors: [{ address: four, tried: shut("ECONNREFUSED") }] },
      "fails port port-closed",
    ],
    [
      "a port closed at one of two addresses",
      { doors: [good.doors[0], { address: six, tried: shut("timeout") }] },
      "degraded port port-partly-closed",
    ],
    ["no TLS", { certificate: { code: "ERR_SSL_WRONG_VERSION_NUMBER" } }, "fails certificate no-tls"],
    [
      "a certificate for another name",
      { certificate: { ...good.certificate, distrust: "ERR_TLS_CERT_ALTNAME_INVALID" } },
      "fails certificate not-trusted",
    ],
    [
      "a certificate about to end",
      { certificate: { ...good.certificate, until: now + day } },
      "degraded certificate ends-soon",
    ],
    ["another program", { health: { status: 200 } }, "fails page not-parlour"],
    ["a server without a page", { page: { status: 503, isHtml: false } }, "fails page no-page"],
    ["no answer", { health: { code: "ECONNRESET" } }, "fails page no-answer"],
    ["a server that is ending", { health: { status: 503 } }, "fails page not-ready"],
    ["a proxy that takes headers away", { page: { status: 200, isHtml: true } }, "degraded policy no-policy"],
    [
      "a proxy that loses the host",
      { page: { ...page, policy: "connect-src 'self' ws://127.0.0.1:3000" } },
      "fails policy host-lost",
    ],
    [
      "a proxy that loses the scheme",
      { page: { ...page, policy: "connect-src 'self' ws://meet.example.org" } },
      "degraded policy scheme-lost",
    ],
    [
      "a proxy without WebSockets",
      { socket: { state: "closed", code: "http-426", status: 426 } },
      "fails websocket http-426",
    ],
    [
      "a room that is refused",
      { socket: { state: "refused", ms: 5, code: "internal", detail: "It broke." } },
      "fails room internal",
    ],
    [
      "clocks that differ",
      { socket: { state: "welcome", ms: 5, aheadMs: -600_000 } },
      "degraded clock clocks-differ",
    ],
    ["no STUN", { stun: [] }, "degraded stun no-stun"],
    [
      "a STUN server that is silent",
      { stun: [{ url: "stun:a", port: 3478, result: shut("timeout") }] },
      "degraded stun timeout",
    ],
    ["no relay", { relays: [] }, "degraded relay no-relay"],
  ] as const satisfies readonly (readonly [string, Partial<Facts>, string])[])(
    "[H37] %s is told apart, with what to do",
    (_, changes, line) => {
      expect(told(changes)).toEqual([line]);
      for (const { text, hint } of wrong(changes)) {
        expect(text).toMatch(/^[A-Z].*\.$/);
        expect(hint?.length).toBeGreaterThan(20);
      }
    },
  );

  const relay = (transport: "udp" | "tcp" | "tls", stage: "connect" | "allocate" | "pass", code: string) => ({
    url: `turn:${transport}`,
    transport,
    port: 3478,
    result: { ok: false, stage, code } as const,
  });

  it("[H36] a way to the relay that does not work is degraded while another one does", () => {
    const relays = [relay("udp", "connect", "timeout"), good.relays[1]];
    expect(told({ relays })).toEqual(["degraded relay-udp connect-timeout"]);
    expect(isFine(findings({ ...good, relays }))).toBe(true);
    expect(wrong({ relays })[0]?.hint).toMatch(/Open UDP port 3478/);
  });

  it("[H36] when no way works, the relay fails", () => {
    const relays = [relay("udp", "connect", "timeout"), relay("tls", "allocate", "stun-401")];
    expect(told({ relays })).toEqual([
      "fails relay-udp connect-timeout",
      "fails relay-tls allocate-stun-401",
      "fails relay no-relay-works",
    ]);
    expect(wrong({ relays })[1]?.hint).toMatch(/--turn-secret/);
    expect(isFine(findings({ ...good, relays }))).toBe(false);
    expect(verdict(findings({ ...good, relays }))).toBe("3 of 10 checks failed.");
    expect(wrong({ relays: [relay("tcp", "pass", "timeout")] })[0]?.hint).toMatch(/--public-address/);
  });

  it("[H34] from inside, what does not lead back is no failure: it can't be told", () => {
    const inside = { ...good, seenFrom: "inside" } as const;
    const found = findings({
      ...inside,
      doors: [{ address: four, tried: shut("timeout") }],
      certificate: { from: now - day, until: now + day * 9, issuer: "x" },
      relays: [relay("udp", "connect", "timeout")],
      stun: [{ url: "stun:a", port: 3478, result: shut("timeout") }],
    }).filter(({ state }) => state !== "works");
    expect(found.map(({ state, check }) => [state, check])).toEqual([
      ["unknown", "port"],
      ["unknown", "stun"],
      ["unknown", "relay-udp"],
    ]);
    expect(isFine(found)).toBe(true);
    const [first, second, hint] = summary(url, found);
    expect([first, second]).toEqual([
      `Self-test at ${url}:`,
      expect.stringMatching(/^ {2}~ Whether .* can't be told from here/),
    ]);
    expect(hint).toMatch(/^ {6}Look from another network: parlour doctor https:\/\/meet\.example\.org$/);
  });

  it("[H35] plain HTTP is less for others, and no matter on this machine", () => {
    const at = (host: string) => ({ ...good.target, url: `http://${host}`, host, isSecure: false });
    const { certificate: _, ...plain } = good;
    const policy = (host: string) => ({ ...page, policy: `connect-src ws://${host}` });
    const found = (host: string) =>
      findings({ ...plain, target: at(host), page: policy(host) }).filter(({ state }) => state !== "works");
    expect(found("192.168.1.5").map(({ code }) => code)).toEqual(["plain-http"]);
    expect(found("localhost")).toEqual([]);
  });
});
