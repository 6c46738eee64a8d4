import { setTimeout as pass } from "node:timers/promises";
import type { BrowserOptions, Engine, TestBrowser } from "../harness/browsers.ts";
import { noTrouble, providerRules, routerRules, type Trouble } from "./firewall.ts";
import { launchInside } from "./lab-browser.ts";
import { type Namespace, openNamespace } from "./namespace.ts";
import type { Network } from "./networks.ts";
import type { Trust } from "./trust.ts";
import { hostLines, type Interface, type Place, placeOf, providerLines, routerLines } from "./wiring.ts";

/** Someone's machine in the lab, with its router and its provider. Every method resolves when what it says is so. */
export interface Host {
  readonly name: string;
  readonly place: Place;
  readonly network: Network;
  readonly interface: Interface;
  /** The machine, its router and its provider, for programs of your own (`run`, `launcher`). */
  readonly namespaces: { readonly host: Namespace; readonly router: Namespace; readonly provider: Namespace };
  /** Moves it to a network of that kind: no trouble, no mapping left, `wifi` in use. */
  setNat(network: Network): Promise<void>;
  blockUdp(): Promise<void>;
  allowUdp(): Promise<void>;
  /** A block of one way: UDP goes out from now on, and none comes in; until `setNat`. */
  deafen(): Promise<void>;
  /** Checks of ICE come in from now on, and nothing else over UDP; `isSo` false: all does again. */
  hearChecksAlone(isSo?: boolean): Promise<void>;
  /** No STUN or TURN server answers over UDP from now on; until `setNat`. */
  hearNoServer(): Promise<void>;
  /** That share (0 to 1) of packets is lost from now on, each way. */
  lose(share: number): Promise<void>;
  /** Nothing passes for so long, either way, and nobody is told. Resolves when it is over. */
  silence(ms: number): Promise<void>;
  /** From `wifi` to `cable` or back: the one goes down, the other comes up with an address of its own. */
  changeAddress(): Promise<void>;
  /** Router and provider forget every connection. Where mappings can't be foreseen, the next packet makes another one. */
  forgetMappings(): Promise<void>;
  /** So long a mapping for UDP lasts without packets, seconds; until `setNat`. */
  expireMappings(seconds: number): Promise<void>;
  /**
   * The browser of that kind: launched when first asked for and kept, until the host has other addresses than it was launched with. Browsers
   * hear of that late, and break off what they are loading then; who wants to see that holds on to one.
   */
  browser(engine: Engine): Promise<TestBrowser>;
  /** Another browser, launched with these options. Whoever asks for it closes it. */
  launch(engine: Engine, options: BrowserOptions): Promise<TestBrowser>;
  /** Every browser of this host stands still, as on a machine that sleeps; its sockets stay as they are. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Linux's own lifetimes of UDP mappings, seconds: of what nobody answered, and of what goes both ways. */
const lifetimes = { unanswered: 30, answered: 120 } as const;

export async function openHost(name: string, number: number, trust: Trust): Promise<Host> {
  const place = placeOf(number);
  const [host, router, provider] = await Promise.all([
    openNamespace(name),
    openNamespace(`${name}-router`),
    openNamespace(`${name}-provider`),
  ]);
  const browsers = new Map<Engine, { readonly launched: Promise<TestBrowser>; readonly moves: number }>();
  let network: Network = "port-restricted";
  let used: Interface = "wifi";
  let trouble: Trouble = noTrouble;
  let plugged = "";
  let moves = 0;

  const applyRules = (): Promise<string> =>
    router.run(["nft", "-f", "-"], routerRules(network, place.address[used], trouble));
  const forget = async (): Promise<void> => {
    await Promise.all([router, provider].map((one) => one.run(["conntrack", "-F"])));
  };
  const keepMappings = async (unanswered: number, answered: number): Promise<void> => {
    const words = `cd /proc/sys/net/netfilter && echo ${unanswered} > nf_conntrack_udp_timeout && echo ${answered} > nf_conntrack_udp_timeout_stream`;
    await Promise.all([router, provider].map((one) => one.run(["sh", "-c", words])));
  };
  /** Browsers notice addresses that go and come, so they do it only where something is another. */
  const plug = async (): Promise<void> => {
    const lines = hostLines(place, used, network).join("\n");
    if (lines === plugged) return;
    plugged = lines;
    moves++;
    await host.run(["ip", "-batch", "-"], lines);
  };
  const change = async (to: Partial<Trouble>): Promise<void> => {
    trouble = { ...trouble, ...to };
    await applyRules();
  };
  const eachBrowser = async (use: (browser: TestBrowser) => unknown): Promise<void> => {
    for (const { launched } of [...browsers.values()]) await use(await launched);
  };

  return {
    name,
    place,
    namespaces: { host, router, provider },
    get network() {
      return network;
    },
    get interface() {
      return used;
    },
    async setNat(next) {
      network = next;
      used = "wifi";
      trouble = noTrouble;
      await Promise.all([plug(), applyRules(), provider.run(["nft", "-f", "-"], providerRules(next))]);
      await Promise.all([forget(), keepMappings(lifetimes.unanswered, lifetimes.answered)]);
    },
    blockUdp: () => change({ udpBlocked: true }),
    allowUdp: () => change({ udpBlocked: false }),
    deafen: () => change({ deaf: true }),
    hearChecksAlone: (isSo = true) => change({ checksAlone: isSo }),
    hearNoServer: () => change({ unanswered: true }),
    lose: (share) => change({ loss: share }),
    async silence(ms) {
      await change({ silent: true });
      await pass(ms);
      await change({ silent: false });
    },
    async changeAddress() {
      used = used === "wifi" ? "cable" : "wifi";
      await plug();
      await applyRules();
    },
    forgetMappings: forget,
    expireMappings: (seconds) => keepMappings(seconds, seconds),
    async browser(engine) {
      const found = browsers.get(engine);
      if (found !== undefined && found.moves === moves) return found.launched;
      await found?.launched.then((old) => old.close());
      const launched = launchInside(engine, host, trust);
      browsers.set(engine, { launched, moves });
      const forget = () => void (browsers.get(engine)?.launched === launched && browsers.delete(engine));
      launched.then(({ browser }) => browser.once("disconnected", forget), forget);
      return launched;
    },
    launch: (engine, options) => launchInside(engine, host, trust, options),
    pause: () => eachBrowser((browser) => browser.signal("SIGSTOP")),
    resume: () => eachBrowser((browser) => browser.signal("SIGCONT")),
    async close() {
      await eachBrowser((browser) => browser.close());
      await Promise.all([host, router, provider].map((one) => one.close()));
    },
  };
}

/** Addresses and routes of router and provider, once their cables are there. */
export async function bringUp({ namespaces: { router, provider }, place }: Host): Promise<void> {
  await Promise.all([
    router.run(["ip", "-batch", "-"], routerLines(place).join("\n")),
    provider.run(["ip", "-batch", "-"], providerLines(place).join("\n")),
  ]);
}
