import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../testkit/node/index.ts";
import { selfSigned } from "../certificate.fixture.ts";
import { coturn } from "../coturn.fixture.ts";
import { makeCredentials } from "../credentials.ts";
import { TurnClient, type WireTransport } from "./index.ts";

/*
 * The client against somebody else's server: coturn in its ordinary setup, with relayed addresses that are real ports.
 */

const secret = "a secret of the tests";
const host = "127.0.0.1";
let folder: string;
let server: ChildProcess;
let port: number;
let tlsPort: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parlour-coturn-"));
  [port, tlsPort] = [await freePort(), await freePort()];
  const { cert, key } = selfSigned();
  writeFileSync(join(folder, "cert.pem"), cert);
  writeFileSync(join(folder, "key.pem"), key);
  server = spawn(
    coturn("turnserver"),
    [
      ...["-n", "--no-dtls", "--no-cli", "--realm=meet.example.org", "--pidfile=/dev/null"],
      ...[`--listening-ip=${host}`, `--relay-ip=${host}`, `--listening-port=${port}`],
      ...[`--tls-listening-port=${tlsPort}`, `--cert=${folder}/cert.pem`, `--pkey=${folder}/key.pem`],
      ...["--use-auth-secret", `--static-auth-secret=${secret}`, "--min-port=44100", "--max-port=44199"],
      ...["--allow-loopback-peers", "--no-stdout-log", "--log-file=/dev/null"],
    ],
    { stdio: "ignore" },
  );
  // It says nothing; the last of its listeners is the one for TLS.
  while ((await attempt("tls")) !== "none") await delay(50);
});
afterAll(async () => {
  const ended = new Promise((done) => server.once("exit", done));
  server.kill("SIGKILL");
  await ended;
  rmSync(folder, { recursive: true });
});

function open(transport: WireTransport, credential?: string): Promise<TurnClient> {
  const credentials = makeCredentials(secret, "tea/ada/", 300, Date.now());
  return TurnClient.connect({
    ...credentials,
    ...(credential === undefined ? {} : { credential }),
    transport,
    host,
    port: transport === "tls" ? tlsPort : port,
    mustTrust: false,
    timeoutMs: 5_000,
  });
}

/** The code of what came of an allocation; "none" when it was given. */
async function attempt(transport: WireTransport, credential?: string): Promise<string> {
  let client: TurnClient | undefined;
  try {
    client = await open(transport, credential);
    await client.allocate();
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    client?.close();
  }
}

describe("the client against coturn", () => {
  it.each(["udp", "tcp", "tls"] as const)(
    "passes data between two allocations over %s",
    async (transport) => {
      const [one, other] = [await open(transport), await open(transport)];
      try {
        const [atOne, atOther] = [await one.allocate(), await other.allocate()];
        await one.permit(atOther.relayed);
        await other.permit(atOne.relayed);
        one.send(atOther.relayed, Buffer.from("there"));
        const { bytes, from } = await other.receive();
        expect([Buffer.from(bytes).toString(), from.port]).toEqual(["there", atOne.relayed.port]);
      } finally {
        one.close();
        other.close();
      }
    },
  );

  it("is refused with another secret", async () => {
    expect(await attempt("udp", "wrong")).toBe("stun-401");
  });
});
