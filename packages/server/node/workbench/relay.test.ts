import { once } from "node:events";
import { codeOfClose, limits } from "@parlour/protocol";
import { seededRandom } from "@parlour/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import type { IceVisitor } from "../hub/setup.ts";
import { openHouse, type TestHouse, testClock } from "../server/visit.fixture.ts";

const code = "abcdefgh234567ab";
const otherCode = "zzzzzzzz222222zz";

let house: TestHouse;
let sockets: Side[] = [];
afterEach(async () => {
  for (const { socket } of sockets) socket.terminate();
  sockets = [];
  await house.close();
});

interface Said {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** One side of a workbench, driven by hand. */
class Side {
  readonly socket: WebSocket;
  readonly heard: string[] = [];
  readonly closed: Promise<{ readonly code: number; readonly is: string | undefined }>;
  #wake: (() => void)[] = [];

  constructor(at: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(`${house.url.replace("http", "ws")}/learn/relay/${at}`, options);
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (closeCode) => {
        resolve({ code: closeCode, is: codeOfClose(closeCode) });
        this.#woken();
      });
    });
    this.socket.on("message", (data) => {
      this.heard.push(String(data));
      this.#woken();
    });
    sockets.push(this);
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async text(): Promise<string> {
    for (;;) {
      const found = this.heard.shift();
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error("closed before a text");
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The next text, which must be the server's own. */
  async said(): Promise<Said> {
    const text = await this.text();
    expect(text.slice(0, 7)).toBe("server ");
    return JSON.parse(text.slice(7)) as Said;
  }

  /** Resolves when the server has read everything that this side sent. */
  async settled(): Promise<void> {
    this.socket.ping();
    await once(this.socket, "pong");
  }
}

async function pair(at = code): Promise<readonly [Side, Side]> {
  const first = new Side(at);
  expect(await first.said()).toMatchObject({ type: "seat", seat: "offerer", isOtherHere: false });
  const second = new Side(at);
  expect(await second.said()).toMatchObject({ type: "seat", seat: "answerer", isOtherHere: true });
  expect(await first.said()).toEqual({ type: "other-came" });
  return [first, second];
}

/** Tries to connect and gives the HTTP answer in place of a WebSocket. */
async function refused(path: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${house.url.replace("http", "ws")}${path}`, { headers });
  socket.on("error", () => {});
  const [, response] = await once(socket, "unexpected-response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode as number, problem: JSON.parse(body) as { code: string } };
}

describe("the workbench's relay", () => {
  it("[B1] has two seats: who comes first makes the offer, a third is told that it is full", async () => {
    house = await openHouse();
    const [first, second] = await pair();
    const third = new Side(code);
    expect(await third.said()).toMatchObject({ type: "closing", code: "room-full" });
    expect((await third.closed).is).toBe("room-full");
    first.socket.close();
    expect(await second.said()).toEqual({ type: "other-left" });
    const next = new Side(code);
    expect(await next.said()).toMatchObject({ type: "seat", seat: "offerer", isOtherHere: true });
    expect(await second.said()).toEqual({ type: "other-came" });
  });

  it("[B2] passes texts on as they are, to the other side of the same code and to nobody else", async () => {
    house = await openHouse();
    const [first, second] = await pair();
    const [third, fourth] = await pair(otherCode);
    const texts = ["{", 'server {"type":"closing"}', "", "ü – 👍", "x".repeat(limits.workbenchTextBytes)];
    for (const text of texts) first.socket.send(text);
    for (const text of texts) expect(await second.text()).toBe(`other ${text}`);
    second.socket.send("back");
    expect(await first.text()).toBe("other back");
    for (const side of [third, fourth]) {
      await side.settled();
      expect(side.heard).toEqual([]);
    }
  });

  it("[B3] keeps nothing: a text to nobody is refused, and a pair is forgotten with its last side", async () => {
    const gone: string[] = [];
    house = await openHouse({ onSeatGone: (room) => void gone.push(room) });
    const alone = new Side(code);
    await alone.said();
    // What a person does is no reason to be closed, however often.
    for (let i = 0; i < 2 * limits.refusalsBeforeClose; i++) {
      alone.socket.send("is anyone there?");
      expect(await alone.said()).toMatchObject({ type: "refused", code: "no-such-peer" });
    }
    alone.socket.close();
    await alone.closed;
    await expect.poll(() => gone).toEqual([`learn/${code}`]);
    await pair();
  });

  it("[B4] gives each side ICE servers of its own, and takes them back when it goes", async () => {
    const given: IceVisitor[] = [];
    const gone: (readonly [string, string])[] = [];
    house = await openHouse({
      iceServers: (visitor) => {
        given.push(visitor);
        return [{ urls: ["turn:relay.example"], username: visitor.seat, credential: "secret" }];
      },
      onSeatGone: (room, seat) => void gone.push([room, seat]),
    });
    const side = new Side(code);
    const { iceServers } = await side.said();
    const [visitor] = given as [IceVisitor];
    expect(visitor).toMatchObject({ host: "127.0.0.1", room: `learn/${code}`, isSecure: false });
    expect(iceServers).toEqual([
      { urls: ["turn:relay.example"], username: visitor.seat, credential: "secret" },
    ]);
    side.socket.terminate();
    await expect.poll(() => gone).toEqual([[visitor.room, visitor.seat]]);
  });

  it("[B4] goes on without ICE servers when the host's program fails", async () => {
    house = await openHouse({
      iceServers: () => {
        throw new Error("no");
      },
    });
    expect(await new Side(code).said()).toMatchObject({ type: "seat", iceServers: [] });
  });

  it("[B5] turns away foreign pages, bad codes and plain requests, each with its reason", async () => {
    house = await openHouse();
    const foreign = await refused(`/learn/relay/${code}`, { origin: "https://evil.example" });
    expect([foreign.status, foreign.problem.code]).toEqual([403, "forbidden-origin"]);
    for (const bad of ["short", "ABCDEFGH234567AB", "a".repeat(33), "..%2f..%2fetc%2fpasswd", ""]) {
      const { status, problem } = await refused(`/learn/relay/${bad}`);
      expect([status, problem.code]).toEqual([400, "bad-request"]);
    }
    const plain = await house.fetch(`/learn/relay/${code}`);
    expect([plain.status, (await plain.json()).code]).toEqual([426, "bad-request"]);
  });

  it("[B5] bounds sockets per address and pairs in all", async () => {
    house = await openHouse({}, { limits: { workbenchSeatsPerAddress: 4, workbenches: 3 } });
    for (let i = 0; i < 3; i++) await new Side(`${code}${"a".repeat(i)}`).said();
    const many = await refused(`/learn/relay/${otherCode}`);
    expect([many.status, many.problem.code]).toEqual([503, "too-many"]);
    const second = new Side(code);
    await second.said();
    expect((await refused(`/learn/relay/${code}a`)).status).toBe(429);
    second.socket.close();
    await second.closed;
    await new Side(`${code}a`).said();
  });

  it("[B5] closes what is too large, and what goes on after refusals", async () => {
    house = await openHouse({}, { rates: { workbenchTextsPerConnection: { burst: 20, perSecond: 0.001 } } });
    const [first, second] = await pair();
    first.socket.send("x".repeat(limits.workbenchTextBytes + 1));
    expect((await first.closed).code).toBe(1009);
    expect(await second.said()).toEqual({ type: "other-left" });
    for (let i = 0; i <= limits.refusalsBeforeClose; i++) second.socket.send(new Uint8Array([1]));
    for (let i = 0; i < limits.refusalsBeforeClose; i++)
      expect(await second.said()).toMatchObject({ type: "refused", code: "bad-frame" });
    expect((await second.closed).is).toBe("bad-frame");

    const [third, fourth] = await pair();
    for (let i = 0; i < 21; i++) third.socket.send("again");
    expect(await third.said()).toMatchObject({ type: "refused", code: "too-many" });
    for (let i = 0; i < 20; i++) expect(await fourth.text()).toBe("other again");
  });

  it("[B5] closes a side that does not read, and the other goes on", async () => {
    const plenty = { burst: 1e9, perSecond: 1 };
    house = await openHouse(
      {},
      {
        limits: { outgoingBytes: 200_000 },
        rates: { signalBytesPerConnection: plenty, workbenchTextsPerConnection: plenty },
      },
    );
    const [first, second] = await pair();
    second.socket.pause();
    const text = "x".repeat(limits.workbenchTextBytes);
    let isLeft = false;
    void first.said().then(({ type }) => {
      isLeft = type === "other-left";
    });
    // What the systems' own buffers hold comes on top.
    for (let i = 0; i < 1_000 && !isLeft; i++) {
      first.socket.send(text);
      await first.settled();
    }
    await expect.poll(() => isLeft).toBe(true);
    await first.settled();
    expect(first.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("[B6] lets go of who is silent, and of everyone when the time is up", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const [first, second] = await pair();
    const mute = new Side(otherCode, { autoPong: false });
    await mute.said();
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= limits.pingEveryMs) {
        clock.advance(Math.min(left, limits.pingEveryMs));
        await Promise.all([first.settled(), second.settled()]);
      }
    };
    await pass(limits.silentAfterMs + 2 * limits.pingEveryMs);
    expect((await mute.closed).is).toBe("timeout");
    expect(first.heard).toEqual([]);
    const ended = Promise.all([first.closed, second.closed]);
    clock.advance(limits.workbenchMs);
    expect((await ended).map(({ is }) => is)).toEqual(["timeout", "timeout"]);
  });

  it("[B6] says when the server goes, and lets nobody in after that", async () => {
    house = await openHouse();
    const [first] = await pair();
    const draining = house.parlour.drain();
    expect(await first.said()).toMatchObject({ type: "closing", code: "draining" });
    expect((await first.closed).is).toBe("draining");
    await draining;
    const late = await refused(`/learn/relay/${code}`);
    expect([late.status, late.problem.code]).toEqual([503, "draining"]);
  });

  it("[B5] a thousand hostile texts and requests leave nothing behind, and a pair beside them works", async () => {
    const gone: string[] = [];
    let given = 0;
    house = await openHouse(
      {
        trustProxy: true,
        onSeatGone: (room) => void gone.push(room),
        iceServers: () => {
          given++;
          return [];
        },
      },
      { rates: { joinsPerAddress: { burst: 10_000, perSecond: 1 } } },
    );
    const random = seededRandom(7);
    const [first, second] = await pair();
    for (let i = 0; i < 40; i++) {
      const hostile = new Side(`${otherCode.slice(0, 15)}${random.pick(["a", "b", "c"])}`, {
        headers: { "x-forwarded-for": `192.0.2.${i}` },
      });
      const over = hostile.closed;
      await Promise.race([once(hostile.socket, "open"), over]);
      for (let n = 0; n < 25; n++) {
        if (hostile.socket.readyState !== WebSocket.OPEN) break;
        const bytes = random.bytes(random.int(0, 300));
        hostile.socket.send(bytes, { binary: random.pick([true, false]) });
      }
      if (random.pick([true, false])) hostile.socket.terminate();
      else hostile.socket.close();
      await over;
    }
    first.socket.send("still here");
    for (;;) {
      const text = await second.text();
      if (text === "other still here") break;
    }
    await expect.poll(() => gone.length).toBe(given - 2);
    const answer = await house.fetch("/healthz");
    expect(answer.status).toBe(200);
  });
});
