import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../harness/waiting.ts";
import type { Host } from "./host.ts";
import type { Network } from "./networks.ts";
import { openProbe, type Probe } from "./probe.ts";
import { server as serverPlace } from "./wiring.ts";
import { sharedWorld, type World } from "./world.ts";

// The control run: networks without browsers. When this fails, nothing that follows means anything.

const [first, second] = serverPlace.addresses;
/** Sockets of the server: another address, and another port, than the first. */
const door = `${first}:7001`;
const otherPort = `${first}:7002`;
const otherAddress = `${second}:7001`;

let world: World;
let host: Host;
let here: Probe;
let there: Probe;
let sockets = 0;
beforeAll(async () => {
  world = await sharedWorld();
  host = world.host("a");
  [here, there] = await Promise.all([openProbe(host.namespaces.host), openProbe(world.server.namespace)]);
  await there.open(door, first, 7001);
  await there.open(otherPort, first, 7002);
  await there.open(otherAddress, second, 7001);
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await host.setNat("port-restricted");
});

/** A fresh socket of the host's. */
async function socket(): Promise<string> {
  const name = `socket ${++sockets}`;
  await here.open(name, host.place.address[host.interface]);
  return name;
}

/** By which address and port that door sees the socket. */
async function seenBy(at: string, from: string): Promise<string> {
  const text = `${from} to ${at} (${++sockets})`;
  here.send(from, text, at);
  return there.hears(at, text);
}

/** Whether TCP gets through to that port of the server. */
async function reachesTcp(port: number): Promise<boolean> {
  const script = `require("net").connect(${port}, "${first}").on("connect", () => process.exit(0)).on("error", () => process.exit(1)).setTimeout(1500, () => process.exit(2))`;
  return host.namespaces.host.run([process.execPath, "-e", script]).then(
    () => true,
    () => false,
  );
}

describe("the lab", () => {
  const translated: readonly { network: Network; hasOneMapping: boolean; letsIn: readonly string[] }[] = [
    { network: "full-cone", hasOneMapping: true, letsIn: ["other address", "other port", "answer"] },
    { network: "address-restricted", hasOneMapping: true, letsIn: ["other port", "answer"] },
    { network: "port-restricted", hasOneMapping: true, letsIn: ["answer"] },
    { network: "double", hasOneMapping: true, letsIn: ["answer"] },
    { network: "dual-stack", hasOneMapping: true, letsIn: ["answer"] },
    { network: "symmetric", hasOneMapping: false, letsIn: ["answer"] },
  ];
  it.each(translated.map((one) => [one.network, one] as const))(
    "[N1] %s maps and filters as its name says",
    async (_network, expected) => {
      await host.setNat(expected.network);
      const mapped = await socket();
      const seen = new Set<string>();
      for (const at of [door, otherPort, otherAddress]) seen.add(await seenBy(at, mapped));
      expect(seen.size).toBe(expected.hasOneMapping ? 1 : 3);
      const [outside = ""] = seen;
      if (expected.network === "double") expect(outside).toMatch(/^203\.0\.113\./);
      else expect(outside).toContain(`${host.place.outside}:`);

      const filtered = await socket();
      const at = await seenBy(door, filtered);
      there.send(otherAddress, "other address", at);
      there.send(otherPort, "other port", at);
      there.send(door, "answer", at);
      // Packets do not overtake each other here: what was let in before it has arrived by then.
      await here.hears(filtered, "answer");
      const heard = here.heard.filter((one) => one.socket === filtered).map(({ text }) => text);
      expect(heard).toEqual(expected.letsIn);
    },
  );

  it.each([
    ["udp-blocked", [443, 3478]],
    ["only-443", [443]],
  ] as const)("[N1] %s lets out no UDP, and TCP to %s", async (network, ports) => {
    await host.setNat(network);
    const from = await socket();
    here.send(from, `blocked in ${network}`, door);
    const open = [443, 3478].filter((port) => (ports as readonly number[]).includes(port));
    for (const port of open) expect(await reachesTcp(port)).toBe(true);
    for (const port of [443, 3478].filter((one) => !open.includes(one)))
      expect(await reachesTcp(port)).toBe(false);
    expect(there.heard.filter(({ text }) => text === `blocked in ${network}`)).toEqual([]);
  });

  describe("on demand", () => {
    beforeEach(() => host.setNat("symmetric"));

    it("[N1] UDP is blocked and allowed again", async () => {
      const from = await socket();
      await host.blockUdp();
      here.send(from, "while blocked", door);
      expect(await reachesTcp(443)).toBe(true);
      await host.allowUdp();
      await seenBy(door, from);
      expect(there.heard.filter(({ text }) => text === "while blocked")).toEqual([]);
    });

    it("[N1] nothing passes while it is silent", async () => {
      const from = await socket();
      await seenBy(door, from);
      const over = host.silence(500);
      await until("silence", async () =>
        (await host.namespaces.router.run(["nft", "list", "ruleset"])).includes("table inet trouble"),
      );
      here.send(from, "into silence", door);
      await over;
      await seenBy(door, from);
      expect(there.heard.filter(({ text }) => text === "into silence")).toEqual([]);
    });

    it("[N1] of UDP checks come in, and nothing else", async () => {
      const from = await socket();
      const at = await seenBy(door, from);
      await host.hearChecksAlone();
      there.send(door, "words", at);
      // A request for a binding begins with these bytes (RFC 8489, section 5).
      there.send(door, "\u0000\u0001 check", at);
      await here.hears(from, "\u0000\u0001 check");
      await host.hearChecksAlone(false);
      there.send(door, "words again", at);
      await here.hears(from, "words again");
      const heard = here.heard.filter(({ socket: of }) => of === from).map(({ text }) => text);
      expect(heard).toEqual(["\u0000\u0001 check", "words again"]);
    });

    it("[N1] mappings are forgotten, at once or when nothing passes for a while", async () => {
      const from = await socket();
      const before = await seenBy(door, from);
      expect(await seenBy(door, from)).toBe(before);
      await host.forgetMappings();
      const after = await seenBy(door, from);
      expect(after).not.toBe(before);
      await host.expireMappings(1);
      expect(await seenBy(door, from)).toBe(after);
      await until("the mapping to expire", async () => {
        const table = await host.namespaces.router.run(["conntrack", "-L", "-p", "udp"]);
        return !table.includes("dport=7001");
      });
      expect(await seenBy(door, from)).not.toBe(after);
    });

    it("[N1] a share of packets is lost", async () => {
      const from = await socket();
      await host.lose(0.5);
      for (let i = 0; i < 400; i++) here.send(from, "perhaps", door);
      // The probe does one thing after the other: by then it has sent them.
      await socket();
      await host.lose(0);
      await seenBy(door, from);
      const arrived = there.heard.filter(({ text }) => text === "perhaps").length;
      // Outside of this once in 10^15 runs.
      expect(arrived).toBeGreaterThan(120);
      expect(arrived).toBeLessThan(280);
    });

    it("[N1] the host gets another address", async () => {
      await host.changeAddress();
      expect(host.interface).toBe("cable");
      const from = await socket();
      expect(await seenBy(door, from)).toContain(`${host.place.outside}:`);
      const addresses = await host.namespaces.host.run(["ip", "-o", "-4", "addr"]);
      expect(addresses).toContain(host.place.address.cable);
      await expect(host.namespaces.host.run(["ip", "route", "get", first])).resolves.toContain("dev cable");
    });
  });

  it("[N1] when the process that opened it dies, nothing is left of it", async () => {
    const script = `
      import { openNamespace } from ${JSON.stringify(new URL("namespace.ts", import.meta.url).href)};
      const made = await Promise.all(["one", "other"].map(openNamespace));
      console.log(made.map(({ pid }) => pid).join(" "));
      setInterval(() => {}, 1000);`;
    const register = fileURLToPath(new URL("../../scripts/typescript/register.mjs", import.meta.url));
    const child = spawn(process.execPath, ["--import", register, "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const pids = line.toString().trim().split(" ");
    expect(pids).toHaveLength(2);
    child.kill("SIGKILL");
    await until("its namespaces to go", () => pids.every((pid) => !existsSync(`/proc/${pid}/ns/net`)));
  });
});
