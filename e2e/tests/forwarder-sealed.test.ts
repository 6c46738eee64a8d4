import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { joinCrowd } from "../harness/crowd.ts";
import {
  type Encoded,
  found,
  noteFrames,
  startTapped,
  type TappedServer,
} from "../harness/forwarder-tap/tap.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, openSdkPage } from "../harness/sdk-page.ts";
import { until } from "../harness/waiting.ts";

// Everything that the forwarder of a real server handles is searched for what real browsers encoded.

describe("what a forwarder has in its hands", () => {
  let tapped: TappedServer;
  let tabs: TestPage[];
  let readers: (() => Promise<Encoded>)[];
  beforeEach(async () => {
    tapped = await startTapped();
    tabs = [];
    readers = [];
  });
  afterEach(async () => {
    for (const tab of tabs) await tab.close();
    await tapped.close();
  });

  const arrive = async (kind: "chromium" | "firefox", isSealed: boolean): Promise<TestPage> => {
    const tab = await openSdkPage(await sharedBrowser(kind), tapped.server.url);
    tabs.push(tab);
    readers.push(await noteFrames(tab, isSealed));
    return tab;
  };
  /** Two with camera and microphone and four with pictures: one more than a mesh has. Ends once enough went by the forwarder. */
  const meet = async (link: string, isSealed: boolean) => {
    const ada = await arrive("chromium", isSealed);
    await joinWithSdk(ada, { link, name: "Ada", publish: true });
    const bo = await arrive("firefox", isSealed);
    await joinWithSdk(bo, { link, name: "Bo", publish: true });
    const crowd = await arrive("chromium", isSealed);
    await joinCrowd(crowd, link, ["Cy", "Di", "Ed", "Flo"], { width: 160, height: 90, fps: 8 });
    for (const { page } of [ada, bo])
      await until("a room over the forwarder", () =>
        page.evaluate(() => window.room.topology === "forwarder"),
      );
    const enough = ({ frames }: Encoded, sound: number): boolean =>
      frames.video > 30 && frames.audio >= sound;
    await until("frames that went by the forwarder", async () => {
      const all = (await Promise.all(readers.map((read) => read()))) as [Encoded, Encoded, Encoded];
      const leaving = tapped.leaving();
      if (enough(all[0], 30) && enough(all[1], 30) && enough(all[2], 0) && leaving > 600) return true;
      throw new Error(JSON.stringify({ leaving, frames: all.map(({ frames }) => frames) }));
    });
    const encoded = await Promise.all(readers.map((read) => read()));
    return {
      handled: await tapped.handled(),
      pieces: new Map(encoded.flatMap(({ pieces }) => [...pieces])),
      frames: encoded.map(({ frames }) => frames),
    };
  };

  it("[X108] nothing of a private room's frames is in clear there, from the first packet on", async () => {
    const { handled, pieces, frames } = await meet(privateLink(tapped.server, "sealed"), true);
    const [ada, bo, crowd] = frames;
    expect([ada?.audio, bo?.audio, crowd?.video].every((count) => (count ?? 0) >= 30)).toBe(true);
    expect(Math.min(handled.in.length, handled.out.length)).toBeGreaterThan(300);
    expect(handled.datagrams.length).toBeGreaterThan(handled.in.length);
    for (const packets of [handled.in, handled.out, handled.said, handled.datagrams])
      expect(found(packets, pieces)).toEqual({ audio: 0, video: 0 });
  });

  it("[X108] and the same search finds those of a public room", async () => {
    const { handled, pieces } = await meet(`${tapped.server.url}/r/clear`, false);
    const came = found(handled.in, pieces);
    const left = found(handled.out, pieces);
    for (const counts of [came, left]) {
      expect(counts.video).toBeGreaterThan(50);
      expect(counts.audio).toBeGreaterThan(50);
    }
    // On the way, strangers see nothing of them either.
    expect(handled.datagrams.length).toBeGreaterThan(handled.in.length);
    expect(found(handled.datagrams, pieces)).toEqual({ audio: 0, video: 0 });
  });
});
