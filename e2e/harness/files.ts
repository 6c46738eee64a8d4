import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import type { TestBrowser, TestPage } from "./browsers.ts";
import type { Person } from "./people.ts";
import { until } from "./waiting.ts";

/** Files that pages give each other, made in the page so that no test copies a gibibyte. */

const MiB = 1024 * 1024;

export interface MadeFile {
  readonly name: string;
  readonly size: number;
  /** Folders, outermost first. */
  readonly path?: readonly string[];
  /** Other content for another seed; the same for the same. */
  readonly seed?: number;
}

/** A page of the browser's own profile: others have their storage in memory, as private windows do. */
export async function profilePage(browser: TestBrowser): Promise<TestPage> {
  const context = browser.browser.defaultBrowserContext();
  return browser.openTab({ context } as TestPage);
}

/**
 * Makes files in the page and offers them; the giving is `kept[as]`, when it was offered `kept[as + " at"]`. A file is a few megabytes of noise over and over, each time
 * behind another number: it takes no memory, and no piece is like another.
 */
export async function offerFiles(
  tab: TestPage,
  files: readonly MadeFile[],
  as = "giving",
  to?: string,
): Promise<void> {
  await tab.page.evaluate(
    (wanted, place, only) => {
      const chunk = 4 * 1024 * 1024;
      const noises = new Map<number, Blob>();
      const noiseOf = (seed: number): Blob => {
        let known = noises.get(seed);
        if (known === undefined) {
          const words = new Uint32Array(chunk / 4);
          let state = seed * 2_654_435_761 + 1;
          for (let i = 0; i < words.length; i++) {
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            words[i] = state;
          }
          known = new Blob([words]);
          noises.set(seed, known);
        }
        return known;
      };
      const made = wanted.map(({ name, size, path = [], seed = 1 }) => {
        const parts: BlobPart[] = [];
        let left = size;
        for (let i = 0; left > 0; i++) {
          const head = new Uint32Array([i, i ^ 0x5a5a5a5a]);
          const first = Math.min(left, 8);
          parts.push(head.buffer.slice(0, first));
          left -= first;
          const body = Math.min(left, chunk);
          if (body > 0) parts.push(noiseOf(seed).slice(0, body));
          left -= body;
        }
        const file = new File(parts, name, { lastModified: 1_700_000_000_000 });
        if (path.length > 0)
          Object.defineProperty(file, "webkitRelativePath", { value: [...path, name].join("/") });
        return file;
      });
      const peer = [...window.room.peers.values()].find((one) => one.name === only);
      window.kept[`${place} files`] = made;
      window.kept[`${place} at`] = Date.now();
      window.kept[place] = window.room.files.offer(made, peer === undefined ? {} : { to: peer });
    },
    files,
    as,
    to,
  );
}

/** A file of the disk, no piece of which is like another: made-up ones lie in the browser's own memory. */
export function writeNoise(path: string, size: number): void {
  const chunk = randomBytes(4 * MiB);
  const file = openSync(path, "w");
  for (let at = 0; at < size; at += chunk.length) {
    chunk.writeDoubleBE(at);
    writeSync(file, chunk, 0, Math.min(chunk.length, size - at));
  }
  closeSync(file);
}

/** Offers a file of the disk, as somebody chooses one; the giving is `kept.giving`, when it was offered `kept["giving at"]`. */
export async function offerChosen(tab: TestPage, path: string): Promise<void> {
  const input = await tab.page.evaluateHandle(() => {
    const field = document.createElement("input");
    field.type = "file";
    document.body.append(field);
    return field;
  });
  await input.uploadFile(path);
  await tab.page.evaluate((field) => {
    window.kept["giving files"] = [...(field.files ?? [])];
    window.kept["giving at"] = Date.now();
    window.kept["giving"] = window.room.files.offer([...(field.files ?? [])]);
  }, input);
}

/**
 * Before the page loads: what it sends of pieces waits for one line of that width, whoever it goes to. How much it was stands in
 * `kept.sentBytes`.
 */
export async function narrowUplink(tab: TestPage, bytesPerSecond: number): Promise<void> {
  await tab.page.evaluateOnNewDocument((most: number) => {
    let free = 0;
    const { createDataChannel } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.createDataChannel = function (
      this: RTCPeerConnection,
      label: string,
      init?: RTCDataChannelInit,
    ) {
      const channel = Reflect.apply(createDataChannel, this, [label, init]) as RTCDataChannel;
      if (label !== "files") return channel;
      const send = channel.send.bind(channel) as (data: Uint8Array<ArrayBuffer>) => void;
      let waiting = 0;
      Object.defineProperty(channel, "bufferedAmount", { get: () => waiting });
      channel.send = ((data: Uint8Array<ArrayBuffer>) => {
        window.kept["sentBytes"] = ((window.kept["sentBytes"] as number | undefined) ?? 0) + data.length;
        // A browser copies at once, and whoever sends counts on it.
        const held = data.slice();
        waiting += data.length;
        const now = performance.now();
        free = Math.max(now, free) + (data.length * 1000) / most;
        setTimeout(() => {
          waiting -= held.length;
          if (channel.readyState === "open") send(held);
          if (waiting <= channel.bufferedAmountLowThreshold)
            channel.dispatchEvent(new Event("bufferedamountlow"));
        }, free - now);
      }) as typeof channel.send;
      return channel;
    };
  }, bytesPerSecond);
}

/** Accepts the next offer (or the one that is there); the taking is `kept.taking`. */
export async function acceptOffer(tab: TestPage): Promise<void> {
  await until("an offer of files", () => tab.page.evaluate(() => window.room.files.offers.length > 0));
  await tab.page.evaluate(() => {
    window.kept["taking"] = window.room.files.offers[0]?.accept();
  });
}

/** Takes the next offer at once; `kept.first` resolves when its first piece is written and checked: milliseconds since 1970. */
export async function acceptAtOnce(tab: TestPage): Promise<void> {
  await tab.page.evaluate(() => {
    window.kept["first"] = new Promise<number>((resolve) => {
      const heard = window.room.on("offer", (offer) => {
        heard();
        const taking = offer.accept();
        window.kept["taking"] = taking;
        const stop = taking.on("change", () => {
          if (taking.progress.bytes === 0) return;
          stop();
          resolve(Date.now());
        });
      });
    });
  });
}

/** Bytes that are here, and the state. */
export async function taken(tab: TestPage): Promise<{ bytes: number; state: string; speed: number }> {
  return tab.page.evaluate(() => {
    const taking = (window.kept["taking"] ?? window.room.files.takings[0]) as
      | import("@parlour/client").Taking
      | undefined;
    if (taking === undefined) return { bytes: 0, state: "none", speed: 0 };
    window.kept["taking"] = taking;
    const { bytes, bytesPerSecond } = taking.progress;
    return { bytes, state: taking.state, speed: bytesPerSecond };
  });
}

/** Waits until so many bytes are here; fails at once when it ended otherwise. */
export async function takenUpTo(tab: TestPage, bytes: number, timeoutMs = 400_000): Promise<void> {
  await until(
    `${bytes} bytes`,
    async () => {
      const now = await taken(tab);
      if (now.state === "failed" || now.state === "cancelled") throw new Error(`ended: ${await endOf(tab)}`);
      return now.bytes >= bytes;
    },
    timeoutMs,
  );
}

/** `done`, or the code with which it ended. */
export async function endOf(tab: TestPage): Promise<string> {
  return tab.page.evaluate(() =>
    (window.kept["taking"] as import("@parlour/client").Taking).done.then(
      () => "done",
      (error: { code: string }) => error.code,
    ),
  );
}

/** One hash over all that was received, or over all that was offered: hashes of slices, hashed. */
export async function digestOf(tab: TestPage, what: "taking" | "giving"): Promise<string[]> {
  return tab.page.evaluate(async (which) => {
    const files =
      which === "giving"
        ? (window.kept["giving files"] as File[])
        : await (window.kept["taking"] as import("@parlour/client").Taking).done.then(({ files: all }) =>
            Promise.all(all.map((one) => one.file())),
          );
    const hashes: string[] = [];
    for (const file of files) {
      const slice = 8 * 1024 * 1024;
      const parts: ArrayBuffer[] = [];
      for (let at = 0; at < file.size; at += slice)
        parts.push(await crypto.subtle.digest("SHA-256", await file.slice(at, at + slice).arrayBuffer()));
      const all = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
      hashes.push(`${file.size} ${[...new Uint8Array(all)].map((byte) => byte.toString(16)).join("")}`);
    }
    return hashes;
  }, what);
}

export { MiB };

/** Opens the panel of the room page. */
export async function openFiles(person: Person): Promise<void> {
  const { page } = person.tab;
  const isOpen = () => page.evaluate(() => window.parlourTest.find("region", "Files") !== undefined);
  await until(`the button Files (${person.name})`, async () => {
    if (await isOpen()) return true;
    await page.evaluate(() => window.parlourTest.find("button", "Files")?.click());
    return isOpen();
  });
}
