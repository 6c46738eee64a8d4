import { describe, expect, it } from "vitest";
import { primitives } from "../../node/primitives.ts";
import { attributes, methods } from "../stun/registry.ts";
import { openMode } from "./open-mode.fixture.ts";
import { at, bytesOf, type Client, Rehearsal } from "./rehearsal.fixture.ts";

/** Two clients with allocations that may talk to each other. */
function pair(rehearsal: Rehearsal): readonly [Client, Client] {
  const [ada, bob] = [rehearsal.client(undefined, { id: "ada" }), rehearsal.client(undefined, { id: "bob" })];
  for (const client of [ada, bob]) client.allocate();
  for (const client of [ada, bob]) client.permit(ada.relayed);
  return [ada, bob];
}

describe("permissions", () => {
  it("[T30] both sides need one, and it lasts five minutes", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    const says = (): string[] => {
      ada.send(bob.relayed, bytesOf("hi"));
      return bob.heard();
    };
    expect(says()).toHaveLength(1);
    rehearsal.wait(299);
    expect(says()).toHaveLength(1);
    rehearsal.wait(1);
    expect(says()).toEqual([]);
    ada.permit(bob.relayed);
    expect(says()).toEqual([]);
    bob.permit(ada.relayed);
    expect(says()).toHaveLength(1);
    expect(rehearsal.relay.statistics.droppedPackets).toMatchObject({
      "no-permission": 1,
      "peer-permission": 1,
    });
  });

  it("[T30] are for hosts, with any port", () => {
    const ada = new Rehearsal().client();
    ada.allocate();
    expect(ada.permit(at("192.0.2.1", 1)).ok).toBe(true);
    expect(ada.path.allocation?.permissions.size).toBe(1);
    expect(ada.permit(at("192.0.2.1", 2)).ok).toBe(true);
    expect(ada.path.allocation?.permissions.size).toBe(1);
  });

  it("[T30] come all or none", () => {
    const ada = new Rehearsal({ mode: openMode(["8.8.4.4"]) }).client();
    ada.allocate();
    expect(ada.permit(at("9.9.9.9"), at("10.0.0.1"), at("1.1.1.1")).code).toBe(403);
    expect(ada.path.allocation?.permissions.size).toBe(0);
    expect(ada.permit(at("9.9.9.9"), at("1.1.1.1")).ok).toBe(true);
    expect(ada.path.allocation?.permissions.size).toBe(2);
    expect(ada.permit().code).toBe(400);
    const broken = ada.request(methods.createPermission, (writer) =>
      writer.attribute(attributes.xorPeerAddress, Uint8Array.of(0, 1, 2)),
    );
    expect(broken.code).toBe(400);
  });

  it("[T31] what browsers ask for and may not have gets exactly 403", () => {
    const [closed, open] = [new Rehearsal(), new Rehearsal({ mode: openMode(["8.8.4.4", "2a00::1"]) })];
    const refused = [
      "192.168.1.20",
      "10.1.2.3",
      "172.20.0.1",
      "100.64.3.4",
      "127.0.0.1",
      "0.0.0.0",
      "169.254.169.254",
    ];
    for (const rehearsal of [closed, open]) {
      const ada = rehearsal.client();
      ada.allocate();
      for (const host of refused) {
        expect(ada.permit(at(host)), host).toMatchObject({ code: 403, isSigned: true });
        expect(ada.bind(0x4000, at(host)), host).toMatchObject({ code: 403, isSigned: true });
      }
      expect(ada.permit(at("1.1.1.1")).ok).toBe(rehearsal === open);
    }
  });

  it("[T33] are limited, and old ones make room", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]), limits: { permissionsPerAllocation: 3 } });
    const ada = rehearsal.client();
    ada.allocate();
    expect(ada.permit(at("9.9.9.1"), at("9.9.9.2"), at("9.9.9.3")).ok).toBe(true);
    expect(ada.permit(at("9.9.9.4")).code).toBe(508);
    expect(ada.bind(0x4000, at("9.9.9.4")).code).toBe(508);
    expect(ada.path.allocation?.channels.size).toBe(0);
    expect(ada.permit(at("9.9.9.2")).ok).toBe(true);
    rehearsal.now += 300_000;
    expect(ada.permit(at("9.9.9.4"), at("9.9.9.5")).ok).toBe(true);
  });
});

describe("channels", () => {
  it("[T32] have numbers from 0x4000 to 0x7FFF", () => {
    const ada = new Rehearsal().client();
    ada.allocate();
    const codes = [0x0000, 0x3fff, 0x4000, 0x4fff, 0x5000, 0x7fff, 0x8000, 0xffff].map(
      (number, index) => ada.bind(number, at("192.0.2.1", 6000 + index)).code,
    );
    expect(codes).toEqual([400, 400, undefined, undefined, undefined, undefined, 400, 400]);
  });

  it("[T32] stand for one peer each, and a peer for one channel", () => {
    const ada = new Rehearsal().client();
    ada.allocate();
    expect(ada.bind(0x4000, at("192.0.2.1", 6000)).ok).toBe(true);
    expect(ada.bind(0x4000, at("192.0.2.1", 6000)).ok).toBe(true);
    expect(ada.bind(0x4000, at("192.0.2.1", 6001)).code).toBe(400);
    expect(ada.bind(0x4001, at("192.0.2.1", 6000)).code).toBe(400);
    expect(ada.bind(0x4001, at("192.0.2.1", 6001)).ok).toBe(true);
    // Two channels, each for the other's peer.
    expect(ada.bind(0x4000, at("192.0.2.1", 6001)).code).toBe(400);
  });

  it("[T32] last ten minutes, and renew the permission, which lasts five", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    ada.bind(0x4000, bob.relayed);
    const says = (): string[] => {
      ada.channel(0x4000, bytesOf("hi"));
      return bob.heard();
    };
    expect(says()).toHaveLength(1);
    rehearsal.wait(290);
    ada.bind(0x4000, bob.relayed);
    ada.refresh(1200);
    bob.refresh(1200);
    bob.permit(ada.relayed);
    rehearsal.wait(290);
    expect(says()).toHaveLength(1);
    bob.permit(ada.relayed);
    rehearsal.wait(20);
    expect(says()).toEqual([]);
    ada.permit(bob.relayed);
    expect(says()).toHaveLength(1);
    rehearsal.wait(290);
    ada.permit(bob.relayed);
    bob.permit(ada.relayed);
    expect(says()).toEqual([]);
    expect(rehearsal.relay.statistics.droppedPackets).toMatchObject({ "no-channel": 1 });
    expect(ada.bind(0x4000, at("192.0.2.1", 1)).ok).toBe(true);
  });

  it("[T33] are limited", () => {
    const ada = new Rehearsal({ limits: { channelsPerAllocation: 2 } }).client();
    ada.allocate();
    expect(ada.bind(0x4000, at("192.0.2.1", 6000)).ok).toBe(true);
    expect(ada.bind(0x4001, at("192.0.2.1", 6001)).ok).toBe(true);
    expect(ada.bind(0x4002, at("192.0.2.1", 6002)).code).toBe(508);
    expect(ada.bind(0x4001, at("192.0.2.1", 6001)).ok).toBe(true);
  });

  it("[T32] a ChannelBind without number or peer gets 400", () => {
    const ada = new Rehearsal().client();
    ada.allocate();
    const peer = at("192.0.2.1", 6000);
    const number = Uint8Array.of(0x40, 0, 0, 0);
    const codes = [
      ada.request(methods.channelBind).code,
      ada.request(methods.channelBind, (writer) => writer.address(attributes.xorPeerAddress, peer)).code,
      ada.request(methods.channelBind, (writer) => writer.attribute(attributes.channelNumber, number)).code,
      ada.request(methods.channelBind, (writer) =>
        writer
          .attribute(attributes.channelNumber, number.subarray(0, 2))
          .address(attributes.xorPeerAddress, peer),
      ).code,
    ];
    expect(codes).toEqual([400, 400, 400, 400]);
  });
});

describe("Binding", () => {
  it("[T9] tells the client's address, in either family", () => {
    const rehearsal = new Rehearsal();
    for (const [host, size] of [
      ["198.51.100.7", 32],
      ["2a01::7", 44],
    ] as const) {
      const client = rehearsal.client(host);
      const reply = client.ask(client.plain(methods.binding));
      expect(reply.ok).toBe(true);
      expect(reply.message.bytes).toHaveLength(size);
    }
  });

  it("[T2] mirrors FINGERPRINT, and says nothing to a wrong one", () => {
    const ada = new Rehearsal().client();
    const printed = ada.plain(methods.binding, (writer) => writer.fingerprint(primitives.crc32)).slice();
    expect(ada.ask(printed).message.hasFingerprint).toBe(true);
    printed[printed.length - 1] = (printed[printed.length - 1] ?? 0) ^ 1;
    expect(ada.raw(printed)).toEqual([]);
  });

  it("[T5] unknown attributes are named when they must be understood", () => {
    const ada = new Rehearsal().client();
    const reply = ada.ask(
      ada.plain(methods.binding, (writer) =>
        writer.number(0x7abc, 1).number(0x8abc, 1).number(0x0024, 1).number(0x7abc, 2),
      ),
    );
    expect(reply.code).toBe(420);
    const unknown = reply.message.attributes.find(({ type }) => type === attributes.unknownAttributes);
    expect([...(unknown?.value ?? [])]).toEqual([0x7a, 0xbc, 0x00, 0x24]);
    expect(ada.ask(ada.plain(methods.binding, (writer) => writer.number(0x8abc, 1))).ok).toBe(true);
  });

  it("[T1] responses, indications and unknown methods are not answered", () => {
    const ada = new Rehearsal().client();
    for (const messageClass of ["indication", "success", "error"] as const)
      expect(ada.raw(ada.typed(methods.binding, messageClass))).toEqual([]);
    expect(ada.raw(ada.typed(methods.data, "indication"))).toEqual([]);
    for (const method of [0, 2, 5, 0x00a, 0x00b, 0x0ff, 0xfff])
      expect(ada.raw(ada.plain(method, (writer) => writer.number(0x8001, 0)))).toEqual([]);
  });
});
