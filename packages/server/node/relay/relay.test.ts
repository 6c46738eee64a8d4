import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { codeOf, RealClient, secret } from "../../../turn/node/real-client.fixture.ts";
import { defaultIceRenewalMs } from "../hub/ice-renewals.ts";
import { openHouse, pass, testClock } from "../server/visit.fixture.ts";
import { credentialSeconds, externalRelay, openRelay, type Relay, type RelayOptions } from "./relay.ts";
import { Revocations } from "./revocations.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function relayOf(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await openRelay({ mode: "closed", secret, port: 0, host: "127.0.0.1", ...options });
  open.push(() => relay.close());
  return relay;
}

async function client(transport: "udp" | "tcp", relay: Relay, id: string): Promise<RealClient> {
  const made = await RealClient.connect(transport, relay.doors[transport] ?? 0, { id });
  open.push(() => made.wire.close());
  return made;
}

const visitor = {
  host: "meet.example.org",
  port: 3000,
  isSecure: false,
  isProxied: false,
  room: "tea",
  seat: "ada",
};

describe("the relay", () => {
  it("[H23] listens on UDP and TCP, the same number where it can", async () => {
    const relay = await relayOf();
    expect(relay.missing).toEqual([]);
    for (const transport of ["udp", "tcp"] as const)
      expect((await (await client(transport, relay, "tea/ada/")).allocate()).class).toBe("success");
    expect(relay.relayStatistics()).toMatchObject({ allocationsBy: { udp: 1, tcp: 1, tls: 0 } });
  });

  it("[H23] leaves TCP to the page when both have one port", async () => {
    const udp = createSocket("udp4").bind(0, "127.0.0.1");
    await once(udp, "listening");
    const { port } = udp.address();
    udp.close();
    const relay = await relayOf({ port, pagePort: port });
    expect([relay.doors, relay.missing]).toEqual([{ udp: port, tcp: undefined, isOnPagePort: true }, []]);
  });

  it("[H24] gives each seat credentials of its own, and further URLs to all", async () => {
    const relay = await relayOf({
      furtherUrls: ["stun:other.example", "turn:other.example"],
      now: () => 1_800_000_000_000,
    });
    const [stun, turn] = relay.iceServers(visitor);
    expect(stun?.urls).toEqual([`stun:meet.example.org:${relay.doors.udp}`, "stun:other.example"]);
    expect(turn?.urls).toContain("turn:other.example");
    expect(turn?.username).toBe(`${1_800_000_000 + credentialSeconds}:tea/ada/`);
    expect(turn?.credential).toMatch(/^[\w+/]{27}=$/);
  });

  it("[H25] lives without a port that is taken", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    await once(taken, "listening");
    open.push(() => taken.close());
    const { port } = taken.address();
    const relay = await relayOf({ port });
    expect(relay.missing).toEqual([{ transport: "udp", port, code: "EADDRINUSE" }]);
    expect(relay.iceServers(visitor)).toMatchObject([
      { urls: [`turn:meet.example.org:${port}?transport=tcp`] },
    ]);
  });

  it("[H26] takes back what a seat had when it goes, and nobody else's", async () => {
    const relay = await relayOf();
    const [ada, adam] = [await client("udp", relay, "tea/ada/"), await client("udp", relay, "tea/adam/")];
    for (const one of [ada, adam]) expect((await one.allocate()).class).toBe("success");
    relay.onSeatGone("tea", "ada");
    await vi.waitUntil(() => relay.relayStatistics().allocations === 1);
    expect(relay.relayStatistics().allocationsEnded.dropped).toBe(1);
    expect(codeOf(await (await client("udp", relay, "tea/ada/")).allocate())).toBe(401);
    expect((await (await client("udp", relay, "tea/adam/")).allocate()).class).toBe("success");
  });

  it("[H71] hands out a lab's credentials when it is one, and takes them back all the same", async () => {
    const relay = await relayOf({ lab: { delayMs: 30, loss: 0.5 } });
    const [, turn] = relay.iceServers(visitor);
    expect(turn?.username).toMatch(/^\d+:lab;delay=30;loss=0\.5;tea\/ada\/$/);
    const made = await client("udp", relay, turn?.username?.replace(/^\d+:/, "") ?? "");
    expect((await made.allocate()).class).toBe("success");
    relay.onSeatGone("tea", "ada");
    await vi.waitUntil(() => relay.relayStatistics().allocations === 0);
  });

  it("[H26] a seat that comes back within the second gets credentials that work", () => {
    const revocations = new Revocations(100);
    expect(revocations.expiryFor("a/", 5_000)).toBe(105);
    expect(revocations.revoke("a/", 5_900)).toBe(105);
    expect(revocations.expiryFor("a/", 5_950)).toBe(106);
    expect(revocations.expiryFor("b/", 5_950)).toBe(105);
    expect(revocations.revoke("a/", 5_990)).toBe(106);
    expect(revocations.expiryFor("a/", 7_000)).toBe(107);
    for (let second = 10; second < 1_000; second++) revocations.revoke(`${second}/`, second * 1_000);
    expect(revocations.size).toBeLessThan(3);
  });

  it("[H28] of somebody else gets the same kind of credentials", () => {
    const { iceServers } = externalRelay(["stun:a.example", "turns:a.example:5349"], secret, () => 0);
    expect(iceServers(visitor)).toEqual([
      { urls: ["stun:a.example"] },
      {
        urls: ["turns:a.example:5349"],
        username: `${credentialSeconds}:tea/ada/`,
        credential: expect.stringMatching(/=$/),
      },
    ]);
    expect(externalRelay(["stun:a.example"], "").iceServers(visitor)).toEqual([{ urls: ["stun:a.example"] }]);
  });
});

describe("the rooms' side of the relay", () => {
  it("[H26] tells of every seat that is gone for good, and not of one that is only away", async () => {
    const clock = testClock();
    const gone: string[] = [];
    const onSeatGone = (room: string, seat: string): void => {
      gone.push(`${room}/${seat}`);
      throw new Error("what this does is its own business");
    };
    const house = await openHouse({ onSeatGone }, { clock });
    open.push(() => house.close());
    const made = await house.fetch("/api/rooms", { method: "POST", body: '{"name":"tea"}', headers: json });
    const { hostToken } = (await made.json()) as { hostToken: string };
    const [ada, bob, cy] = [await house.visit(), await house.visit(), await house.visit()];
    const [a, b, c] = [await ada.enter("tea"), await bob.enter("tea"), await cy.enter("tea")];
    const eve = await house.visit();
    const e = await eve.enter("tea");
    ada.send({ type: "leave" });
    await bob.next("left");
    expect(gone).toEqual([`tea/${a.you.id}`]);
    bob.send({ type: "remove", id: e.you.id });
    await cy.next("left", ({ id }) => id === e.you.id);
    expect(gone.splice(1)).toEqual([`tea/${e.you.id}`]);
    bob.socket.close(1001);
    await cy.next("changed", ({ peer }) => peer.id === b.you.id && peer.presence === "away");
    expect(gone).toHaveLength(1);
    clock.advance(9_000);
    await cy.next("left", ({ id }) => id === b.you.id);
    expect(gone).toEqual([`tea/${a.you.id}`, `tea/${b.you.id}`]);
    const authorization = `Bearer ${hostToken}`;
    expect(
      (await house.fetch("/api/rooms/tea", { method: "DELETE", headers: { authorization } })).status,
    ).toBe(204);
    expect(gone.at(-1)).toBe(`tea/${c.you.id}`);
  });

  it("[H70] gives pages that stay fresh credentials, for as long as they stay", async () => {
    const clock = testClock();
    const [made, iceRenewalMs] = [[] as string[], 60_000];
    const iceServers = ({ seat }: { readonly seat: string }) => {
      made.push(seat);
      return [{ urls: ["turn:here"], username: `${clock.now()}:${seat}`, credential: "any" }];
    };
    const house = await openHouse({ iceServers, iceRenewalMs }, { clock });
    open.push(() => house.close());
    const [ada, bob] = [await house.visit(), await house.visit()];
    const a = await ada.enter("tea");
    await bob.enter("tea");
    expect(made.splice(0)).toHaveLength(2);
    bob.send({ type: "leave" });
    await ada.next("left");
    for (let turn = 0; turn < 2; turn++) {
      await pass(clock, iceRenewalMs, ada);
      const { iceServers } = await ada.next("ice-servers");
      expect(iceServers[0]?.username).toBe(`${clock.now()}:${a.you.id}`);
    }
    expect(made).toEqual([a.you.id, a.you.id]);
    expect(credentialSeconds * 1000).toBe(2 * defaultIceRenewalMs);
  });

  it("[H29] /metrics has the relay's numbers", async () => {
    const relay = await relayOf();
    const house = await openHouse({ relayStatistics: relay.relayStatistics });
    open.push(() => house.close());
    expect((await (await client("udp", relay, "tea/ada/")).allocate()).class).toBe("success");
    relay.onSeatGone("tea", "ada");
    await vi.waitUntil(() => relay.relayStatistics().allocations === 0);
    const text = await (await house.fetch("/metrics")).text();
    expect(text).toMatch(/^parlour_relay_allocations_total 1$/m);
    expect(text).toMatch(/^parlour_relay_allocations_udp 0$/m);
    expect(text).toMatch(/^parlour_relay_ends_total\{reason="dropped"\} 1$/m);
    expect(text).toMatch(/^parlour_relay_refusals_total\{code="401"\} 1$/m);
    const without = await openHouse();
    open.push(() => without.close());
    expect(await (await without.fetch("/metrics")).text()).not.toContain("parlour_relay");
  });
});

const json = { "content-type": "application/json" };
