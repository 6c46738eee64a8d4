import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentName, flags, type ServeOptions, serveHelp } from "./flags.ts";
import { readFlags } from "./read-flags.ts";

function options(words: string, environment: NodeJS.ProcessEnv = {}): ServeOptions {
  const request = readFlags(words.split(" ").filter(Boolean), environment);
  if (request.kind !== "serve") throw new Error(JSON.stringify(request));
  return request.options;
}

function problem(words: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const request = readFlags(words, environment);
  return request.kind === "problem" ? request.line : `no problem: ${request.kind}`;
}

describe("flags", () => {
  it("have the defaults that --help shows", () => {
    expect(options("")).toMatchObject({
      port: 3000,
      tls: "off",
      turn: "closed",
      "turn-port": 3478,
      forwarder: "embedded",
      "forwarder-port": undefined,
      "log-level": "warn",
    });
    expect(options("")).toMatchObject({ "create-on-join": true, "trust-proxy": false, "allow-origin": [] });
  });

  it("take a value after a space or an equals sign; some need none", () => {
    expect(options("--port 0 --host=:: --trust-proxy --history-hours 1.5")).toMatchObject({
      port: 0,
      host: "::",
      "trust-proxy": true,
      "history-hours": 1.5,
    });
    expect(options("--trust-proxy=off")["trust-proxy"]).toBe(false);
    expect(options("--trust-proxy 10.0.0.0/8,::1")["trust-proxy"]).toEqual(["10.0.0.0/8", "::1"]);
    expect(options("--create-on-join off")["create-on-join"]).toBe(false);
  });

  it("take paths from the present folder", () => {
    expect(options("--data here").data).toBe(resolve("here"));
  });

  it("take the last of two, but collect origins", () => {
    expect(options("--port 1 --port 2").port).toBe(2);
    expect(
      options("--allow-origin https://a.example --allow-origin https://b.example,http://c:1"),
    ).toMatchObject({
      "allow-origin": ["https://a.example", "https://b.example", "http://c:1"],
    });
  });

  it("[H1] are read from the environment, the command line wins, an empty variable is none", () => {
    const environment = {
      PARLOUR_PORT: "4000",
      PARLOUR_TLS: "self",
      PARLOUR_DATA: "",
      PARLOUR_TRUST_PROXY: "1",
    };
    expect(options("--tls off", environment)).toMatchObject({ port: 4000, tls: "off", "trust-proxy": true });
    expect(options("", environment).data).toBeUndefined();
    expect(
      options("--allow-origin https://a.example", { PARLOUR_ALLOW_ORIGIN: "https://b.example" }),
    ).toMatchObject({
      "allow-origin": ["https://a.example"],
    });
  });

  it("[H1] are all in the help", () => {
    for (const name of Object.keys(flags)) expect(serveHelp()).toMatch(new RegExp(`^ {2}--${name}\\b`, "m"));
    expect(environmentName("history-hours")).toBe("PARLOUR_HISTORY_HOURS");
    expect(readFlags(["--port", "nonsense", "--help"], {}).kind).toBe("help");
  });

  it.each([
    [["--prot", "1"], /^There is no flag --prot\. Did you mean --port\?$/],
    [["--nonsense"], /^There is no flag --nonsense\. parlour serve --help lists all flags\.$/],
    [["--__proto__", "1"], /^There is no flag --__proto__\./],
    [["3000"], /^"3000" is not a flag\./],
    [["--port"], /^--port needs a value, for example: --port 3000\.$/],
    [["--port="], /^--port needs a value/],
    [["--data", "--tls", "self"], /^--data needs a value/],
    [
      ["--port", "70000"],
      /^--port must be a whole number from 0 to 65535 \(it is "70000"\)\. For example: --port 3000$/,
    ],
    [["--port", "-1"], /^--port must be/],
    [["--port", "3e3"], /^--port must be/],
    [["--tls", "yes"], /^--tls must be one of off, self, files \(it is "yes"\)\./],
    [["--tls", "files"], /^--tls files needs the certificate's file: --cert FILE$/],
    [["--tls", "files", "--cert", "a"], /^--tls files needs the private key's file: --key FILE$/],
    [["--cert", "a"], /^--cert works only with --tls files/],
    [["--allow-origin", "https://a.example/path"], /^--allow-origin must be an origin/],
    [["--trust-proxy", "10.0.0.0/33"], /^--trust-proxy must be on, off, or addresses/],
    [["--trust-proxy", "proxy.example"], /^--trust-proxy must be on, off, or addresses/],
    [["--create-on-join", "maybe"], /^--create-on-join must be on or off/],
    [["--history-hours", "-1"], /^--history-hours must be a number of hours/],
    [["--history-messages", "1.5"], /^--history-messages must be a whole number/],
    [["--log-level", "loud"], /^--log-level must be one of silent, error, warn, info, debug/],
    [["--host", "a b"], /^--host must be/],
    [["--turn", "on"], /^--turn must be one of closed, open, external, off \(it is "on"\)\./],
    [["--turn", "open"], /^--turn open needs the address .*: --public-address ADDRESS$/],
    [["--turn", "external"], /^--turn external needs your relay's address: --turn-url turn:/],
    [
      ["--turn", "external", "--turn-url", "turn:a.example"],
      /^--turn external needs the secret .*--turn-secret SECRET/,
    ],
    [["--turn-url", "turn://a.example"], /^--turn-url must be a URL such as stun:HOST:PORT/],
    [["--turn-url", "stun:a.example?transport=udp"], /^--turn-url must be/],
    [["--turn-url", "https://a.example"], /^--turn-url must be/],
    [["--turn-port", "70000"], /^--turn-port must be a whole number/],
    [["--domain", "https://a.example"], /^--domain must be a domain name, without scheme and port/],
    [["--domain", "localhost"], /^--domain must be a domain name/],
    [["--domain", "203.0.113.5"], /^--domain must be a domain name/],
    [["--domain", "a.example", "--tls", "self"], /^--domain gets its own certificate: leave out --tls self/],
    [["--domain", "a.example", "--acme-directory", "http://ca.example"], /^--acme-directory must be a URL/],
    [["--domain", "a.example", "--acme-email", "ada"], /^--acme-email must be an e-mail address/],
    [["--domain", "a.example", "--http-port", "http"], /^--http-port must be a whole number .*, or off/],
    [["--acme-ca", "ca.pem"], /^--acme-ca works only with --domain NAME; add it\.$/],
    [["--turn-fast-path", "on"], /^--turn-fast-path must be one of auto, off/],
    [["--turn-workers", "0"], /^--turn-workers must be a whole number from 1 to 16/],
    [["--turn-lab", "delay=9999"], /^--turn-lab must be delay=MS/],
    [["--turn-lab", "loss=0.1", "--turn", "off"], /^--turn-lab works only with this server's own relay/],
    [["--public-address", "here.example"], /^--public-address must be an IP address/],
    [["--public-address", "203.0.113.5,203.0.113.6"], /^--public-address must be an IP address/],
  ])("[H2] %j is answered by one line that names it and the fix", (words, line) => {
    expect(problem(words)).toMatch(line);
    expect(problem(words)).not.toContain("\n");
  });

  it("[H2] a bad value in the environment is named by its variable", () => {
    expect(problem([], { PARLOUR_PORT: "many" })).toMatch(/^PARLOUR_PORT must be a whole number/);
  });

  it("[H2] a secret is never repeated", () => {
    for (const flag of ["--metrics-token", "--turn-secret"])
      expect(problem([flag, "hunter2"])).toMatch(/^--[a-z-]+ must be at least 16(?!.*hunter2)/);
  });

  it("[H3] what belongs to a later version is refused by name", () => {
    for (const [name, flag] of Object.entries(flags))
      if ("later" in flag)
        expect(problem([`--${name}`, "x"])).toMatch(new RegExp(`^--${name} is not available in this`));
    expect(problem([], { PARLOUR_REDIS: "redis://localhost" })).toMatch(/^PARLOUR_REDIS is not available/);
  });

  it("[H30] a domain brings the standard ports, unless others are given, and says where open relays are", () => {
    expect(options("--domain Meet.Example.org. --turn open")).toMatchObject({
      domain: "meet.example.org",
      port: 443,
      "http-port": 80,
      "acme-directory": "https://acme-v02.api.letsencrypt.org/directory",
    });
    expect(options("--domain Möwe.example").domain).toBe("xn--mwe-sna.example");
    expect(options("--domain a.example --port 8443 --http-port off")).toMatchObject({
      port: 8443,
      "http-port": undefined,
    });
  });

  it("[H71] a lab is read, and refused in production", () => {
    expect(options("--turn-lab delay=80,loss=0.02")["turn-lab"]).toEqual({ delayMs: 80, loss: 0.02 });
    expect(options("--turn-lab rate=500000,jitter=20")["turn-lab"]).toEqual({
      bitsPerSecond: 500_000,
      jitterMs: 20,
    });
    for (const [words, environment] of [
      [[], { NODE_ENV: "production" }],
      [["--domain", "meet.example.org"], {}],
    ] as const)
      expect(problem(["--turn-lab", "delay=80", ...words], environment)).toMatch(/refused in production/);
  });

  it("[H23] the relay's are collected and go together", () => {
    expect(
      options(
        "--turn external --turn-secret 0123456789abcdef --turn-url stun:a.example,turn:b.example:3478?transport=tcp --turn-url turns:[2001:db8::1]:5349",
      )["turn-url"],
    ).toEqual(["stun:a.example", "turn:b.example:3478?transport=tcp", "turns:[2001:db8::1]:5349"]);
    expect(options("--turn open --public-address 203.0.113.5,2001:db8::5")["public-address"]).toEqual([
      "203.0.113.5",
      "2001:db8::5",
    ]);
    expect(options("--turn external --turn-url stun:a.example").turn).toBe("external");
    expect(options("", { PARLOUR_TURN: "off", PARLOUR_TURN_PORT: "0" })).toMatchObject({
      turn: "off",
      "turn-port": 0,
    });
  });
});
