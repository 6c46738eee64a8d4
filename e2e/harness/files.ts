import { readFileSync } from "node:fs";
import type { TestBrowser, TestPage } from "./browsers.ts";
import { processTree } from "./scratch.ts";
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
 * Makes files in the page and offers them; the giving is `kept[as]`. A file is a few megabytes of noise over and over, each time
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
      window.kept[place] = window.room.files.offer(made, peer === undefined ? {} : { to: peer });
    },
    files,
    as,
    to,
  );
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
        waiting += data.length;
        const now = performance.now();
        free = Math.max(now, free) + (data.length * 1000) / most;
        setTimeout(() => {
          waiting -= data.length;
          if (channel.readyState === "open") send(data);
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

/** Memory that the browser's processes have for themselves, MiB (proportional set size, proc(5)). */
export function memoryMiB(browser: TestBrowser): number {
  let kiB = 0;
  for (const pid of processTree(browser.pid)) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      kiB += Number(/^Pss_Anon:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    } catch {
      // Gone meanwhile.
    }
  }
  return Math.round(kiB / 1024);
}

/** Looks at the memory of both every second; the most of each beyond what it was before. */
export function watchMemory(browsers: Readonly<Record<string, TestBrowser>>) {
  const before = Object.fromEntries(Object.entries(browsers).map(([name, one]) => [name, memoryMiB(one)]));
  const most = { ...before };
  const timer = setInterval(() => {
    for (const [name, one] of Object.entries(browsers))
      most[name] = Math.max(most[name] ?? 0, memoryMiB(one));
  }, 1_000);
  return {
    stop(): Record<string, number> {
      clearInterval(timer);
      return Object.fromEntries(
        Object.keys(most).map((name) => [name, (most[name] ?? 0) - (before[name] ?? 0)]),
      );
    },
  };
}

export { MiB };
