import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { beforeEach, describe, expect, it } from "vitest";
import { causes } from "../../apps/web/src/words/causes-en.ts";
import { launchBrowser, type TestPage } from "../harness/browsers.ts";
import { finds, looksAtLinks } from "../harness/findings.ts";
import {
  type Meddle,
  otherFingerprint,
  type PlainSignal,
  startMeddlingProxy,
  withSdp,
} from "../harness/meddling-proxy.ts";
import { enter, type Person, personOn, privateLink } from "../harness/people.ts";
import { joinWithSdk, linked } from "../harness/sdk-page.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";
import { staged, stagedFailures } from "../staged-failures.ts";

const quiet = { camera: false, mic: false };

describe("what goes wrong is told apart", () => {
  const stage = useStage();
  let link: string;
  beforeEach(() => {
    link = `${stage.server.url}/r/${stage.roomName("failing")}`;
  });

  /** A room whose pages hear each other through somebody who meddles. */
  async function meddled(meddle: Meddle): Promise<string> {
    const proxy = await startMeddlingProxy(stage.server.port, meddle);
    stage.closeLater(() => proxy.close());
    return `${proxy.url}/r/${stage.roomName("meddled")}`;
  }
  /** Someone in the room page, whose browser was tampered with beforehand. */
  async function tampered(
    prepare: (tab: TestPage) => Promise<unknown>,
    to: string,
    name: string,
  ): Promise<Person> {
    const tab = await stage.page("chromium");
    await prepare(tab);
    return enter(tab, to, { name, ...quiet });
  }

  it("[D9] none of the twelve is missing", () => {
    for (const [failure, file] of Object.entries(stagedFailures)) {
      const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
      expect(text.split(`staged("${failure}")`).length - 1, failure).toBe(1);
    }
    expect(Object.keys(stagedFailures)).toHaveLength(12);
  });

  it(`[D9] ${staged("candidates dropped")}`, async () => {
    const room = await meddled((packet) => {
      if (packet.body === undefined) return packet;
      const body = withSdp(packet.body, (sdp) =>
        sdp.replaceAll(/a=(candidate:.*|end-of-candidates)\r\n/g, ""),
      );
      return { ...packet, body: body.type === "candidates" ? { ...body, candidates: [] } : body };
    });
    const ada = await stage.person("chromium", room, { name: "Ada", ...quiet });
    const bo = await stage.member("chromium", { link: room, name: "Bo" });
    const { evidence } = await finds(bo, "no-candidate", "there");
    expect(evidence.remote).toEqual([]);
    expect(evidence.local.length).toBeGreaterThan(0);
    await ada.figureSays("Bo", causes["no-candidate"][1] ?? "");
  });

  it("[D13] keys that were exchanged on the way: dtls-failed", async () => {
    const room = await meddled(({ body, ...packet }) => ({
      ...packet,
      ...(body && { body: withSdp(body, otherFingerprint) }),
    }));
    const ada = await stage.person("chromium", room, { name: "Ada", ...quiet });
    const bo = await stage.member("chromium", { link: room, name: "Bo" });
    const { evidence } = await finds(bo, "dtls-failed");
    expect(evidence.pairs.answered).toBeGreaterThan(0);
    await ada.figureSays("Bo", causes["dtls-failed"][0]);
  });

  it.each(["Ada", "Bo"])(
    "[D13] a page that takes nothing in, as %s has it: signals-refused",
    async (teller) => {
      // What is said arrives, and nobody ever hears that it did.
      const room = await meddled((packet) =>
        packet.number === 0 ? undefined : { ...packet, acknowledged: 0 },
      );
      const ada = await stage.person("chromium", room, { name: "Ada", ...quiet });
      const bo = await stage.member("chromium", { link: room, name: "Bo" });
      await linked(bo, "Ada");
      const { page } = teller === "Ada" ? ada.tab : bo;
      const [sentence] = causes["signals-refused"];
      await until("more to be said than may wait", async () => {
        // Offers that grow, one after the other.
        await page.evaluate(() => {
          const connection = window.parlourTest.connections.at(-1);
          if (connection?.signalingState === "stable")
            for (let i = 0; i < 10; i++) connection.addTransceiver("video", { direction: "inactive" });
        });
        return page.evaluate(() => window.parlourTest.connections.at(-1)?.connectionState === "closed");
      });
      if (teller === "Ada") await ada.figureSays("Bo", sentence);
      else {
        const { evidence } = await finds(bo, "signals-refused");
        expect(evidence).toMatchObject({ link: "closed", reason: "signals-window-full" });
      }
    },
  );

  it(`[D9] ${staged("relay unreachable")}`, async () => {
    const server = await startServer([
      ...["--turn", "external", "--turn-secret", "the same long random text"],
      ...["--turn-url", "turn:127.0.0.1:9?transport=tcp"],
    ]);
    stage.closeLater(() => server.close());
    const room = `${server.url}/r/${stage.roomName("relayed")}`;
    const ada = await tampered(relayOnly, room, "Ada");
    const bo = await stage.member("chromium", {
      link: room,
      name: "Bo",
      rtc: { iceTransportPolicy: "relay" },
    });
    const { evidence } = await finds(bo, "no-relay-candidate", "here");
    expect(evidence).toMatchObject({ isRelayOnly: true, local: [] });
    await ada.figureSays("Bo", causes["no-relay-candidate"][0]);
  });

  it("[D40] addresses that answer nothing, and a relay that takes its time: slow, while there is hope", async () => {
    const silent = createServer(() => {}).listen(0);
    await once(silent, "listening");
    const held: Socket[] = [];
    silent.on("connection", (socket) => held.push(socket));
    const { port } = silent.address() as AddressInfo;
    const server = await startServer([
      ...["--turn", "external", "--turn-secret", "the same long random text"],
      ...["--turn-url", `turn:127.0.0.1:${port}?transport=tcp`],
    ]);
    // Addresses that are set aside for documents (RFC 5737).
    const elsewhere = (text: string) =>
      text.replaceAll(/(candidate:\S+ \d \S+ \d+ )\S+/g, (_, head: string) => `${head}203.0.113.9`);
    const proxy = await startMeddlingProxy(server.port, ({ body, ...packet }) => ({
      ...packet,
      ...(body && { body: JSON.parse(elsewhere(JSON.stringify(body))) as PlainSignal }),
    }));
    stage.closeLater(async () => {
      await proxy.close();
      await server.close();
      for (const socket of held) socket.destroy();
      silent.close();
    });
    const room = `${proxy.url}/r/${stage.roomName("slow")}`;
    const ada = await stage.person("chromium", room, { name: "Ada", ...quiet });
    const bo = await stage.member("chromium", { link: room, name: "Bo" });
    const [{ evidence }] = await Promise.all([finds(bo, "slow"), ada.figureSays("Bo", causes.slow[0])]);
    expect(evidence).toMatchObject({ link: "connecting", isGathered: false, pairs: { answered: 0 } });
  });

  it(`[D9] ${staged("other side's page frozen")}`, async () => {
    const bo = await stage.member("chromium", { link, name: "Bo", media: false });
    bo.page.once("dialog", (dialog) => stage.closeLater(() => dialog.accept()));
    await bo.page.evaluate(() => void setTimeout(() => alert("nothing moves while this is open")));
    const cy = await stage.member("chromium", { link, name: "Cy", media: false });
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    const { evidence } = await finds(cy, "silent", "there", "Bo");
    expect(evidence.isAnswered).toBe(false);
    await ada.figureSays("Bo", causes.silent[1] ?? "");
  });

  it(`[D9] ${staged("wrong key")}`, async () => {
    const sealed = privateLink(stage.server, stage.roomName("sealed"));
    // Somebody who has the link, and says that his connection is another's.
    const bo = await tampered(lying, sealed, "Bo");
    const cy = await stage.member("chromium", { link: sealed, name: "Cy", media: false });
    const ada = await stage.person("chromium", sealed, { name: "Ada", ...quiet });
    await finds(cy, "wrong-fingerprint", undefined, "Bo");
    await ada.figureSays("Bo", causes["wrong-fingerprint"][0]);
    await bo.seesPeople("Ada", "Cy");
    // And somebody who has another link to the same room.
    const other = privateLink(stage.server, new URL(sealed).pathname.replace("/r/", ""));
    const eve = await stage.page("chromium");
    await enter(eve, other, { name: "Eve", joinNow: false });
    await personOn(eve, "Eve").press("Join");
    await personOn(eve, "Eve").sees("heading", "This link is incomplete");
  });

  it(`[D9] ${staged("server away")}`, async () => {
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    const cy = await stage.member("chromium", { link, name: "Cy", media: false });
    const bo = await stage.member("chromium", { link, name: "Bo", media: false });
    for (const name of ["Ada", "Bo"]) await linked(cy, name);
    await until("Ada's link to Bo", () =>
      ada.tab.page.evaluate(
        () =>
          window.parlourTest.connections.filter((one) => one.connectionState === "connected").length === 2,
      ),
    );
    for (const tab of [ada.tab, cy]) await looksAtLinks(tab);
    await stage.server.kill();
    try {
      await bo.page.goto("about:blank");
      await finds(cy, "no-signaling", "here", "Bo");
      await ada.figureSays("Bo", causes["no-signaling"][0]);
    } finally {
      await stage.server.start();
    }
  });

  it(`[D9][D12][D13] ${staged("no common codec")}`, async () => {
    const ada = await tampered((tab) => knowing(tab, "video/VP8"), link, "Ada");
    const tab = await stage.sdkPage("chromium");
    await tab.page.evaluate(knowOnly, "video/VP9");
    await joinWithSdk(tab, { link, name: "Bo", publish: true });
    const { evidence, isWorking } = await finds(tab, "no-common-codec");
    expect({ isWorking, refused: evidence.refusedKinds }).toEqual({ isWorking: true, refused: ["video"] });
    // She answered: what came looked well, and what she said is what tells.
    await ada.figureSays("Bo", causes["no-common-codec"][0]);
    await ada.hears("Bo");
  });

  it(`[D9] ${staged("no device")}`, async () => {
    const browser = await launchBrowser("chromium", {
      flags: ["--use-fake-device-for-media-stream=device-count=0"],
    });
    stage.closeLater(() => browser.close());
    const tab = await stage.page(browser);
    const ada = await enter(tab, link, { name: "Ada", joinNow: false });
    await ada.reads("No camera was found.");
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
  });
});

/** All connections go over a relay, or not at all. */
const relayOnly = ({ page }: TestPage): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: "relay" });
      }
    };
  });

/** What the page says of its own connections names another certificate than theirs. */
const lying = ({ page }: TestPage): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    const Original = window.RTCPeerConnection;
    const other = (_: string, head: string, byte: string) => `${head}${byte === "AA" ? "BB" : "AA"}`;
    window.RTCPeerConnection = class extends Original {
      override get localDescription(): RTCSessionDescription | null {
        const told = super.localDescription;
        if (told === null) return null;
        const sdp = told.sdp.replaceAll(/(a=fingerprint:\S+ )(..)/g, other);
        return new RTCSessionDescription({ type: told.type, sdp });
      }
    };
  });

const knowing = ({ page }: TestPage, codec: string): Promise<unknown> =>
  page.evaluateOnNewDocument(knowOnly, codec);

/** In the page: of pictures it knows that format alone. */
function knowOnly(codec: string): void {
  const { prototype } = RTCPeerConnection;
  const { setLocalDescription } = prototype;
  prototype.setLocalDescription = function (
    this: RTCPeerConnection,
    description?: RTCLocalSessionDescriptionInit,
  ) {
    const known =
      RTCRtpReceiver.getCapabilities("video")?.codecs.filter(({ mimeType }) => mimeType === codec) ?? [];
    for (const transceiver of this.getTransceivers())
      if (transceiver.receiver.track.kind === "video" && transceiver.direction !== "stopped")
        transceiver.setCodecPreferences(known);
    return Reflect.apply(setLocalDescription, this, [description]) as Promise<void>;
  };
}
