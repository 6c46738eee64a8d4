import { seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { Exchange, exchangeMemory, type Passed } from "./exchange.ts";

function ways(threads: number): { all: Exchange[]; woken: number[] } {
  const memory = exchangeMemory(threads);
  const woken: number[] = [];
  const all = Array.from(
    { length: threads },
    (_, thread) => new Exchange(memory, thread, threads, (other) => woken.push(other)),
  );
  return { all, woken };
}
const passed = (fromPort: number): Passed => ({ family: 4, toPort: 65_535, fromPort, delayMs: 2.5 });
type Heard = { passed: Passed; data: Buffer };
const heard = (exchange: Exchange | undefined): Heard[] => {
  const all: Heard[] = [];
  exchange?.drain((from, bytes, at) => all.push({ passed: from, data: Buffer.from(bytes.subarray(at)) }));
  return all;
};

describe("ways between threads", () => {
  it("[T57] carry whatever is written, in order, however it falls in the ring", () => {
    const random = seededRandom(0x7a13);
    const { all } = ways(2);
    const expected: Heard[] = [];
    let read = 0;
    let refused = 0;
    for (let step = 0; step < 20_000; step++) {
      const size = random.chance(0.01) ? random.int(2000, 65_535) : random.int(0, 1400);
      const one = {
        passed: passed(random.int(0, 65_535)),
        data: Buffer.from(random.bytes(Math.min(size, 64))),
      };
      const data = Buffer.concat([one.data, Buffer.alloc(size - one.data.length, step)]);
      if (all[0]?.send(1, one.passed, data)) expected.push({ ...one, data });
      else refused++;
      if (!random.chance(0.002)) continue;
      const got = heard(all[1]);
      expect(got.length).toBe(expected.length);
      for (const [index, each] of got.entries()) {
        expect(each.passed).toEqual(expected[index]?.passed);
        expect(each.data.equals(expected[index]?.data ?? Buffer.alloc(0))).toBe(true);
      }
      read += got.length;
      expected.length = 0;
    }
    expect(read).toBeGreaterThan(5000);
    // A reader that does not keep up costs packets, never memory.
    expect(refused).toBeGreaterThan(0);
  });

  it("[T57] wake up who rests, once, and nobody else", () => {
    const { all, woken } = ways(3);
    const [one, two, three] = all;
    one?.send(1, passed(1), Buffer.of(1));
    one?.flush();
    expect(woken).toEqual([]);
    // Something came before it rested.
    expect(two?.rest()).toBe(false);
    expect(heard(two)).toHaveLength(1);
    expect([two?.rest(), three?.rest()]).toEqual([true, true]);
    one?.send(1, passed(1), Buffer.of(1));
    one?.flush();
    one?.send(1, passed(2), Buffer.of(2));
    one?.flush();
    expect(woken).toEqual([1]);
    expect(heard(two).map((each) => each.passed.fromPort)).toEqual([1, 2]);
  });
});
