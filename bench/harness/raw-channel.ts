import type { Page } from "puppeteer-core";

const MiB = 1024 * 1024;

/** One way of sending, as a page does it: resolves with the milliseconds from the first byte sent to the last one there. */
export type Way = "raw 64" | "raw 128" | "raw 256" | "pairdrop" | "peerjs";

interface Raw {
  connection: RTCPeerConnection;
  channel: RTCDataChannel;
}
interface BenchWindow {
  /** The last one made. */
  raw: Raw;
  raws: Raw[];
  done: Promise<number>;
}

/** Connects two pages by hand, once more. */
async function connectRaw(from: Page, to: Page): Promise<void> {
  const begin = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const connection = new RTCPeerConnection();
      const channel = connection.createDataChannel("raw", { negotiated: true, id: 0 });
      channel.binaryType = "arraybuffer";
      const scope = window as unknown as BenchWindow;
      scope.raw = { connection, channel };
      scope.raws = [...(scope.raws ?? []), scope.raw];
    });
  await begin(from);
  await begin(to);
  const gathered = (page: Page, type: "offer" | "answer"): Promise<string> =>
    page.evaluate(async (kind) => {
      const { connection } = (window as unknown as BenchWindow).raw;
      await connection.setLocalDescription(
        kind === "offer" ? await connection.createOffer() : await connection.createAnswer(),
      );
      while (connection.iceGatheringState !== "complete")
        await new Promise((resolve) =>
          connection.addEventListener("icegatheringstatechange", resolve, { once: true }),
        );
      return connection.localDescription?.sdp ?? "";
    }, type);
  const set = (page: Page, type: "offer" | "answer", sdp: string): Promise<void> =>
    page.evaluate(
      (kind, text) =>
        (window as unknown as BenchWindow).raw.connection.setRemoteDescription({ type: kind, sdp: text }),
      type,
      sdp,
    );
  const offer = await gathered(from, "offer");
  await set(to, "offer", offer);
  await set(from, "answer", await gathered(to, "answer"));
  await from.evaluate(async () => {
    const { channel } = (window as unknown as BenchWindow).raw;
    if (channel.readyState !== "open")
      await new Promise((resolve) => channel.addEventListener("open", resolve, { once: true }));
  });
}

/** MiB a second; `lanes` connections side by side, each message on the one with least before it. */
export async function sendRaw(from: Page, to: Page, way: Way, bytes: number, lanes = 1): Promise<number> {
  for (let lane = 0; lane < lanes; lane++) await connectRaw(from, to);
  await to.evaluate(
    (how, all) => {
      const { raw, raws } = window as unknown as BenchWindow;
      const { channel } = raw;
      const isFile = how === "pairdrop" || how === "peerjs";
      let got = 0;
      let since = 0;
      let begun = 0;
      const parts: BlobPart[] = [];
      (window as unknown as BenchWindow).done = new Promise((resolve) => {
        const onMessage = ({ data }: MessageEvent<ArrayBuffer>) => {
          begun ||= performance.now();
          got += data.byteLength;
          since += data.byteLength;
          if (isFile) parts.push(data);
          if (how === "pairdrop" && since >= 1_000_000) {
            since = 0;
            channel.send("partition-received");
          }
          if (got < all) return;
          if (isFile) new Blob(parts);
          resolve(performance.now() - begun);
        };
        for (const one of raws) one.channel.onmessage = onMessage;
      });
    },
    way,
    bytes,
  );
  await from.evaluate(
    async (how, all) => {
      const { raw, raws } = window as unknown as BenchWindow;
      const { channel } = raw;
      const chunk =
        how === "pairdrop" ? 64_000 : how === "peerjs" ? 16_300 : Number(how.split(" ")[1]) * 1024;
      const high = how === "peerjs" ? 8 * 1024 * 1024 : 2 * 1024 * 1024;
      for (const one of raws) one.channel.bufferedAmountLowThreshold = high / 2;
      const noise = new Uint8Array(8 * 1024 * 1024);
      for (let at = 0; at < noise.length; at += 65_536)
        crypto.getRandomValues(noise.subarray(at, at + 65_536));
      // The others read from a file, slice by slice.
      const file = how.startsWith("raw")
        ? new Blob()
        : new Blob(Array.from({ length: Math.ceil(all / noise.length) }, () => noise)).slice(0, all);
      const low = (): Promise<unknown> =>
        new Promise((resolve, reject) => {
          for (const one of raws) {
            one.channel.addEventListener("bufferedamountlow", resolve, { once: true });
            // Nothing brings such a channel back.
            one.channel.onclose = () => reject(new Error("the channel was lost"));
          }
        });
      const word = (): Promise<unknown> =>
        new Promise((resolve) => channel.addEventListener("message", resolve, { once: true }));
      let since = 0;
      for (let at = 0; at < all; at += chunk) {
        const end = Math.min(all, at + chunk);
        const part = how.startsWith("raw")
          ? noise.subarray(0, end - at)
          : new Uint8Array(await file.slice(at, end).arrayBuffer());
        const least = () =>
          raws.reduce((best, one) => (one.channel.bufferedAmount < best.channel.bufferedAmount ? one : best))
            .channel;
        if (how !== "pairdrop") while (least().bufferedAmount + part.length > high) await low();
        since += part.length;
        const isPartition = how === "pairdrop" && since >= 1_000_000;
        const answer = isPartition ? word() : undefined;
        least().send(part);
        if (!isPartition) continue;
        since = 0;
        await answer;
      }
    },
    way,
    bytes,
  );
  const ms = await to.evaluate(() => (window as unknown as BenchWindow).done);
  for (const page of [from, to])
    await page.evaluate(() => {
      const scope = window as unknown as BenchWindow;
      for (const { connection } of scope.raws) connection.close();
      scope.raws = [];
    });
  return bytes / MiB / (ms / 1000);
}

/** The best of one to four raw lanes side by side, MiB a second, and how many that were. */
export async function bestLanes(
  from: Page,
  to: Page,
  bytes: number,
): Promise<{ readonly rate: number; readonly lanes: number }> {
  let best = { rate: 0, lanes: 0 };
  for (let lanes = 1; lanes <= 4; lanes++) {
    const rate = await sendRaw(from, to, "raw 128", bytes, lanes);
    if (rate > best.rate) best = { rate, lanes };
  }
  return best;
}
