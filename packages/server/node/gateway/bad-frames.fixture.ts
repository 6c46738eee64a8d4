import type { Socket } from "node:net";
import { limits } from "@parlour/protocol";
import type { Random } from "@parlour/testkit";
import type { TestVisitor } from "../server/visit.fixture.ts";

/** Something that no honest page sends, and whether the connection can go on after it. */
export interface BadFrame {
  readonly kind: string;
  readonly send: (visitor: TestVisitor) => void;
  /** `refused`: one coded frame comes back. `closed`: RFC 6455 itself ends the connection. */
  readonly answer: "refused" | "closed";
}

const words = [
  "__proto__",
  "constructor",
  "toString",
  "hello",
  "say",
  "type",
  "ping",
  "welcome",
  "signal",
  "",
];

/** Any JSON value at all, a few levels deep. */
function anything(random: Random, depth = 0): unknown {
  const leaf = (): unknown =>
    random.pick<unknown>([
      null,
      true,
      -1,
      1e308,
      0.1,
      random.int(-(2 ** 31), 2 ** 31),
      random.pick(words),
      "\ud800",
      "\u0000\u202e\uffff",
      "x".repeat(random.int(0, 300)),
    ]);
  if (depth > 3 || random.chance(0.5)) return leaf();
  const items = Array.from({ length: random.int(0, 4) }, () => anything(random, depth + 1));
  return random.chance(0.5) ? items : Object.fromEntries(items.map((item) => [random.pick(words), item]));
}

/** A hello, a say or a host's word with one thing wrong. */
function almostRight(random: Random): string {
  const hello: Record<string, unknown> = { type: "hello", room: "tea", epoch: "e".repeat(16) };
  const say: Record<string, unknown> = { type: "say", id: "message-1", text: "hi" };
  const remove: Record<string, unknown> = { type: "remove", id: "x".repeat(22) };
  const frame = random.chance(0.5) ? hello : random.pick([say, remove]);
  const field = random.pick(Object.keys(frame));
  const wrong = random.pick<() => void>([
    () => delete frame[field],
    () => {
      frame[field] = random.pick<unknown>([null, 7, true, [], {}, ["hello"], { toString: "hello" }, ""]);
    },
    () => {
      frame[`${random.pick(words)}x`] = anything(random);
    },
    () => {
      frame[field] = `${frame[field]}\u0000`;
    },
    () => {
      frame["type"] = random.pick([
        "HELLO",
        "welcome",
        "joined",
        "closing",
        "accepted",
        "toString",
        "__proto__",
      ]);
    },
  ]);
  wrong();
  // What was changed in a say's text is still a text.
  if (frame === say && typeof frame["text"] === "string" && frame["text"] !== "") frame["id"] = "short";
  return JSON.stringify(frame);
}

const text =
  (kind: string, make: (random: Random) => string) =>
  (random: Random): BadFrame => {
    const made = make(random);
    return { kind, answer: "refused", send: ({ socket }) => socket.send(made) };
  };
const bytes =
  (kind: string, make: (random: Random) => Uint8Array) =>
  (random: Random): BadFrame => {
    const made = make(random);
    return { kind, answer: "refused", send: ({ socket }) => socket.send(made) };
  };
/** Bytes below the WebSocket library, which would not send them. */
const wire =
  (kind: string, make: (random: Random) => Uint8Array) =>
  (random: Random): BadFrame => {
    const made = make(random);
    return {
      kind,
      answer: "closed",
      send: ({ socket }) => void (socket as unknown as { _socket: Socket })._socket.write(made),
    };
  };

const gentle: readonly ((random: Random) => BadFrame)[] = [
  text("not JSON", (random) => `{${Buffer.from(random.bytes(random.int(0, 400))).toString("latin1")}`),
  text("cut short", (random) => almostRight(random).slice(0, -random.int(1, 10))),
  text("any JSON", (random) => JSON.stringify([anything(random)])),
  text("an object of anything", (random) =>
    JSON.stringify({ type: anything(random), [random.pick(words)]: 1 }),
  ),
  text("one thing wrong", almostRight),
  text("a prototype", (random) =>
    random.pick([
      '{"__proto__":{"type":"ping"}}',
      '{"type":"__proto__"}',
      '{"constructor":{"prototype":{"isHost":true}},"type":"say"}',
      '{"type":{"__proto__":"ping"}}',
    ]),
  ),
  text("deep", (random) => {
    const depth = random.int(1_000, 8_000);
    return random.chance(0.5)
      ? "[".repeat(depth) + "]".repeat(depth)
      : `${'{"a":'.repeat(depth / 5)}1${"}".repeat(depth / 5)}`;
  }),
  text("too large", (random) => `{"type":"${"x".repeat(limits.clientFrameBytes + random.int(1, 40_000))}"}`),
  text("empty", () => ""),
  text("a number", (random) => String(random.next() * 10 ** random.int(-300, 300))),
  bytes("no signal", (random) => Uint8Array.from([random.int(2, 255), ...random.bytes(random.int(0, 200))])),
  bytes("a signal without payload", (random) => Uint8Array.from([1, ...random.bytes(4)])),
  bytes("nothing", () => new Uint8Array(0)),
  (random) => {
    const made = almostRight(random);
    const at = Array.from({ length: random.int(1, 20) }, () => random.int(0, made.length)).sort(
      (a, b) => a - b,
    );
    return {
      kind: "in fragments",
      answer: "refused",
      send({ socket }) {
        let from = 0;
        for (const to of at) {
          socket.send(made.slice(from, to), { fin: false });
          from = to;
        }
        socket.send(made.slice(from), { fin: true });
      },
    };
  },
];

const masked = (first: number, payload: Uint8Array): Uint8Array =>
  Uint8Array.from([first, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);

const violent: readonly ((random: Random) => BadFrame)[] = [
  wire("not UTF-8", (random) => masked(0x81, Uint8Array.from([0xc3, 0x28, random.int(0x80, 0xff)]))),
  wire("a reserved bit", (random) => masked(random.pick([0xc1, 0xa1, 0x91]), random.bytes(4))),
  wire("an unknown opcode", (random) => masked(0x80 | random.pick([3, 5, 7, 11, 15]), random.bytes(4))),
  wire("without a mask", (random) => Uint8Array.from([0x81, 4, ...random.bytes(4)])),
  wire("a continuation of nothing", (random) => masked(0x80, random.bytes(8))),
  wire("a ping in fragments", (random) => masked(0x09, random.bytes(8))),
  wire("a length of petabytes", () => Uint8Array.from([0x82, 0xff, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
  wire("a bad close", (random) => masked(0x88, Uint8Array.from([0, random.int(0, 200)]))),
  (random) => {
    const length = limits.signalBytes + random.int(1, 1_000);
    return { kind: "too large", answer: "closed", send: ({ socket }) => socket.send(new Uint8Array(length)) };
  },
  () => ({
    kind: "a thousand fragments",
    answer: "closed",
    send({ socket }) {
      for (let i = 0; i < 1_000; i++) socket.send("x", { fin: false });
    },
  }),
  () => ({
    kind: "too many",
    answer: "closed",
    send(visitor) {
      for (let i = 0; i < 4_000; i++) visitor.send({ type: "pong" });
    },
  }),
];

export function gentleFrame(random: Random): BadFrame {
  return random.pick(gentle)(random);
}
export function violentFrame(random: Random): BadFrame {
  return random.pick(violent)(random);
}
