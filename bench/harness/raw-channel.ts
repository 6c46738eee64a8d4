import type { Page } from "puppeteer-core";
import type { UdpProxy } from "../../packages/testkit/node/index.ts";

const MiB = 1024 * 1024;

/** One way of sending, as a page does it: resolves with the milliseconds from the first byte sent to the last one there. */
export type Way = "raw 64" | "raw 128" | "raw 256" | "pairdrop" | "peerjs";

interface Raw {
  connection: RTCPeerConnection;
  channel: RTCDataChannel;
}
interface BenchWindow {
  raw: Raw;
  done: Promise<number>;
  mapCandidate?: (candidate: string) => Promise<string | undefined>;
}

/** Candidates go through the proxy, in whatever connection the page makes. */
export async function throughProxy(page: Page, proxy: UdpProxy, side: "a" | "b"): Promise<void> {
  await page.exposeFunction("mapCandidate", (candidate: string) => proxy.candidate(candidate, side) ?? "");
  await page.exposeFunction("mapDescription", (sdp: string) => proxy.description(sdp, side));
  await page.evaluateOnNewDocument(() => {
    const scope = window as unknown as {
      mapCandidate(candidate: string): Promise<string>;
      mapDescription(sdp: string): Promise<string>;
    };
    const { addIceCandidate, setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.addIceCandidate = async function (
      this: RTCPeerConnection,
      given?: RTCIceCandidateInit | null,
    ) {
      if (!given?.candidate) return Reflect.apply(addIceCandidate, this, [given ?? undefined]);
      const candidate = await scope.mapCandidate(given.candidate);
      const init = "toJSON" in given ? (given as RTCIceCandidate).toJSON() : given;
      if (candidate) await Reflect.apply(addIceCandidate, this, [{ ...init, candidate }]);
    } as typeof addIceCandidate;
    RTCPeerConnection.prototype.setRemoteDescription = async function (
      this: RTCPeerConnection,
      given: RTCSessionDescriptionInit,
    ) {
      const sdp = await scope.mapDescription(given.sdp ?? "");
      return Reflect.apply(setRemoteDescription, this, [{ type: given.type, sdp }]);
    } as typeof setRemoteDescription;
  });
}

/** Connects two pages by hand. */
async function connectRaw(from: Page, to: Page): Promise<void> {
  const begin = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const connection = new RTCPeerConnection();
      const channel = connection.createDataChannel("raw", { negotiated: true, id: 0 });
      channel.binaryType = "arraybuffer";
      (window as unknown as BenchWindow).raw = { connection, channel };
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

/** MiB a second. */
export async function sendRaw(from: Page, to: Page, way: Way, bytes: number): Promise<number> {
  await connectRaw(from, to);
  await to.evaluate(
    (how, all) => {
      const { channel } = (window as unknown as BenchWindow).raw;
      const isFile = how === "pairdrop" || how === "peerjs";
      let got = 0;
      let since = 0;
      let begun = 0;
      const parts: BlobPart[] = [];
      (window as unknown as BenchWindow).done = new Promise((resolve) => {
        channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
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
      });
    },
    way,
    bytes,
  );
  await from.evaluate(
    async (how, all) => {
      const { channel } = (window as unknown as BenchWindow).raw;
      const chunk =
        how === "pairdrop" ? 64_000 : how === "peerjs" ? 16_300 : Number(how.split(" ")[1]) * 1024;
      const high = how === "peerjs" ? 8 * 1024 * 1024 : 2 * 1024 * 1024;
      channel.bufferedAmountLowThreshold = high / 2;
      const noise = new Uint8Array(8 * 1024 * 1024);
      for (let at = 0; at < noise.length; at += 65_536)
        crypto.getRandomValues(noise.subarray(at, at + 65_536));
      // The others read from a file, slice by slice.
      const file = new Blob(Array.from({ length: Math.ceil(all / noise.length) }, () => noise)).slice(0, all);
      const low = (): Promise<unknown> =>
        new Promise((resolve) => channel.addEventListener("bufferedamountlow", resolve, { once: true }));
      const word = (): Promise<unknown> =>
        new Promise((resolve) => channel.addEventListener("message", resolve, { once: true }));
      let since = 0;
      for (let at = 0; at < all; at += chunk) {
        const end = Math.min(all, at + chunk);
        const part = how.startsWith("raw")
          ? noise.subarray(0, end - at)
          : new Uint8Array(await file.slice(at, end).arrayBuffer());
        if (how !== "pairdrop" && channel.bufferedAmount + part.length > high) await low();
        since += part.length;
        const isPartition = how === "pairdrop" && since >= 1_000_000;
        const answer = isPartition ? word() : undefined;
        channel.send(part);
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
    await page.evaluate(() => (window as unknown as BenchWindow).raw.connection.close());
  return bytes / MiB / (ms / 1000);
}

/** The best raw channel there is, MiB a second. */
export async function bestRaw(from: Page, to: Page, bytes: number): Promise<number> {
  let best = 0;
  for (const way of ["raw 64", "raw 128", "raw 256"] as const)
    best = Math.max(best, await sendRaw(from, to, way, bytes));
  return best;
}
