import type { TestBrowser, TestPage } from "./browsers.ts";
import { until } from "./waiting.ts";

/**
 * A blank page of the server's own origin in which the served SDK is `window.sdk`: for tests of the SDK itself and for
 * what the room page has no button for. The page is answered by the test, the SDK by the server.
 */
export async function openSdkPage(browser: TestBrowser, origin: string): Promise<TestPage> {
  const opened = await browser.openPage();
  await loadSdk(opened, origin);
  return opened;
}

export async function loadSdk(tab: TestPage, origin: string): Promise<void> {
  const { page } = tab;
  const blank = `${origin}/test-blank`;
  await page.setRequestInterception(true);
  const answer = (request: import("puppeteer-core").HTTPRequest): void => {
    const done =
      request.url() === blank
        ? request.respond({
            status: 200,
            contentType: "text/html; charset=utf-8",
            body: '<!doctype html><title>blank</title><link rel="icon" href="data:,"><body><script type="module">import * as sdk from "/sdk/parlour.js"; window.sdk = sdk;</script>',
          })
        : request.continue();
    done.catch(() => {});
  };
  page.on("request", answer);
  await page.goto(blank, { waitUntil: "load" });
  page.off("request", answer);
  await page.setRequestInterception(false);
  await until("the SDK in a blank page", () => page.evaluate(() => window.sdk !== undefined));
}

export interface SdkArrival {
  readonly link: string;
  readonly name: string;
  /** Publishes the fake camera and microphone as `camera`. */
  readonly publish?: boolean;
  /** Of the camera's picture, on a page that was not opened with small ones; 320x240 when not given. */
  readonly picture?: { readonly width: number; readonly height: number };
  readonly media?: boolean;
  readonly rtc?: RTCConfiguration;
}

/** Joins with the SDK; the room is `window.room`, each remote source gets a `<video>` with the peer's name in `data-peer`. */
export async function joinWithSdk(tab: TestPage, arrival: SdkArrival): Promise<void> {
  await tab.page.evaluate(async ({ link, name, publish, picture, media, rtc }) => {
    const stream = publish
      ? await navigator.mediaDevices.getUserMedia({
          audio: true,
          video: { width: 320, height: 240, ...picture, frameRate: 15 },
        })
      : undefined;
    window.kept["stream"] = stream;
    const room = await window.sdk.joinRoom(link, {
      name,
      ...(media === undefined ? {} : { media }),
      ...(rtc === undefined ? {} : { rtc }),
      ...(stream === undefined ? {} : { publish: [{ stream, source: "camera" }] }),
    });
    window.room = room;
    const show = (remote: import("@parlour/client").RemoteMedia): void => {
      const selector = `video[data-peer="${remote.peer.name}"][data-source="${remote.source}"]`;
      let video = document.querySelector<HTMLVideoElement>(selector);
      if (video === null) {
        video = document.createElement("video");
        video.autoplay = true;
        video.playsInline = true;
        video.onpause = () => void video?.play().catch(() => {});
        video.dataset["peer"] = remote.peer.name;
        video.dataset["source"] = remote.source;
        document.body.append(video);
      }
      if (video.srcObject !== remote.stream) video.srcObject = remote.stream;
      // Where its only track gives way to another Firefox may stand still, unless it is told to play (as the page does, [W119]).
      video.play().catch(() => {});
    };
    room.on("media", show);
    for (const peer of room.peers.values()) for (const remote of peer.media.values()) show(remote);
  }, arrival);
}

/** Waits until the link to that peer is connected. */
export async function linked(tab: TestPage, peerName: string): Promise<void> {
  await until(`a link to ${peerName}`, () =>
    tab.page.evaluate(
      (name) =>
        [...window.room.peers.values()].some((peer) => peer.name === name && peer.link.state === "connected"),
      peerName,
    ),
  );
}

/** The state of the link to somebody, as the SDK on that page says it. */
export const linkStateOf = ({ page }: TestPage, name: string): Promise<string | undefined> =>
  page.evaluate(
    (wanted) => [...window.room.peers.values()].find((peer) => peer.name === wanted)?.link.state,
    name,
  );
