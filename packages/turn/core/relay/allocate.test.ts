import { describe, expect, it } from "vitest";
import { attributes, methods } from "../stun/registry.ts";
import { openMode } from "./open-mode.fixture.ts";
import { addressIn, at, lifetimeOf, Rehearsal } from "./rehearsal.fixture.ts";

describe("Allocate", () => {
  it("[T20] gives a relayed address, its lifetime, and the client's own address", () => {
    const ada = new Rehearsal().client("198.51.100.7", { port: 4711 });
    const reply = ada.allocate();
    expect(reply).toMatchObject({ ok: true, isSigned: true });
    expect(addressIn(reply, attributes.xorRelayedAddress)).toBe(`192.0.2.1:${ada.relayed.port}`);
    expect(addressIn(reply, attributes.xorMappedAddress)).toBe("198.51.100.7:4711");
    expect(lifetimeOf(reply)).toBe(600);
  });

  it("[T21] sent again it gets the same answer, and another one 437", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    ada.nonce = undefined;
    const bytes = ada.signed(methods.allocate, (writer) =>
      writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0)),
    );
    const [first, again] = [ada.ask(bytes), ada.ask(bytes)];
    expect(again.message.bytes).toEqual(first.message.bytes);
    expect(rehearsal.relay.statistics.allocationsMade).toBe(1);
    expect(ada.allocate()).toMatchObject({ code: 437, isSigned: true });
  });

  it("[T21] without an allocation the other requests get 437", () => {
    const ada = new Rehearsal().client();
    expect(ada.refresh(600)).toMatchObject({ code: 437, isSigned: true });
    expect(ada.permit(at("192.0.2.1"))).toMatchObject({ code: 437, isSigned: true });
    expect(ada.bind(0x4000, at("192.0.2.1"))).toMatchObject({ code: 437, isSigned: true });
  });

  it("[T22] needs a transport, and UDP", () => {
    const ada = new Rehearsal().client();
    expect(ada.request(methods.allocate)).toMatchObject({ code: 400 });
    const tcp = ada.request(methods.allocate, (writer) =>
      writer.attribute(attributes.requestedTransport, Uint8Array.of(6, 0, 0, 0)),
    );
    expect(tcp).toMatchObject({ code: 442, isSigned: true });
  });

  it("[T22] gives even ports and reserves none", () => {
    const rehearsal = new Rehearsal();
    for (let i = 0; i < 20; i++) {
      const client = rehearsal.client();
      expect(client.allocate((writer) => writer.attribute(attributes.evenPort, Uint8Array.of(0))).ok).toBe(
        true,
      );
      expect(client.relayed.port % 2).toBe(0);
    }
    const ada = rehearsal.client();
    const reserving = ada.allocate((writer) => writer.attribute(attributes.evenPort, Uint8Array.of(0x80)));
    expect(reserving.code).toBe(508);
    const token = new Uint8Array(8);
    expect(ada.allocate((writer) => writer.attribute(attributes.reservationToken, token)).code).toBe(508);
    const both = ada.allocate((writer) =>
      writer.attribute(attributes.reservationToken, token).attribute(attributes.evenPort, Uint8Array.of(0)),
    );
    expect(both.code).toBe(400);
  });

  it("[T23] lives ten minutes, and up to an hour when that is asked for", () => {
    const rehearsal = new Rehearsal();
    const lifetimes = [1, 600, 1800, 3600, 86_400, 0xffffffff].map((asked) =>
      lifetimeOf(rehearsal.client().allocate((writer) => writer.number(attributes.lifetime, asked))),
    );
    expect(lifetimes).toEqual([600, 600, 1800, 3600, 3600, 3600]);
  });

  it("[T23] ends unless it is refreshed, and at once with a Refresh of 0", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob, cy] = [rehearsal.client(), rehearsal.client(), rehearsal.client()];
    for (const client of [ada, bob, cy]) client.allocate();
    rehearsal.wait(599);
    expect(lifetimeOf(ada.refresh(600))).toBe(600);
    expect(lifetimeOf(cy.refresh(0))).toBe(0);
    expect(cy.path.allocation).toBeUndefined();
    rehearsal.wait(1);
    expect(bob.path.allocation).toBeUndefined();
    expect(bob.refresh(600).code).toBe(437);
    expect(ada.path.allocation?.state).toBe("live");
    expect(rehearsal.relay.statistics.allocationsEnded).toMatchObject({ expired: 1, released: 1 });
    expect(bob.renew().allocate().ok).toBe(true);
  });

  it("[T23] is over at its time, even before the next tick", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    ada.allocate();
    rehearsal.now += 600_000;
    expect(ada.refresh(600).code).toBe(437);
    expect(ada.renew().allocate().ok).toBe(true);
  });

  it("[T24] closed mode gives IPv4 to all, and has no IPv6", () => {
    const rehearsal = new Rehearsal();
    const six = rehearsal.client("2001:db8::7");
    expect(addressIn(six.allocate(), attributes.xorRelayedAddress)).toMatch(/^192\.0\.2\.1:/);
    const asking = (family: number) =>
      rehearsal
        .client()
        .allocate((writer) =>
          writer.attribute(attributes.requestedAddressFamily, Uint8Array.of(family, 0, 0, 0)),
        );
    expect(asking(1).ok).toBe(true);
    expect(asking(2)).toMatchObject({ code: 440, isSigned: true });
    expect(asking(3).code).toBe(440);
  });

  it("[T24] open mode gives the family that is asked for, or the client's own", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4", "2a00::1"]) });
    const [four, six, asking] = [rehearsal.client(), rehearsal.client("2a01::7"), rehearsal.client()];
    four.allocate();
    six.allocate();
    asking.allocate((writer) =>
      writer.attribute(attributes.requestedAddressFamily, Uint8Array.of(2, 0, 0, 0)),
    );
    expect([four, six, asking].map(({ relayed }) => relayed.family)).toEqual([4, 6, 6]);
    const wrong = six.request(methods.refresh, (writer) =>
      writer.attribute(attributes.requestedAddressFamily, Uint8Array.of(1, 0, 0, 0)),
    );
    expect(wrong.code).toBe(443);
    expect(six.permit(at("9.9.9.9")).code).toBe(443);
    expect(four.bind(0x4000, at("2a02::1")).code).toBe(443);
  });

  it("[T25] counts per id, per address, and in all", () => {
    const limits = { allocationsPerUser: 2, allocationsPerAddress: 3, allocations: 4 };
    const rehearsal = new Rehearsal({ limits });
    const make = (host: string, id: string) => {
      const client = rehearsal.client(host, { id });
      return { client, reply: client.allocate() };
    };
    const first = make("198.51.100.1", "ada");
    expect(first.reply.ok).toBe(true);
    expect(make("198.51.100.2", "ada").reply.ok).toBe(true);
    expect(make("198.51.100.3", "ada").reply).toMatchObject({ code: 486, isSigned: true });
    expect(make("198.51.100.1", "bob").reply.ok).toBe(true);
    expect(make("198.51.100.1", "bob").reply.ok).toBe(true);
    expect(make("198.51.100.1", "cy").reply.code).toBe(486);
    expect(make("198.51.100.9", "cy").reply.code).toBe(508);
    first.client.refresh(0);
    expect(make("198.51.100.9", "ada").reply.ok).toBe(true);
  });

  it("[T25] IPv6 clients count by their /64", () => {
    const rehearsal = new Rehearsal({ limits: { allocationsPerAddress: 1 } });
    expect(rehearsal.client("2a01:1:2:3::1").allocate().ok).toBe(true);
    expect(rehearsal.client("2a01:1:2:3:ffff::2").allocate().code).toBe(486);
    expect(rehearsal.client("2a01:1:2:4::1").allocate().ok).toBe(true);
  });

  it("[T26] ends with its connection", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client("198.51.100.7", { transport: "tcp" });
    ada.allocate();
    rehearsal.perform(rehearsal.relay.closed(ada.path));
    expect(rehearsal.relay.statistics).toMatchObject({ allocations: 0, allocationsEnded: { closed: 1 } });
    expect(rehearsal.relay.closed(ada.path)).toEqual([]);
  });

  it("[T27] dropping ids ends what they have", () => {
    const rehearsal = new Rehearsal();
    const clients = ["tea/1/", "tea/1/", "tea/12/", "coffee/1/"].map((id) =>
      rehearsal.client(undefined, { id }),
    );
    for (const client of clients) client.allocate();
    const { count, effects } = rehearsal.relay.dropUser("tea/1/", undefined);
    rehearsal.perform(effects);
    expect(count).toBe(2);
    expect(clients.map(({ path }) => path.allocation?.state)).toEqual([undefined, undefined, "live", "live"]);
    expect(clients[0]?.allocate().ok).toBe(true);
    expect(rehearsal.relay.dropUser("tea/", undefined).count).toBe(2);
  });

  it("[T27] credentials given out before can be refused, and those given out later not", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client(undefined, { id: "tea/1/" });
    rehearsal.relay.dropUser("tea/", rehearsal.seconds + 300);
    expect(ada.allocate().code).toBe(401);
    rehearsal.wait(1);
    const again = rehearsal.client(undefined, { id: "tea/1/" });
    expect(again.allocate().ok).toBe(true);
    expect(rehearsal.client(undefined, { id: "other" }).allocate().ok).toBe(true);
  });
});

describe("Allocate in open mode", () => {
  it("[T28] answers once its port is bound, and only once", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]) });
    rehearsal.canBind = () => "later";
    const ada = rehearsal.client();
    const bytes = ada.signed(methods.allocate, (writer) =>
      writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0)),
    );
    expect(ada.raw(bytes.slice())).toEqual([]);
    expect(ada.raw(bytes.slice())).toEqual([]);
    const { allocation } = ada.path;
    if (allocation === undefined) throw new Error("no allocation");
    expect(ada.refresh(600).code).toBe(437);
    rehearsal.perform(rehearsal.relay.bound(allocation, true));
    const answers = ada.take();
    expect(answers).toHaveLength(1);
    expect(rehearsal.others.filter(({ kind }) => kind === "bind")).toHaveLength(1);
    expect(rehearsal.relay.bound(allocation, true)).toEqual([]);
  });

  it("[T28] takes another port when others use it", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]) });
    let refused = 0;
    rehearsal.canBind = () => refused++ >= 3;
    const ada = rehearsal.client();
    expect(ada.allocate().ok).toBe(true);
    expect(rehearsal.others.filter(({ kind }) => kind === "bind")).toHaveLength(4);
  });

  it("[T28] says 508 when there is no port, and counts nothing", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]) });
    rehearsal.canBind = () => false;
    const ada = rehearsal.client();
    expect(ada.allocate()).toMatchObject({ code: 508, isSigned: true });
    expect(rehearsal.relay.statistics.allocations).toBe(0);
    rehearsal.canBind = () => true;
    expect(ada.allocate().ok).toBe(true);
  });

  it("[T28] uses every port there is, each once", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]) });
    const clients = Array.from({ length: 11 }, () => rehearsal.client());
    const replies = clients.map((client) => client.allocate());
    expect(replies.map(({ ok }) => ok)).toEqual([...new Array<boolean>(10).fill(true), false]);
    expect(replies[10]?.code).toBe(508);
    const ports = clients.slice(0, 10).map(({ relayed }) => relayed.port);
    expect(new Set(ports).size).toBe(10);
  });

  it("[T28] a client that goes while its port is opened leaves nothing", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]) });
    rehearsal.canBind = () => "later";
    const ada = rehearsal.client("198.51.100.7", { transport: "tcp" });
    ada.raw(
      ada.signed(methods.allocate, (writer) =>
        writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0)),
      ),
    );
    const { allocation } = ada.path;
    if (allocation === undefined) throw new Error("no allocation");
    rehearsal.perform(rehearsal.relay.closed(ada.path));
    expect(rehearsal.others.map(({ kind }) => kind)).toEqual(["hold", "bind", "unbind", "release"]);
    expect(rehearsal.relay.bound(allocation, true)).toEqual([]);
    expect(ada.take()).toEqual([]);
  });
});
