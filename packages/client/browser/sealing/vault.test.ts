import { describe, expect, it } from "vitest";
import { splitSealed } from "../../core/sealing/index.ts";
import { decryptFrame, encryptFrame, frameKey, nextSecret, sframeKey } from "./frame-cipher.ts";
import { decodeKey, encodeKey } from "./key-message.ts";
import { olderMs } from "./sender-keys.ts";
import { type EncodedFrame, frameVault } from "./vault.ts";
import type { FromWorker, GivenKey } from "./worker-messages.ts";

const room = "tea";
const fromHex = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const secretOf = (fill: number) => new Uint8Array(32).fill(fill);
const keyOf = (fill: number, generation = 0, step = 0): GivenKey => ({
  generation,
  step,
  secret: secretOf(fill),
});

type Type = "key" | "delta" | undefined;
const frame = (bytes: ArrayLike<number>, type?: Type, mimeType?: string): EncodedFrame => ({
  data: Uint8Array.from(bytes).buffer,
  type,
  getMetadata: () => (mimeType === undefined ? {} : { mimeType }),
});
const picture = Uint8Array.from({ length: 200 }, (_, i) => i);
const bytesOf = ({ data }: EncodedFrame) => new Uint8Array(data);

function stage() {
  let now = 0;
  const told: FromWorker[] = [];
  const sender = frameVault({ now: () => now, tell: (message) => told.push(message) });
  const receiver = frameVault({ now: () => now, tell: (message) => told.push(message) });
  const requests: number[] = [];
  const sealing = sender.path({ line: 0, way: "seal", kind: "video" });
  const opening = receiver.path({ line: 0, way: "open", kind: "video" }, () => requests.push(now));
  const use = (key: GivenKey) => sender.take({ type: "own", room, id: "ada", seat: 3, key });
  const give = (key: GivenKey) => receiver.take({ type: "key", room, id: "ada", seat: 3, key });
  const seal = async (bytes: ArrayLike<number> = picture, type: Type = "key") => {
    const sealed = frame(bytes, type);
    expect(await sealing(sealed)).toBe(true);
    return bytesOf(sealed);
  };
  const open = async (bytes: ArrayLike<number>, type: Type = "key") => {
    const opened = frame(bytes, type);
    return (await opening(opened)) ? bytesOf(opened) : undefined;
  };
  sender.take({ type: "carry", line: 0, source: "camera" });
  receiver.take({ type: "expect", line: 0, from: { peer: "ada", source: "camera" } });
  return {
    sender,
    receiver,
    sealing,
    use,
    give,
    seal,
    open,
    told,
    requests,
    pass: (ms: number) => {
      now += ms;
    },
    counts: () =>
      Object.assign({}, ...told.map((message) => (message.type === "counts" ? message.counts : {}))),
  };
}
const ready = () => {
  const all = stage();
  all.use(keyOf(1));
  all.give(keyOf(1));
  return all;
};

describe("sealed frames", () => {
  it("[Z15] are SFrame's AES_256_GCM_SHA512_128, as the test vector of RFC 9605 has it", async () => {
    const key = await sframeKey(fromHex("000102030405060708090a0b0c0d0e0f"), 291);
    expect(key.salt).toEqual(fromHex("84991c167b8cd23c93708ec7"));
    const aad = fromHex("99012345674945544620534672616d65205747");
    const plain = fromHex("64726166742d696574662d736672616d652d656e63");
    const sealed = await encryptFrame(key, 17_767, plain, aad);
    expect(sealed).toEqual(
      fromHex("94f509d36e9beacb0e261d99c7d1e972f1fed787d4049f17ca21353c1cc24d56ceabced279"),
    );
    expect(await decryptFrame(key, 17_767, sealed.slice(), aad)).toEqual(plain);
  });

  it("[Z16] nothing leaves before there is a key and a source, nor of a codec that can't be sealed", async () => {
    const { sender, sealing, use } = stage();
    const early = frame(picture, "key");
    expect(await sealing(early)).toBe(false);
    use(keyOf(1));
    sender.take({ type: "carry", line: 0, source: null });
    expect(await sealing(frame(picture, "key"))).toBe(false);
    sender.take({ type: "carry", line: 0, source: "camera" });
    for (const codec of ["video/H264", "video/AV1", "video/H265"])
      expect(await sealing(frame(picture, "key", codec))).toBe(false);
    expect(await sealing(frame(picture, "key", "video/VP8"))).toBe(true);
    sender.take({ type: "forget" });
    expect(await sealing(frame(picture, "key"))).toBe(false);
  });

  it.each([
    ["video", "video/VP8", "key", 10],
    ["video", "video/VP8", "delta", 3],
    ["video", undefined, "delta", 3],
    ["video", "video/VP9", "key", 0],
    ["audio", "audio/opus", undefined, 1],
  ] as const)(
    "[Z17] of a frame (%s %s %s) %d bytes stay clear, and it grows by at most 28",
    async (kind, codec, type, clear) => {
      const { sender, receiver, use, give } = stage();
      use(keyOf(1));
      give(keyOf(1));
      const sealing = sender.path({ line: 0, way: "seal", kind });
      const opening = receiver.path({ line: 0, way: "open", kind });
      const first = frame(picture, "key");
      expect([await sealing(first), await opening(first)]).toEqual([true, true]);
      for (const bytes of [picture, picture.subarray(0, 2), picture.subarray(0, 1)]) {
        const one = frame(bytes, type, codec);
        expect(await sealing(one)).toBe(true);
        const sealed = bytesOf(one);
        expect(sealed.subarray(0, Math.min(clear, bytes.length))).toEqual(bytes.subarray(0, clear));
        expect(sealed.length - bytes.length).toBeLessThanOrEqual(28);
        for (let i = clear; i + 8 <= bytes.length; i++)
          expect(Buffer.from(sealed).includes(Buffer.from(bytes.subarray(i, i + 8)))).toBe(false);
        const back = frame(sealed, type, codec);
        expect(await opening(back)).toBe(true);
        expect(bytesOf(back)).toEqual(bytes);
      }
    },
  );

  it("[X184] of silence, which is an empty frame, nothing is made and no counter is used", async () => {
    const { seal, sealing, open, told } = ready();
    const first = await seal();
    for (let turn = 0; turn < 3; turn++) expect(await sealing(frame([]))).toBe(false);
    const second = await seal();
    const counterOf = (bytes: Uint8Array) => splitSealed(bytes)?.header.counter;
    expect([counterOf(first), counterOf(second)]).toEqual([0, 1]);
    expect([await open(first), await open(second)]).toEqual([picture, picture]);
    // Nobody has to know.
    expect(told).toEqual([]);
  });

  it("[Z18] altered in any byte, cut or lengthened, a frame does not open", async () => {
    const { seal, open } = ready();
    const sealed = await seal(picture, "key");
    for (let i = 0; i < sealed.length; i++) {
      const altered = sealed.slice();
      altered[i] = (altered[i] ?? 0) ^ (1 << (i % 8));
      expect(await open(altered, "key")).toBeUndefined();
    }
    for (const wrong of [sealed.subarray(1), sealed.subarray(0, -1), [...sealed, 0], [], [0xff], picture])
      expect(await open(wrong, "key")).toBeUndefined();
    expect(await open(sealed, "key")).toEqual(picture);
  });

  it("[Z11] a frame opens once; in any order while it is not old", async () => {
    const { seal, open, counts } = ready();
    const [first, second] = [await seal(picture, "key"), await seal()];
    expect(await open(second)).toEqual(picture);
    expect(await open(first, "key")).toEqual(picture);
    expect(await open(first, "key")).toBeUndefined();
    expect(await open(second)).toBeUndefined();
    expect(counts()).toMatchObject({ replayed: 1 });
    for (let i = 0; i < 1_100; i++) await seal(picture.subarray(0, 12));
    const late = await seal();
    expect(await open(late)).toEqual(picture);
    // One that never came, but is from long before.
    const { seal: again, open: then } = ready();
    const old = await again();
    for (let i = 0; i < 1_100; i++) await again(picture.subarray(0, 12));
    expect(await then(await again())).toEqual(picture);
    expect(await then(old)).toBeUndefined();
  });

  it("[Z11] what was shown in one place is no news in another, once that is on its way", async () => {
    const { receiver, seal, open } = ready();
    const frames: Uint8Array[] = [];
    for (let i = 0; i < 1_200; i++) frames.push(await seal(picture.subarray(0, 20)));
    expect(await open(frames.at(-1) ?? [])).toBeDefined();
    const other = receiver.path({ line: 7, way: "open", kind: "video" });
    receiver.take({ type: "expect", line: 7, from: { peer: "ada", source: "camera" } });
    expect(await other(frame(frames[0] ?? [], "key"))).toBe(false);
    expect(await other(frame(frames[1_190] ?? [], "key"))).toBe(true);
  });

  it("[Z19] a frame opens only as what it was sealed as: sender, source, kind and room", async () => {
    const { receiver, seal, open } = ready();
    receiver.take({ type: "key", room, id: "bob", seat: 4, key: keyOf(2) });
    // The same secret under another name, as a forwarder might hope.
    receiver.take({ type: "key", room, id: "eve", seat: 3, key: keyOf(1) });
    const expecting = async (from: { peer: string; source: string } | null) => {
      receiver.take({ type: "expect", line: 0, from });
      return open(await seal(picture, "key"), "key");
    };
    expect(await expecting({ peer: "bob", source: "camera" })).toBeUndefined();
    expect(await expecting({ peer: "eve", source: "camera" })).toBeUndefined();
    expect(await expecting({ peer: "ada", source: "screen" })).toBeUndefined();
    expect(await expecting(null)).toBeUndefined();
    expect(await expecting({ peer: "ada", source: "camera" })).toEqual(picture);
    const sound = receiver.path({ line: 5, way: "open", kind: "audio" });
    receiver.take({ type: "expect", line: 5, from: { peer: "ada", source: "camera" } });
    expect(await sound(frame(await seal(picture, "key")))).toBe(false);
    receiver.take({ type: "key", room: "other", id: "ada", seat: 3, key: keyOf(1) });
    receiver.take({ type: "gone", id: "ada" });
    receiver.take({ type: "key", room: "other", id: "ada", seat: 3, key: keyOf(1) });
    expect(await expecting({ peer: "ada", source: "camera" })).toBeUndefined();
  });

  it("[Z13] who left can't read what is sealed with the next key; frames under way open for 10 s", async () => {
    const { use, give, seal, open, pass } = ready();
    const before = await seal(picture, "key");
    const underWay = await seal();
    const tooLate = await seal();
    const unheard = await seal();
    expect(await open(before, "key")).toEqual(picture);
    use(keyOf(9, 1));
    const after = await seal();
    // Not given the new key: the picture stands still.
    expect(await open(after)).toBeUndefined();
    give(keyOf(9, 1));
    expect(await open(await seal(picture, "key"), "key")).toEqual(picture);
    expect(await open(underWay)).toEqual(picture);
    pass(olderMs - 1);
    expect(await open(tooLate)).toEqual(picture);
    pass(1);
    expect(await open(unheard)).toBeUndefined();
  });

  it("[Z13] when many leave at once, the key in use opens until one of the new ones is used", async () => {
    const { use, give, seal, open, told } = ready();
    expect(await open(await seal())).toEqual(picture);
    for (let generation = 1; generation <= 12; generation++) {
      give(keyOf(1 + generation, generation));
      expect(await open(await seal(picture, "delta"), "delta")).toEqual(picture);
    }
    use(keyOf(13, 12));
    expect(await open(await seal(picture, "delta"), "delta")).toEqual(picture);
    expect(told.some(({ type }) => type === "stuck")).toBe(false);
  });

  it("[Z14] a step leads to all later ones, and to none before it", async () => {
    const { use, give, seal, open, receiver } = ready();
    const before = await seal(picture, "key");
    const one = await nextSecret(secretOf(1), room);
    const two = await nextSecret(one, room);
    use({ generation: 0, step: 2, secret: two });
    const after = await seal(picture, "key");
    expect(await open(before, "key")).toEqual(picture);
    expect(await open(after, "key")).toEqual(picture);
    // The newcomer.
    receiver.take({ type: "gone", id: "ada" });
    give({ generation: 0, step: 2, secret: two });
    expect(await open(before, "key")).toBeUndefined();
    expect(await open(await seal(picture, "key"), "key")).toEqual(picture);
  });

  it("[Z20] after a frame that does not open, pictures wait for a whole one, which is asked for", async () => {
    const { receiver, use, give, seal, open, pass, requests, told } = stage();
    use(keyOf(1));
    expect(await open(await seal(picture, "key"), "key")).toBeUndefined();
    expect(requests).toEqual([0]);
    give(keyOf(1));
    pass(100);
    expect(await open(await seal(picture, "delta"), "delta")).toBeUndefined();
    pass(400);
    expect(await open(await seal(picture, "delta"), "delta")).toBeUndefined();
    expect(requests).toEqual([0, 500]);
    expect(told.filter(({ type }) => type === "stuck")).toHaveLength(2);
    expect(await open(await seal(picture, "key"), "key")).toEqual(picture);
    expect(await open(await seal(picture, "delta"), "delta")).toEqual(picture);
    // Another's pictures, or these again after them, begin with a whole one.
    pass(500);
    receiver.take({ type: "expect", line: 0, from: null });
    receiver.take({ type: "expect", line: 0, from: { peer: "ada", source: "camera" } });
    expect(await open(await seal(picture, "delta"), "delta")).toBeUndefined();
    expect(requests).toHaveLength(3);
    expect(await open(await seal(picture, "key"), "key")).toEqual(picture);
    // Said once more, it changes nothing.
    receiver.take({ type: "expect", line: 0, from: { peer: "ada", source: "camera" } });
    expect(await open(await seal(picture, "delta"), "delta")).toEqual(picture);
  });

  it("[Z15] no key and counter seal two frames, whichever senders share them", async () => {
    const { sender } = ready();
    const twin = sender.path({ line: 1, way: "seal", kind: "video" });
    sender.take({ type: "carry", line: 1, source: "camera" });
    const first = sender.path({ line: 0, way: "seal", kind: "video" });
    const frames = Array.from({ length: 40 }, () => frame(new Uint8Array(64), "delta"));
    await Promise.all(frames.map((one, i) => (i % 2 ? twin : first)(one)));
    expect(new Set(frames.map((one) => Buffer.from(one.data).toString("hex"))).size).toBe(40);
  });

  it("[Z12] a key is passed on as 35 bytes, and nothing else is one", () => {
    const key = keyOf(7, 40_000, 200);
    expect(encodeKey(key)).toHaveLength(35);
    expect(decodeKey(encodeKey(key))).toEqual(key);
    expect(decodeKey(new Uint8Array(34))).toBeUndefined();
  });

  it("[Z19] the same secret makes other keys for another source, kind, sender, room, generation or step", async () => {
    const origin = { room, id: "ada", seat: 3, kind: "video", source: "camera" } as const;
    const step = { generation: 0, step: 0 };
    const keys = await Promise.all([
      frameKey(secretOf(1), origin, step),
      frameKey(secretOf(1), { ...origin, source: "screen" }, step),
      frameKey(secretOf(1), { ...origin, kind: "audio" }, step),
      frameKey(secretOf(1), { ...origin, id: "bob" }, step),
      frameKey(secretOf(1), { ...origin, seat: 4 }, step),
      frameKey(secretOf(1), { ...origin, room: "other" }, step),
      frameKey(secretOf(1), origin, { generation: 1, step: 0 }),
      frameKey(secretOf(1), origin, { generation: 0, step: 1 }),
    ]);
    expect(new Set(keys.map(({ salt }) => Buffer.from(salt).toString("hex"))).size).toBe(keys.length);
  });
});
