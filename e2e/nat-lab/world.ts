/**
 * The NAT lab: real browsers behind real NATs, on one machine, as root or in a user namespace of one's own.
 *
 * ```ts
 * const world = await sharedWorld();                     // or openWorld() for one of your own
 * const [a, b] = [world.host("a"), world.host("b")];
 * await a.setNat("symmetric");                           // kinds of network: networks.ts
 * const browser = await a.browser("chromium");           // a TestBrowser; trusts the server's certificate
 * const tab = await openSdkPage(browser, world.server.url);
 *
 * await a.changeAddress();                               // wifi down, cable up
 * await a.silence(5_000);                                // nothing passes, nobody is told
 * await a.blockUdp();                                    // from now on; allowUdp() ends it
 * await a.deafen();                                      // UDP goes out and none comes in, until setNat()
 * await a.hearChecksAlone();                             // of UDP checks of ICE come in, and nothing else; (false) ends it
 * await a.hearNoServer();                                // STUN and TURN over UDP are not answered, until setNat()
 * await a.lose(0.05);                                    // 5 % of packets each way
 * await a.forgetMappings(); await a.expireMappings(5);   // seconds
 * await a.pause(); await a.resume();                     // every process of its browsers
 * await world.server.stop(); await world.server.start(); // also kill()
 * await world.serve(["--turn", "off"]);                  // another server in its place, with these flags
 * await a.setNat("port-restricted");                     // all well again
 * ```
 *
 * The server is at `https://parlour.test` (port 443; relay on 3478, UDP and TCP, and on 443) on IPv4 and IPv6.
 * A test file of the lab is `e2e/nat-lab/*.test.ts`; `node e2e/nat-lab/run.mjs FILE` runs it.
 * To look inside while it runs: `ps ax | grep parlour-lab-`, then `nsenter --target PID --net` (in a user namespace: `--user` too).
 */
import { startServer, type TestServer } from "../harness/server.ts";
import { bringUp, type Host, openHost } from "./host.ts";
import { type Namespace, openNamespace } from "./namespace.ts";
import { makeTrust } from "./trust.ts";
import {
  cablesOf,
  internetLines,
  onTheWay,
  serverCable,
  serverLines,
  server as serverPlace,
} from "./wiring.ts";

export type { Host } from "./host.ts";
export type { Network } from "./networks.ts";

/** The server of the lab. Its `url` is that of its name, not what it says itself. */
export type LabServer = Pick<TestServer, "url" | "log" | "start" | "stop" | "kill" | "pid"> & {
  /** Where it runs, for programs beside it, */
  readonly namespace: Namespace;
  /** and files that make them trusted under its name. */
  readonly certificate: { readonly cert: string; readonly key: string };
};

export interface World {
  readonly server: LabServer;
  /** The certificate of the authority that browsers trust here, a file in PEM. */
  readonly ca: string;
  host(name: string): Host;
  /** Ends the server and starts another one, with nothing of the first, with these flags. */
  serve(flags?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Default: a and b. */
  readonly hosts?: readonly string[];
  readonly serverFlags?: readonly string[];
}

/** Builds a lab and starts its server; takes about a second. */
export async function openWorld({
  hosts: names = ["a", "b"],
  serverFlags = [],
}: WorldOptions = {}): Promise<World> {
  const trust = await makeTrust(serverPlace.name);
  const [internet, serverNamespace] = await Promise.all([openNamespace("internet"), openNamespace("server")]);
  const hosts = await Promise.all(names.map((name, index) => openHost(name, index + 1, trust)));
  const machines = new Map(
    [internet, serverNamespace, ...hosts.flatMap(({ namespaces }) => Object.values(namespaces))].map(
      (one) => [one.name, one],
    ),
  );
  const settings = onTheWay
    .map((setting) => setting.split(" "))
    .map(([name, value]) => `echo ${value} > /proc/sys/net/${name}`)
    .join(" && ");
  await Promise.all(
    [...machines.values()]
      .filter(({ name }) => !names.includes(name))
      .map((one) => one.run(["sh", "-c", settings])),
  );
  for (const [one, end, other, otherEnd] of [serverCable, ...names.flatMap(cablesOf)]) {
    const to = machines.get(other);
    if (to === undefined) throw new Error(`no machine is called ${other}`);
    await machines
      .get(one)
      ?.run(["ip", "link", "add", end, "type", "veth", "peer", "name", otherEnd, "netns", String(to.pid)]);
  }
  await Promise.all([
    serverNamespace.run(["ip", "-batch", "-"], serverLines.join("\n")),
    internet.run(["ip", "-batch", "-"], internetLines(hosts).join("\n")),
    ...hosts.map(bringUp),
  ]);
  await Promise.all(hosts.map((host) => host.setNat("port-restricted")));

  const launch = (flags: readonly string[]): Promise<TestServer> =>
    startServer(
      ["--tls", "files", "--cert", trust.cert, "--key", trust.key, "--turn-port", "3478", ...flags],
      { launcher: serverNamespace.launcher, port: 443 },
    );
  let running = await launch(serverFlags);

  return {
    ca: trust.ca,
    server: {
      namespace: serverNamespace,
      certificate: { cert: trust.cert, key: trust.key },
      url: `https://${serverPlace.name}`,
      get log() {
        return running.log;
      },
      get pid() {
        return running.pid;
      },
      start: () => running.start(),
      stop: () => running.stop(),
      kill: () => running.kill(),
    },
    host(name) {
      const found = hosts.find((host) => host.name === name);
      if (found === undefined) throw new Error(`there is no host ${name}, only ${names.join(", ")}`);
      return found;
    },
    async serve(flags = []) {
      await running.close();
      running = await launch(flags);
    },
    async close() {
      await Promise.allSettled(hosts.map((host) => host.close()));
      await running.close();
      await Promise.allSettled([internet, serverNamespace].map((one) => one.close()));
    },
  };
}

let shared: Promise<World> | undefined;

/** One lab serves a whole run; the runner sweeps what is in it when the run is over. Leave its server and hosts as you would find them. */
export function sharedWorld(): Promise<World> {
  shared ??= openWorld();
  return shared;
}

export async function closeSharedWorld(): Promise<void> {
  const world = shared;
  shared = undefined;
  await (await world)?.close();
}
