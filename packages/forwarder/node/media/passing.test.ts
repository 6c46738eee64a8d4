import { randomBytes } from "node:crypto";
import { attributes, type Endpoint, MessageWriter, methods } from "@parlour/turn/core";
import { type ClientPath, Exchange, exchangeMemory, primitives } from "@parlour/turn/datagrams";
import { describe, expect, it } from "vitest";
import { Mux, type MuxedConnection } from "./mux.ts";
import { Passing } from "./passing.ts";

const thread = { first: 0, second: 1, third: 2 } as const;
const sender = (port: number): Endpoint => ({ family: 4, bytes: Uint8Array.of(192, 0, 2, 1), port });
const media = (word: string): Uint8Array => Buffer.concat([Buffer.of(0x80), Buffer.from(word)]);

/** One thread's socket, and who is known by it. */
class Socket {
  readonly held = new Map<number, ClientPath>();

  pathTo(client: Endpoint): ClientPath {
    const found = this.held.get(client.port);
    if (found !== undefined) return found;
    const path: ClientPath = {
      transport: "udp",
      client,
      allocation: undefined,
      deliver: () => {},
      hold: () => void this.held.set(client.port, path),
      release: () => void (this.held.get(client.port) === path && this.held.delete(client.port)),
    };
    return path;
  }
}

/** Threads of one port; the test is the kernel, and says whose socket a packet comes by. */
function threads(count: number) {
  const memory = exchangeMemory(count);
  const begin = (number: number) => {
    const socket = new Socket();
    const exchange = new Exchange(memory, number, count, () => {});
    const passing = new Passing({
      thread: number,
      threads: count,
      exchange,
      ownerOf: (ufrag) => Number(ufrag[0]),
      pathTo: (_listener, endpoint) => socket.pathTo(endpoint),
    });
    return { socket, passing, mux: new Mux(() => 0, passing) };
  };
  const all = Array.from({ length: count }, (_, number) => begin(number));
  const of = (number: number) => {
    const one = all[number];
    if (one === undefined) throw new Error("no such thread");
    return one;
  };
  const drain = (): void => {
    for (let isDone = false; !isDone; )
      isDone = all.map(({ passing, mux }) => passing.drain(mux, (bytes) => bytes)).every((one) => one === 0);
  };
  const comes = (by: number, port: number, bytes: Uint8Array): void => {
    const { socket, mux } = of(by);
    mux.receive(socket.pathTo(sender(port)), bytes);
    drain();
  };
  return {
    of,
    comes,
    drain,
    check(by: number, port: number, ufrag: string) {
      const writer = new MessageWriter(methods.binding, "request", randomBytes(12));
      comes(by, port, writer.attribute(attributes.username, primitives.utf8(`${ufrag}:x`)).finish());
    },
    /** Somebody's connection, which takes every check for it as sound; what it heard. */
    connection(number: number, ufrag: string) {
      const heard: string[] = [];
      const paths = new Set<ClientPath>();
      const connection: MuxedConnection = {
        check(path) {
          paths.add(path);
          return { isSound: true, dropped: [] };
        },
        receive: (_path, bytes) => void heard.push(Buffer.from(bytes.subarray(1)).toString()),
        ice: { paths, closed: (path) => void paths.delete(path), sweep: () => [] },
      };
      of(number).mux.register(connection, [ufrag]);
      return { heard, paths, end: () => of(number).mux.forget(connection, [ufrag]) };
    },
    /** Ends as a crash does, and another takes its place, with a socket of its own. */
    replace(number: number) {
      all[number] = begin(number);
      for (const [other, { passing }] of all.entries()) if (other !== number) passing.began(number);
      drain();
    },
  };
}

describe("packets between the threads of one port", () => {
  it("[X200] find their owner by whichever socket they come, also when the kernel spreads senders anew", () => {
    const { check, comes, connection } = threads(3);
    const { heard } = connection(thread.second, "1abc");
    check(thread.first, 7, "1abc");
    for (const by of [0, 1, 2]) comes(by, 7, media(`by ${by}`));
    expect(heard).toEqual(["by 0", "by 1", "by 2"]);
  });

  it("[X200] find their owner by the socket of a thread that came after its check", () => {
    const { check, comes, connection, replace } = threads(2);
    const { heard } = connection(thread.second, "1abc");
    check(thread.second, 7, "1abc");
    replace(thread.first);
    comes(thread.first, 7, media("by the new one"));
    expect(heard).toEqual(["by the new one"]);
  });

  it("[X200] find their owner again after a check, when what it claimed was lost on the way", () => {
    const { of, check, comes, connection } = threads(2);
    const { heard } = connection(thread.second, "1abc");
    check(thread.second, 7, "1abc");
    const path = of(thread.first).socket.pathTo(sender(7));
    of(thread.first).passing.closed(path);
    path.release("released");
    comes(thread.first, 7, media("unheard"));
    check(thread.first, 7, "1abc");
    comes(thread.first, 7, media("heard"));
    expect(heard).toEqual(["heard"]);
  });

  it("[X200] leave nothing behind once their owner is done, or ended", () => {
    const { of, check, comes, connection, replace } = threads(3);
    const { end } = connection(thread.second, "1abc");
    const third = connection(thread.third, "2abc");
    check(thread.first, 7, "1abc");
    check(thread.first, 8, "2abc");
    const held = (): number[] => [0, 1, 2].map((number) => of(number).socket.held.size);
    expect(held()).toEqual([2, 2, 2]);
    end();
    comes(thread.first, 8, media("heard"));
    expect(held()).toEqual([1, 1, 1]);
    replace(thread.third);
    expect(held()).toEqual([0, 0, 0]);
    expect(third.heard).toEqual(["heard"]);
  });

  it("[X200] are whose check came last, and are never passed to and fro by two who take each other for the owner", () => {
    const { of, check, comes, connection, drain } = threads(2);
    const [before, after] = [connection(thread.first, "0abc"), connection(thread.second, "1abc")];
    check(thread.first, 7, "0abc");
    check(thread.first, 7, "1abc");
    comes(thread.first, 7, media("for the later"));
    expect([before.heard, after.heard]).toEqual([[], ["for the later"]]);
    expect(before.paths.size).toBe(0);
    // Both find at once that it is theirs: then it is nobody's until the next check.
    const both = [0, 1].map((number) => of(number));
    const message = (ufrag: string): Uint8Array =>
      new MessageWriter(methods.binding, "request", randomBytes(12))
        .attribute(attributes.username, primitives.utf8(`${ufrag}:x`))
        .finish();
    for (const [number, { mux, socket }] of both.entries())
      mux.receive(socket.pathTo(sender(9)), message(`${number}abc`));
    drain();
    for (const by of [0, 1]) comes(by, 9, media("whose?"));
    check(thread.second, 9, "0abc");
    for (const by of [0, 1]) comes(by, 9, media(`again by ${by}`));
    expect(before.heard).toEqual(["again by 0", "again by 1"]);
    expect(after.heard).toEqual(["for the later"]);
  });
});
