import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coturn, traffic } from "../../packages/turn/node/coturn.fixture.ts";
import { forgetProcess, noteProcess } from "../harness/scratch.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { type Namespace, openNamespace } from "../nat-lab/namespace.ts";

// A server at home, behind a router that forwards the relay's ports to it, as docs/hosting.md says; coturn's client out in the world.

const isRoot = process.getuid?.() === 0;
const secret = "a secret of these tests";
// Open mode relays to public addresses only, so these can't be from the ranges for documentation; nothing of it leaves the namespaces.
const [publicAddress, insideAddress, worldAddress] = ["11.0.0.9", "192.168.9.2", "11.0.0.10"];
const peerPort = 3490;
const packets = 40;

describe.skipIf(!isRoot)("a relay behind a router that forwards its ports", () => {
  let world: Namespace;
  let router: Namespace;
  let home: Namespace;
  let server: TestServer | undefined;

  beforeAll(async () => {
    [world, router, home] = await Promise.all([
      openNamespace("world"),
      openNamespace("router"),
      openNamespace("home"),
    ]);
    const cable = (from: Namespace, end: string, to: Namespace, otherEnd: string): Promise<string> =>
      from.run(["ip", "link", "add", end, "type", "veth", "peer", "name", otherEnd, "netns", String(to.pid)]);
    await cable(router, "wan", world, "wan");
    await cable(router, "lan", home, "lan");
    const up = (machine: Namespace, ...lines: readonly string[]): Promise<string> =>
      machine.run(["ip", "-batch", "-"], ["link set lo up", ...lines].join("\n"));
    await up(world, "link set wan up", `addr add ${worldAddress}/24 dev wan`);
    await up(
      router,
      ...["link set wan up", `addr add ${publicAddress}/24 dev wan`],
      ...["link set lan up", "addr add 192.168.9.1/24 dev lan"],
    );
    await up(
      home,
      ...["link set lan up", `addr add ${insideAddress}/24 dev lan`, "route add default via 192.168.9.1"],
    );
    await router.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
    await router.run(
      ["nft", "-f", "-"],
      `table ip forwarded {
        chain before {
          type nat hook prerouting priority dstnat;
          iifname "wan" udp dport { 3478, 49160-49259 } dnat to ${insideAddress}
          iifname "wan" tcp dport { 3478, 3000 } dnat to ${insideAddress}
        }
        chain after {
          type nat hook postrouting priority srcnat;
          oifname "wan" masquerade
        }
      }`,
    );
  });
  afterAll(async () => {
    await server?.close();
    for (const machine of [world, router, home]) await machine?.close();
  });

  const serve = async (...flags: readonly string[]): Promise<void> => {
    await server?.close();
    server = await startServer(["--turn-secret", secret, "--turn-port", "3478", ...flags], {
      launcher: home.launcher,
      port: 3000,
    });
  };
  /** What coturn's client, out in the world, sent and got back. */
  const relayed = async (...flags: readonly string[]) => {
    const args = ["-n", packets, "-m", 2, "-l", 170, "-z", 5, "-c", "-u", "ada", "-W", secret].map(String);
    const command = [coturn("turnutils_uclient"), ...flags, ...args, publicAddress];
    return traffic(await world.run(["timeout", "15", ...command]));
  };
  const all = { sent: packets * 2 * 170, received: packets * 2 * 170, lost: 0 };

  it("[H74] closed: knows nothing of its public address, and needs one port", async () => {
    await serve();
    expect(await relayed("-y", "-p", "3478")).toEqual(all);
    expect(await relayed("-y", "-t", "-p", "3478")).toEqual(all);
    // The page's port is enough for everything.
    expect(await relayed("-y", "-t", "-p", "3000")).toEqual(all);
  });

  it("[H74] open: gives out the address that it was told, and the forwarded ports reach it", async () => {
    await serve("--turn", "open", "--public-address", publicAddress);
    const [program = "", ...words] = [
      ...world.launcher,
      ...[coturn("turnutils_peer"), "-L", worldAddress, "-p", String(peerPort)],
    ];
    const peer = spawn(program, words, { stdio: "ignore" });
    if (peer.pid !== undefined) noteProcess(peer.pid);
    try {
      const outside = ["-e", worldAddress, "-r", String(peerPort), "-X"];
      expect(await relayed("-p", "3478", ...outside)).toEqual(all);
      expect(await relayed("-t", "-p", "3478", ...outside)).toEqual(all);
      expect(await relayed("-y", "-p", "3478")).toEqual(all);
    } finally {
      peer.kill("SIGKILL");
      if (peer.pid !== undefined) forgetProcess(peer.pid);
    }
  });
});
