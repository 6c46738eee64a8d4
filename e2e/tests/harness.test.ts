import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type Engine, sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { framesDecoded, mediaReceived, pictureMoves, silenceHeard, toneHeard } from "../harness/measure.ts";
import { searchMemory } from "../harness/memory.ts";
import { startRecordingProxy } from "../harness/recording-proxy.ts";
import { until } from "../harness/waiting.ts";

// The control run: browsers and measures without Parlour. When this fails, nothing that follows means anything.

const server = createServer((_request, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>control</title><link rel=icon href=data:,><body>");
});
let origin = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A bare connection that publishes the fake camera, described to the other by the test itself. */
async function barePage(engine: Engine): Promise<TestPage> {
  const tab = await (await sharedBrowser(engine)).openPage();
  await tab.page.goto(origin);
  await tab.page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const connection = new RTCPeerConnection();
    const video = document.createElement("video");
    video.autoplay = true;
    video.id = "remote";
    document.body.append(video);
    connection.ontrack = ({ streams }) => {
      video.srcObject = streams[0] ?? null;
    };
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    window.kept["connection"] = connection;
  });
  return tab;
}

/** Takes the next step of the handshake and gives the description with all candidates in it. */
function describeOn(tab: TestPage, remote?: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
  return tab.page.evaluate(async (description) => {
    const connection = window.kept["connection"] as RTCPeerConnection;
    if (description !== undefined) await connection.setRemoteDescription(description);
    if (description?.type !== "answer") {
      await connection.setLocalDescription();
      while (connection.iceGatheringState !== "complete") {
        await new Promise((resolve) =>
          connection.addEventListener("icegatheringstatechange", resolve, { once: true }),
        );
      }
    }
    const { type, sdp } = connection.localDescription ?? {};
    if (type === undefined || sdp === undefined) throw new Error("no description was made");
    return { type, sdp };
  }, remote);
}

describe("control: browsers and measures without Parlour", () => {
  const pairs: [Engine, Engine][] = [
    ["chromium", "chromium"],
    ["firefox", "chromium"],
    ["firefox", "firefox"],
  ];
  it.each(pairs)("%s and %s see and hear each other", async (first, second) => {
    const [a, b] = [await barePage(first), await barePage(second)];
    try {
      const answer = await describeOn(b, await describeOn(a));
      await describeOn(a, answer);
      for (const tab of [a, b]) {
        const where = { selector: "#remote" };
        expect(await pictureMoves(tab, where)).toBeGreaterThan(0);
        await toneHeard(tab, where);
        await expect(silenceHeard(tab, where, 3000)).rejects.toThrow("waited");
        expect(await framesDecoded(tab, where)).toBeGreaterThan(0);
        expect((await mediaReceived(tab)).audioPackets).toBeGreaterThan(0);
        expect(tab.problems).toEqual([]);
      }
    } finally {
      await a.close();
      await b.close();
    }
  });

  it("a still picture does not count as moving, nor silence as a tone", async () => {
    const tab = await (await sharedBrowser("chromium")).openPage();
    try {
      await tab.page.goto(origin);
      await tab.page.evaluate(() => {
        const canvas = document.createElement("canvas");
        const context = canvas.getContext("2d");
        if (context === null) throw new Error("no canvas");
        context.fillStyle = "white";
        context.fillRect(0, 0, 300, 150);
        const stream = canvas.captureStream(5);
        stream.addTrack(
          new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] as MediaStreamTrack,
        );
        const video = document.createElement("video");
        video.autoplay = true;
        video.srcObject = stream;
        document.body.append(video);
      });
      await expect(pictureMoves(tab, { selector: "video" }, 2000)).rejects.toThrow("waited");
      await expect(toneHeard(tab, { selector: "video" }, 2000)).rejects.toThrow("waited");
      await silenceHeard(tab, { selector: "video" });
    } finally {
      await tab.close();
    }
  });

  it("the recording proxy finds what crossed it, masked frames included", async () => {
    const relay = new WebSocketServer({ port: 0 });
    relay.on("connection", (socket) =>
      socket.on("message", (data) => socket.send(`heard ${String(data).length}`)),
    );
    const proxy = await startRecordingProxy({ port: (relay.address() as AddressInfo).port });
    try {
      const socket = new WebSocket(proxy.url.replace("http", "ws"), { perMessageDeflate: false });
      const reply = await new Promise<string>((resolve, reject) => {
        socket.on("open", () => socket.send(`a needle in ${"hay".repeat(100)}`));
        socket.on("message", (data) => resolve(String(data)));
        socket.on("error", reject);
      });
      expect(reply).toMatch(/^heard/);
      expect(proxy.search("needle")).toContain("text");
      expect(proxy.search("heard 3")).toContain("text");
      expect(proxy.search("not there at all")).toEqual([]);
      socket.send(Buffer.from("the needle in base64, wherever it starts").toString("base64"));
      await until("the second message", () =>
        proxy.search("wherever it starts").some((form) => form.startsWith("base64")),
      );
      socket.close();
    } finally {
      await proxy.close();
      relay.close();
    }
  });

  it("the memory search finds what a process holds", async () => {
    const kept = `needle-${crypto.randomUUID()}`;
    expect(searchMemory(process.pid, [kept])).toEqual([kept]);
  });
});
