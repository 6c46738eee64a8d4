import { describe, expect, it } from "vitest";
import { primitives } from "../../node/primitives.ts";
import { attributeOf } from "../stun/decode.ts";
import { MessageWriter } from "../stun/encode.ts";
import { attributes, methods } from "../stun/registry.ts";
import { at, bytesOf, Rehearsal, transactionId } from "./rehearsal.fixture.ts";

const udp = (writer: MessageWriter): unknown =>
  writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0));

describe("who asks", () => {
  it("[T10] a request without signature gets realm and nonce, and leaves nothing behind", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    const reply = ada.ask(ada.plain(methods.allocate, udp));
    expect(reply).toMatchObject({ code: 401, isSigned: false });
    expect(primitives.text(attributeOf(reply.message, attributes.realm) ?? new Uint8Array())).toBe("parlour");
    expect(attributeOf(reply.message, attributes.nonce)).toHaveLength(16);
    expect(rehearsal.others).toEqual([]);
    expect(rehearsal.relay.statistics).toMatchObject({ allocations: 0, allocationsMade: 0 });
    expect(ada.path.allocation).toBeUndefined();
  });

  it("[T11] a signature alone gets 400", () => {
    const ada = new Rehearsal().client();
    const nonce = new Uint8Array(16);
    const parts = [
      [attributes.username, bytesOf(ada.username)],
      [attributes.realm, bytesOf("parlour")],
      [attributes.nonce, nonce],
    ] as const;
    for (const missing of parts) {
      const writer = new MessageWriter(methods.allocate, "request", transactionId());
      for (const part of parts) if (part !== missing) writer.attribute(part[0], part[1]);
      writer.integrity(ada.key, primitives.hmacSha1);
      expect(ada.ask(writer.finish())).toMatchObject({ code: 400, isSigned: false });
    }
  });

  it("[T12] a nonce is good for one address and port, and gets another when it is not", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client("198.51.100.7");
    expect(ada.allocate().ok).toBe(true);
    for (const host of ["198.51.100.7", "198.51.100.8", "2a01::7"]) {
      const other = rehearsal.client(host);
      other.nonce = ada.nonce;
      const reply = other.allocate();
      expect(reply.code).toBe(438);
      other.nonce = attributeOf(reply.message, attributes.nonce);
      expect(other.allocate().ok).toBe(true);
    }
  });

  it("[T12] a nonce is good for an hour", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    expect(ada.allocate((writer) => writer.number(attributes.lifetime, 3600)).ok).toBe(true);
    rehearsal.wait(3599);
    expect(ada.refresh(3600).ok).toBe(true);
    rehearsal.wait(2);
    const stale = ada.refresh(3600);
    expect(stale.code).toBe(438);
    ada.nonce = attributeOf(stale.message, attributes.nonce);
    expect(ada.refresh(3600).ok).toBe(true);
  });

  it("[T12] no nonce but the server's own is good", () => {
    const ada = new Rehearsal().client();
    ada.allocate();
    const good = ada.nonce ?? new Uint8Array();
    for (let i = 0; i < good.length; i++) {
      const bad = good.slice();
      bad[i] = (bad[i] ?? 0) === 0x41 ? 0x42 : 0x41;
      ada.nonce = bad;
      expect(ada.refresh(600).code).toBe(438);
    }
    for (const bad of [
      new Uint8Array(),
      good.subarray(1),
      bytesOf("obMatJos2AAAanonce"),
      bytesOf("€€€€€ €"),
    ]) {
      ada.nonce = bad;
      expect(ada.refresh(600).code).toBe(438);
    }
  });

  it("[T13] a wrong password, username or realm gets 401", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    ada.password = `${ada.password}x`;
    expect(ada.allocate()).toMatchObject({ code: 401, isSigned: false });
    for (const username of ["ada", "1800000000", "1800000000:", ":ada", "1e9:ada", "-1:ada", ""]) {
      const client = rehearsal.client();
      client.username = username;
      client.password = primitives.base64(
        primitives.hmacSha1(bytesOf("a secret of the tests"), bytesOf(username)),
      );
      expect(client.allocate().code).toBe(401);
    }
    const bob = rehearsal.client();
    bob.allocate();
    const writer = new MessageWriter(methods.refresh, "request", transactionId())
      .attribute(attributes.username, bytesOf(bob.username))
      .attribute(attributes.realm, bytesOf("elsewhere"))
      .attribute(attributes.nonce, bob.nonce ?? new Uint8Array())
      .integrity(bob.key, primitives.hmacSha1);
    expect(bob.ask(writer.finish()).code).toBe(401);
  });

  it("[T13] usernames are bytes of UTF-8, whatever they say", () => {
    const rehearsal = new Rehearsal();
    expect(rehearsal.client(undefined, { id: "Zoë/☕:a:b" }).allocate().ok).toBe(true);
  });

  it("[T14] refusals of signed requests are signed", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    ada.allocate();
    const replies = [
      ada.allocate(),
      ada.permit(at("10.0.0.1")),
      ada.permit(),
      ada.bind(0x3fff, at("192.0.2.1")),
      ada.request(methods.refresh, (writer) => writer.number(0x7abc, 1)),
    ];
    expect(replies.map(({ code }) => code)).toEqual([437, 403, 400, 400, 420]);
    expect(replies.every(({ isSigned }) => isSigned)).toBe(true);
  });

  it("[T15] credentials that ran out make nothing new, and keep what they made", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client();
    const late = rehearsal.client();
    ada.allocate();
    rehearsal.wait(300);
    expect(ada.refresh(600).ok).toBe(true);
    expect(ada.permit(at("192.0.2.1")).ok).toBe(true);
    expect(late.allocate()).toMatchObject({ code: 401, isSigned: false });
    rehearsal.wait(500);
    expect(ada.refresh(600).ok).toBe(true);
    ada.refresh(0);
    expect(ada.allocate().code).toBe(401);
  });

  it("[T16] another user can't use an allocation", () => {
    const rehearsal = new Rehearsal();
    const ada = rehearsal.client(undefined, { port: 41_000, id: "ada" });
    ada.allocate();
    const eve = rehearsal.client(undefined, { port: 41_000, id: "eve" });
    eve.path.allocation = ada.path.allocation;
    expect(eve.refresh(0)).toMatchObject({ code: 441, isSigned: true });
    expect(ada.path.allocation?.state).toBe("live");
  });
});

describe("answers to what nobody signed for", () => {
  it("[T17] are at most 2.5 times as long as the request", () => {
    for (const realm of ["p", "parlour", "sixteen bytes ok"]) {
      const rehearsal = new Rehearsal({ realm, limits: { unprovenReplies: { perSecond: 1e6, burst: 1e6 } } });
      let answered = 0;
      for (const host of ["198.51.100.7", "2a01:db8:1:2:3:4:5:6"]) {
        const ada = rehearsal.client(host);
        for (const method of [...Object.values(methods), 0x00a, 0xfff]) {
          for (const size of [0, 1, 4, 8, 40]) {
            for (const isPrinted of [false, true]) {
              for (const type of [attributes.requestedTransport, 0x7abc, 0x8022]) {
                const writer = new MessageWriter(method, "request", transactionId());
                if (size > 0) writer.attribute(type, new Uint8Array(size));
                if (isPrinted) writer.fingerprint(primitives.crc32);
                const bytes = writer.finish();
                for (const answer of ada.raw(bytes.slice())) {
                  answered++;
                  expect(answer.length).toBeLessThanOrEqual(2.5 * bytes.length);
                }
              }
            }
          }
        }
      }
      expect(answered).toBeGreaterThan(100);
    }
  });

  it("[T17] the smallest real Allocate is answered, and nothing below 28 bytes of TURN", () => {
    const ada = new Rehearsal({ realm: "sixteen bytes ok" }).client();
    expect(ada.ask(ada.plain(methods.allocate, udp)).code).toBe(401);
    expect(ada.raw(ada.plain(methods.allocate))).toEqual([]);
    expect(ada.raw(ada.plain(methods.refresh))).toEqual([]);
  });

  it("[T18] are limited per source over UDP, IPv6 by /64, and not over streams", () => {
    const rehearsal = new Rehearsal({ limits: { unprovenReplies: { perSecond: 2, burst: 5 } } });
    const answers = (host: string, count: number, transport: "udp" | "tcp" = "udp"): number => {
      let answered = 0;
      for (let i = 0; i < count; i++) {
        const client = rehearsal.client(host, { transport });
        answered += client.raw(client.plain(methods.binding)).length;
      }
      return answered;
    };
    expect(answers("198.51.100.7", 20)).toBe(5);
    expect(answers("198.51.100.8", 20)).toBe(5);
    expect(answers("198.51.100.7", 20, "tcp")).toBe(20);
    expect(answers("2a01:1:2:3::1", 3) + answers("2a01:1:2:3:4::1", 20)).toBe(5);
    rehearsal.wait(2);
    expect(answers("198.51.100.7", 20)).toBe(4);
    expect(rehearsal.relay.statistics.withheldReplies).toBeGreaterThan(40);
  });

  it("[T18] who has shown its key is answered whatever the others do", () => {
    const rehearsal = new Rehearsal({ limits: { unprovenReplies: { perSecond: 0, burst: 1 } } });
    const ada = rehearsal.client();
    ada.allocate();
    for (let i = 0; i < 50; i++) expect(ada.refresh(600).ok).toBe(true);
  });

  it("[T18] sources that are too many share what is left", () => {
    const rehearsal = new Rehearsal({
      limits: { sources: 10, unprovenRepliesOfOthers: { perSecond: 0, burst: 3 } },
    });
    let answered = 0;
    for (let i = 0; i < 100; i++) {
      const client = rehearsal.client(`198.51.100.${i}`);
      answered += client.raw(client.plain(methods.binding)).length;
    }
    expect(answered).toBe(13);
    rehearsal.wait(1);
    const late = rehearsal.client("198.51.100.200");
    expect(late.raw(late.plain(methods.binding))).toHaveLength(1);
  });
});
