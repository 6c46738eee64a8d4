import { once } from "node:events";
import { limits } from "@parlour/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { openHouse, type TestHouse, testClock } from "../server/visit.fixture.ts";

let house: TestHouse;
afterEach(() => house.close());

/** Tries to connect and gives the HTTP answer in place of a WebSocket. */
async function refusal(protocols: string[], headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${house.url.replace("http", "ws")}/v1`, protocols, { headers });
  socket.on("error", () => {});
  const [, response] = await once(socket, "unexpected-response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, type: response.headers["content-type"], problem: JSON.parse(body) };
}

describe("connecting", () => {
  it("[G3] a client of another version, or of none, gets too-old", async () => {
    house = await openHouse();
    for (const protocols of [[], ["parlour.v2"], ["chat", "parlour.v0"]]) {
      const { status, type, problem } = await refusal(protocols);
      expect(status).toBe(400);
      expect(type).toBe("application/problem+json");
      expect(problem).toMatchObject({ code: "too-old", hint: "Reload the page." });
    }
    const socket = new WebSocket(`${house.url.replace("http", "ws")}/v1`, ["parlour.v2", "parlour.v1"]);
    await once(socket, "open");
    expect(socket.protocol).toBe("parlour.v1");
    socket.terminate();
  });

  it("[G4] pages of other origins are turned away, unless they are allowed", async () => {
    house = await openHouse({ allowedOrigins: ["https://app.example.org"] });
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "not a url"]) {
      const { status, problem } = await refusal(["parlour.v1"], { origin });
      expect(status).toBe(403);
      expect(problem.code).toBe("forbidden-origin");
    }
    for (const origin of [house.url, "https://app.example.org", "HTTPS://APP.EXAMPLE.ORG"]) {
      await house.visit({ headers: { origin } });
    }
    await house.visit();
    expect(house.parlour.status).toBe("ready");
  });

  it("[G4] a star allows every page", async () => {
    house = await openHouse({ allowedOrigins: ["*"] });
    const visitor = await house.visit({ headers: { origin: "https://anything.example" } });
    await visitor.settled();
    expect(visitor.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("[G5] an address has a bounded number of connections, IPv6 by its /64", async () => {
    house = await openHouse({ trustProxy: true }, { limits: { connectionsPerAddress: 3 } });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    for (let host = 1; host <= 3; host++) await house.visit(from(`2001:db8:1:2::${host}`));
    const first = await house.visit(from("192.0.2.1"));
    const full = await refusal(["parlour.v1"], { "x-forwarded-for": "2001:db8:1:2:ffff::1" });
    expect(full.status).toBe(429);
    expect(full.problem.code).toBe("too-many");
    // The next network is another visitor, and a place that was given up is free again.
    await house.visit(from("2001:db8:1:3::1"));
    const others = [await house.visit(from("192.0.2.1")), await house.visit(from("192.0.2.1"))];
    first.socket.close(1000);
    await first.closed;
    await house.visit(from("192.0.2.1"));
    expect(others).toHaveLength(2);
  });

  it("[G7] a connection that never says hello is closed", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const visitor = await house.visit();
    clock.advance(limits.helloMs - 2_000);
    await visitor.settled();
    clock.advance(3_000);
    expect((await visitor.next("closing")).code).toBe("timeout");
    expect((await visitor.closed).is).toBe("timeout");
  });
});

describe("frames", () => {
  it("[G8] what is not part of the protocol is refused with a code, and the connection goes on", async () => {
    house = await openHouse();
    const visitor = await house.visit();
    visitor.socket.send("{");
    expect(await visitor.next("refused")).toMatchObject({ code: "bad-frame" });
    visitor.socket.send(JSON.stringify({ type: "say", id: "abcdefgh", text: "too early" }));
    expect(await visitor.next("refused")).toMatchObject({ code: "unexpected", ref: "abcdefgh" });
    visitor.signal(1, "too early");
    expect(await visitor.next("refused")).toMatchObject({ code: "unexpected", ref: "signal" });
    visitor.socket.send(new Uint8Array([9, 0, 0, 0, 1, 1]));
    expect(await visitor.next("refused")).toMatchObject({ code: "bad-frame", ref: "signal" });
    await visitor.enter("tea");
    visitor.send({ type: "hello", room: "tea", epoch: "eeeeeeeeeeeeeeee" });
    expect(await visitor.next("refused")).toMatchObject({ code: "unexpected", ref: "hello" });
    visitor.send({ type: "say", id: "abcdefgh", text: "now" });
    expect(await visitor.next("accepted")).toMatchObject({ id: "abcdefgh" });
  });

  it("[G9] who goes on is closed with the code of the last refusal; a pause is forgiven", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const visitor = await house.visit();
    await visitor.enter("tea");
    const nonsense = async (): Promise<void> => {
      visitor.socket.send('{"type":"nonsense"}');
      await visitor.next("refused");
    };
    for (let i = 0; i < limits.refusalsBeforeClose; i++) await nonsense();
    for (let i = 0; i < 3; i++) {
      clock.advance(4_000);
      await visitor.settled();
    }
    await nonsense();
    visitor.socket.send('{"type":"nonsense"}');
    expect((await visitor.next("closing")).code).toBe("bad-frame");
    expect((await visitor.closed).is).toBe("bad-frame");
  });

  it("[G9] what a person typed never closes the connection", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const visitor = await house.visit();
    await visitor.enter("tea");
    for (let i = 0; i < 3 * limits.refusalsBeforeClose; i++) {
      clock.advance(1_100);
      const text = i % 2 === 0 ? "what the fuck" : "a".repeat(limits.textCharacters + 1);
      visitor.socket.send(JSON.stringify({ type: "say", id: `message-${i}`, text }));
      const { code } = await visitor.next("refused");
      expect(code).toBe(i % 2 === 0 ? "profanity" : "too-long");
    }
    visitor.send({ type: "say", id: "at-last-", text: "sorry" });
    expect(await visitor.next("accepted")).toMatchObject({ id: "at-last-" });
  });

  it("[G10] too large, not UTF-8, or not a WebSocket at all: each ends as RFC 6455 says", async () => {
    house = await openHouse();
    const large = await house.visit();
    large.socket.send(JSON.stringify({ type: "ping", padding: "x".repeat(limits.clientFrameBytes) }));
    expect((await large.next("refused")).code).toBe("too-large");
    large.socket.send(new Uint8Array(limits.signalBytes + 1));
    expect((await large.closed).code).toBe(1009);

    const odd = await house.visit();
    odd.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect((await odd.closed).code).toBe(1007);

    const broken = await house.visit();
    const raw = (broken.socket as unknown as { _socket: import("node:net").Socket })._socket;
    raw.write(Buffer.from([0xf7, 0x80, 0, 0, 0, 0]));
    expect((await broken.closed).code).toBe(1002);
  });

  it("[G11] frames, signal bytes and messages are limited per connection", async () => {
    const clock = testClock();
    const rates = {
      framesPerConnection: { burst: 30, perSecond: 1 },
      saysPerConnection: { burst: 2, perSecond: 1 },
      signalBytesPerConnection: { burst: 10_000, perSecond: 1 },
    };
    house = await openHouse({}, { clock, rates });
    const visitor = await house.visit();
    await visitor.enter("tea");
    for (const id of ["message1", "message2", "message3"]) visitor.send({ type: "say", id, text: "hi" });
    expect(await visitor.next("refused")).toMatchObject({ code: "too-many", ref: "message3" });
    visitor.signal(9, new Uint8Array(8_000));
    visitor.signal(9, new Uint8Array(8_000));
    expect(await visitor.next("refused")).toMatchObject({ code: "too-many", ref: "signal" });
    for (let i = 0; i < 30; i++) visitor.send({ type: "pong" });
    expect(await visitor.next("refused")).toMatchObject({ code: "too-many", ref: "frame" });
  });

  it("[G11] pings of the WebSocket protocol count as frames and are answered", async () => {
    house = await openHouse(
      {},
      { clock: testClock(), rates: { framesPerConnection: { burst: 5, perSecond: 1 } } },
    );
    const visitor = await house.visit();
    visitor.socket.ping("are you there");
    const [answer] = await once(visitor.socket, "pong");
    expect(String(answer)).toBe("are you there");
    for (let i = 0; i < 20; i++) visitor.socket.ping();
    expect((await visitor.closed).is).toBe("too-many");
  });

  it("[G11] joins are limited per address", async () => {
    house = await openHouse(
      {},
      { clock: testClock(), rates: { joinsPerAddress: { burst: 2, perSecond: 0.5 } } },
    );
    for (let i = 0; i < 2; i++) await (await house.visit()).enter("tea");
    const closing = await (await house.visit()).knock("tea");
    expect(closing).toMatchObject({ code: "too-many", retryAfterMs: 2_000 });
  });

  it("[G12] who does not read is closed, and the others go on", async () => {
    const plenty = { burst: 1e9, perSecond: 1 };
    house = await openHouse(
      {},
      {
        limits: { outgoingBytes: 1024 * 1024 },
        rates: { signalBytesPerConnection: plenty, framesPerConnection: plenty },
      },
    );
    const [slow, fast] = [await house.visit(), await house.visit()];
    const { you } = await slow.enter("tea");
    await fast.enter("tea");
    slow.socket.pause();
    let isGone = false;
    const gone = fast
      .next("changed", ({ peer }) => peer.id === you.id && peer.presence === "silent")
      .then(() => {
        isGone = true;
      });
    // The kernel takes some megabytes before the server has to hold anything.
    for (let sent = 0; sent < 1_000 && !isGone; sent++) {
      fast.signal(you.number, new Uint8Array(60_000));
      if (sent % 10 === 0) await fast.settled();
    }
    await gone;
    await fast.settled();
    expect(fast.socket.readyState).toBe(WebSocket.OPEN);
    slow.socket.resume();
    expect((await slow.closed).code).toBe(1006);
  });

  it("[G13] a quiet connection is pinged, a silent one is closed and its seat is silent", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const [ada, bob] = [await house.visit(), await house.visit()];
    const { you } = await ada.enter("tea");
    await bob.enter("tea");
    ada.isMute = true;
    clock.advance(limits.pingEveryMs);
    await ada.next("ping");
    await bob.next("ping");
    await bob.settled();
    clock.advance(limits.pingEveryMs);
    await bob.next("ping");
    await bob.settled();
    clock.advance(limits.silentAfterMs - 2 * limits.pingEveryMs + 1_000);
    expect((await ada.next("closing")).code).toBe("timeout");
    const { peer } = await bob.next("changed");
    expect(peer).toMatchObject({ id: you.id, presence: "silent" });
    await bob.settled();
    expect(bob.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("[G13] when the server itself stood still, nobody counts as silent for that time", async () => {
    const clock = testClock();
    let stoodStillMs = 0;
    const jumping = { ...clock, monotonic: () => clock.now() + stoodStillMs };
    house = await openHouse({}, { clock: jumping });
    const ada = await house.visit();
    await ada.enter("tea");
    // As after SIGSTOP and SIGCONT: the next look around comes a minute late.
    stoodStillMs = 60_000;
    clock.advance(1_000);
    await ada.settled();
    clock.advance(limits.pingEveryMs);
    await ada.next("ping");
    await ada.settled();
    expect(ada.socket.readyState).toBe(WebSocket.OPEN);
  });
});
