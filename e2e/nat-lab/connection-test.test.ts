import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestBrowser } from "../harness/browsers.ts";
import { personOn } from "../harness/people.ts";
import { freshFolder } from "../harness/scratch.ts";
import { openSdkPage } from "../harness/sdk-page.ts";
import { projectRoot } from "../harness/server.ts";
import type { Host } from "./host.ts";
import type { Network } from "./networks.ts";
import { server as serverPlace } from "./wiring.ts";
import { sharedWorld, type World } from "./world.ts";

// What people and hosts are told of their network has to be what it is.

let world: World;
let host: Host;
beforeAll(async () => {
  world = await sharedWorld();
  host = world.host("a");
});
afterAll(() => host.setNat("port-restricted"));

const everything = {
  server: "works",
  websocket: "works",
  stun: "works",
  "relay-udp": "works",
  "relay-tcp": "works",
  "relay-tls": "works",
};
const noUdp = { ...everything, stun: "fails", "relay-udp": "fails" };

const expected: readonly (readonly [Network, Record<string, string>, string])[] = [
  ["port-restricted", everything, "Everything a call needs works here."],
  ["udp-blocked", noUdp, "Calls work here. Where they can't be direct they go over TCP"],
  [
    "only-443",
    { ...noUdp, "relay-tcp": "fails" },
    "Calls work here. Where they can't be direct they go over TCP",
  ],
];

describe("the test of the connection in the lab", () => {
  // Most of it is waiting for what does not answer: both browsers, and SDK and page of one, wait side by side.
  it.each(expected)("[H39][H40] %s: finds what the network is like", async (network, results, verdict) => {
    await host.setNat(network);
    const [chromium, firefox] = await Promise.all([host.browser("chromium"), host.browser("firefox")]);
    await Promise.all([finds(chromium, results), finds(firefox, results), reads(chromium, verdict)]);
  });

  async function finds(browser: TestBrowser, results: Record<string, string>): Promise<void> {
    const tab = await openSdkPage(browser, world.server.url);
    try {
      const found = await tab.page.evaluate(async () => {
        const all = await window.sdk.testConnection(location.origin);
        return Object.fromEntries(all.map(({ check, state }) => [check, state]));
      });
      expect(found, tab.engine).toEqual(results);
    } finally {
      await tab.close();
    }
  }

  async function reads(browser: TestBrowser, verdict: string): Promise<void> {
    const tab = await browser.openPage();
    try {
      await tab.page.goto(`${world.server.url}/r/trial?mic=off&camera=off`);
      const ada = personOn(tab, "Ada");
      await ada.press("Test the connection");
      await ada.reads(verdict);
    } finally {
      await tab.close();
    }
  }

  /** `parlour doctor` on the host's machine, where the lab's name is known. */
  async function doctor(): Promise<string[]> {
    const folder = freshFolder("doctor");
    const hosts = join(folder, "hosts");
    writeFileSync(hosts, `127.0.0.1 localhost\n${serverPlace.addresses[0]} ${serverPlace.name}\n`);
    const command = `${process.execPath} ${projectRoot}packages/cli/bin/parlour.mjs doctor ${world.server.url} --json --ca ${world.ca}`;
    const text = await host.namespaces.host.run([
      ...["unshare", "--mount", "sh", "-c"],
      `mount --bind ${hosts} /etc/hosts && { ${command} || true; }`,
    ]);
    const { findings } = JSON.parse(text) as { findings: { check: string; state: string; code: string }[] };
    return findings.flatMap(({ check, state, code }) =>
      state === "works" ? [] : [`${state} ${check} ${code}`],
    );
  }

  it.each([
    ["port-restricted", []],
    ["udp-blocked", ["degraded stun timeout", "degraded relay-udp connect-timeout"]],
    [
      "only-443",
      ["degraded stun timeout", "degraded relay-udp connect-timeout", "degraded relay-tcp connect-timeout"],
    ],
  ] as const)("[H35][H37] %s: parlour doctor says the same", async (network, wrong) => {
    await host.setNat(network);
    expect(await doctor()).toEqual(wrong);
  });
});
