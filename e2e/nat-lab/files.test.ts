import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import {
  acceptOffer,
  digestOf,
  endOf,
  MiB,
  narrowUplink,
  offerFiles,
  taken,
  takenUpTo,
} from "../harness/files.ts";
import type { Host } from "./host.ts";
import { type Meeting, meet } from "./meeting.ts";
import { sharedWorld, type World } from "./world.ts";

const isLong = process.env["PARLOUR_LONG"] === "1";
const size = (isLong ? 256 : 16) * MiB;

describe("files between networks", () => {
  let world: World;
  let a: Host;
  let b: Host;
  let meeting: Meeting | undefined;
  beforeAll(async () => {
    world = await sharedWorld();
    [a, b] = [world.host("a"), world.host("b")];
  });
  afterEach(async () => {
    await meeting?.close();
    meeting = undefined;
    await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
  });

  /** Ada gives from `a`, at most that fast, and Bo begins to take on `b`. */
  async function giving(bytesPerSecond?: number): Promise<readonly [TestPage, TestPage]> {
    meeting = await meet(
      world,
      [
        {
          host: a,
          engine: "chromium",
          prepare: async (tab) => bytesPerSecond && narrowUplink(tab, bytesPerSecond),
        },
        { host: b, engine: "chromium" },
      ],
      { publish: false },
    );
    await meeting.says();
    const [ada, bo] = meeting.tabs;
    await offerFiles(ada, [{ name: "film.bin", size }]);
    await acceptOffer(bo);
    return [ada, bo];
  }
  /** To the end, and every byte is what it was. */
  async function arrives([ada, bo]: readonly [TestPage, TestPage]): Promise<void> {
    await takenUpTo(bo, size);
    expect(await endOf(bo)).toBe("done");
    expect(await digestOf(bo, "taking")).toEqual(await digestOf(ada, "giving"));
  }
  const sentBytes = ({ page }: TestPage): Promise<number> =>
    page.evaluate(() => window.kept["sentBytes"] as number);
  const timeout = isLong ? 600_000 : 120_000;

  it("[N10] a file goes through the server's relay, byte for byte", { timeout }, async () => {
    await Promise.all([a.setNat("symmetric"), b.setNat("symmetric")]);
    const tabs = await giving();
    await arrives(tabs);
    const ends = await meeting?.ends();
    expect(ends?.map((end) => end?.path)).toEqual(["relayed", "relayed"]);
  });

  it("[N11] a file goes where one packet in a hundred is lost, each way, byte for byte", {
    timeout,
  }, async () => {
    await Promise.all([a.lose(0.01), b.lose(0.01)]);
    await arrives(await giving());
  });

  it("[N12] a file goes on across another address of the giver's, and nothing comes twice but what was under way", {
    timeout,
  }, async () => {
    const tabs = await giving((isLong ? 16 : 3) * MiB);
    const [ada, bo] = tabs;
    await takenUpTo(bo, size / 3);
    const before = (await taken(bo)).bytes;
    let least = before;
    await a.changeAddress();
    const watch = setInterval(() => {
      taken(bo).then(
        ({ bytes }) => {
          least = Math.min(least, bytes);
        },
        () => {},
      );
    }, 200);
    try {
      await arrives(tabs);
    } finally {
      clearInterval(watch);
    }
    expect(least).toBe(before);
    expect(await sentBytes(ada)).toBeLessThan(size + 8 * MiB);
  });
});
