import { labId } from "@parlour/turn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { pictureMoves, toneHeard } from "../harness/measure.ts";
import {
  comes,
  elementOf,
  flows,
  framesWithoutKeyFrame,
  mediaDrivers,
  received,
  sendsHigh,
  sendsOf,
  sendsOnlyTracks,
  soundInHalfSecond,
  stops,
} from "../harness/media-drivers.ts";
import { privateLink } from "../harness/people.ts";
import { goesOverRelay, machineAddress } from "../harness/relay-only.ts";
import { joinWithSdk, loadSdk } from "../harness/sdk-page.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { until } from "../harness/waiting.ts";

/*
 * What holds of a room's media whichever way it goes: one suite for every driver, from Chromium to Firefox and back at the same time. The
 * unit tests of the same name have what browsers are not needed for.
 */

const secret = "a secret of these tests";
const isLong = process.env["PARLOUR_LONG"] === "1";
const orders: readonly (readonly [Engine, Engine])[] = isLong
  ? [
      ["chromium", "firefox"],
      ["firefox", "chromium"],
      ["firefox", "firefox"],
    ]
  : [["chromium", "firefox"]];
// Pages that pass on have `passing.test.ts` in every run; here they are part of the long one, since three drivers take too long.
const drivers = mediaDrivers.filter(({ name }) => isLong || name !== "peer");
const cases = drivers.flatMap((driver) =>
  orders.flatMap(([first, second]) =>
    (isLong ? (["private", "public"] as const) : (["private"] as const)).map(
      (visibility) => [driver.name, visibility, first, second, driver] as const,
    ),
  ),
);

const shown = (peer: string, source = "camera") => ({
  selector: `video[data-peer="${peer}"][data-source="${source}"]`,
});

describe.each(cases)("%s, %s room, %s and %s", (_name, visibility, first, second, driver) => {
  let server: TestServer;
  let link: string;
  const pages: TestPage[] = [];
  let ada: TestPage;
  let bo: TestPage;

  const enter = async (
    engine: Engine,
    name: string,
    {
      publish = true,
      prepare,
    }: { readonly publish?: boolean; readonly prepare?: (tab: TestPage) => Promise<unknown> } = {},
  ) => {
    const tab = await (await sharedBrowser(engine)).openPage({ smallPictures: false });
    pages.push(tab);
    await prepare?.(tab);
    await loadSdk(tab, server.url);
    // The smallest picture that goes in two sizes.
    await joinWithSdk(tab, { link, name, publish, picture: { width: 480, height: 270 } });
    // Those who only fill the room are nobody to look at.
    await tab.page.evaluate(() => {
      const leaveAlone = (media: import("@parlour/client").RemoteMedia): void => {
        if (media.source.startsWith("picture-")) media.want("none");
      };
      window.room.on("media", leaveAlone);
      for (const peer of window.room.peers.values())
        for (const media of peer.media.values()) leaveAlone(media);
    });
    return tab;
  };
  const close = async (tab: TestPage): Promise<void> => {
    pages.splice(pages.indexOf(tab), 1);
    await tab.close();
  };
  /** Both ways at once. */
  const both = (check: (on: TestPage, other: string, otherTab: TestPage) => Promise<unknown>) =>
    Promise.all([check(ada, "Bo", bo), check(bo, "Ada", ada)]).catch(async (cause: Error) => {
      const sent = await Promise.all([ada, bo].map((tab) => sendsOf(tab).catch(String)));
      throw new Error(`${cause.message}; Ada sends ${sent[0]}, Bo sends ${sent[1]}`, { cause });
    });
  const seesAndHears = async (on: TestPage, ...peers: readonly string[]): Promise<void> => {
    for (const peer of peers) {
      await comes(
        on,
        peer,
        "a picture and sound",
        ({ audio, video }) => video.frames > 5 && audio.packets > 5,
      );
      try {
        await pictureMoves(on, shown(peer));
        await toneHeard(on, shown(peer));
      } catch (cause) {
        throw new Error(`${peer} in ${on.engine}: ${cause}; ${await elementOf(on, peer)}`, { cause });
      }
    }
  };

  beforeAll(async () => {
    server = await startServer(["--turn-secret", secret, ...driver.flags]);
    link = visibility === "private" ? privateLink(server, "drivers") : `${server.url}/r/drivers`;
    if (driver.fill !== undefined) {
      const filler = await (await sharedBrowser("chromium")).openPage();
      pages.push(filler);
      await loadSdk(filler, server.url);
      await driver.fill(filler, link);
    }
    ada = await enter(first, "Ada");
    bo = await enter(second, "Bo");
  });
  afterAll(async () => {
    for (const tab of [...pages]) await close(tab);
    await server?.close();
  });

  it("[X180] what is published is seen and heard by the other, this way", async () => {
    await both((on, other) => seesAndHears(on, other));
    await both(async (on, other) => {
      await until(`the room to be a ${driver.name}`, () =>
        on.page.evaluate((name) => window.room.topology === name, driver.name),
      );
      await comes(on, other, "a picture this way", ({ video }) => video.isByLink === driver.isByLink);
    });
    if (visibility === "private") {
      await both((on) => until("everything to be sealed", () => driver.isSealed(on)));
      if (!driver.isByLink)
        for (const [on, other] of [[ada, "Bo"] as const, [bo, "Ada"] as const])
          expect((await received(on, other))?.video.codec).toBe("video/VP8");
    }
  });

  it("[X180][X182] who speaks can be told by their level", async () => {
    await both((on, other) => comes(on, other, "a voice", ({ level }) => level > 0.01));
  });

  it("[X180] who comes late has everything, with key frames made for it, and leaves nothing behind", async () => {
    // There are none by themselves, so that nobody has to wait for the next one.
    await both((on, other) => framesWithoutKeyFrame(on, other, 40));
    const cy = await enter(first, "Cy");
    await seesAndHears(cy, "Ada", "Bo");
    for (const peer of ["Ada", "Bo"])
      expect((await received(cy, peer))?.video.keyFrames, `key frames of ${peer}`).not.toBe(0);
    await both((on) => seesAndHears(on, "Cy"));
    await close(cy);
    await both(async (on) => {
      await until("Cy's picture to be gone", async () => (await received(on, "Cy")) === undefined);
    });
  });

  it("[X186] who publishes nothing sees and hears everyone, this way", async () => {
    const vi = await enter(second, "Vi", { publish: false });
    await seesAndHears(vi, "Ada", "Bo");
    for (const peer of ["Ada", "Bo"])
      await comes(vi, peer, "a picture this way", ({ video }) => video.isByLink === driver.isByLink);
    await close(vi);
  });

  it("[X180] muting is told and nothing comes, kind by kind, until it is taken back", async () => {
    const mute = (on: TestPage, isMuted: boolean, kind: "audio" | "video") =>
      on.page.evaluate(
        (muted, of) => {
          const camera = window.room.publications.get("camera");
          if (muted) camera?.mute(of);
          else camera?.unmute(of);
        },
        isMuted,
        kind,
      );
    for (const kind of ["audio", "video"] as const) {
      await both((on) => mute(on, true, kind));
      await both(async (on, other) => {
        await comes(on, other, `the news of muted ${kind}`, (now) => now[kind].said === "muted");
        await stops(on, other, kind);
        await flows(on, other, kind === "audio" ? "video" : "audio");
      });
      await both((on) => mute(on, false, kind));
      await both(async (on, other) => {
        await comes(on, other, `the news of ${kind}`, (now) => now[kind].said === "on");
        await flows(on, other, kind);
      });
    }
  });

  it("[X180] a screen comes and goes, and a track is taken away and another comes", async () => {
    await both((on) =>
      on.page.evaluate(async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 96 });
        const pen = canvas.getContext("2d");
        let turn = 0;
        const timer = setInterval(() => {
          if (pen === null) return;
          pen.fillStyle = `hsl(${(turn++ * 37) % 360} 70% 50%)`;
          pen.fillRect(0, 0, canvas.width, canvas.height);
        }, 100);
        const screen = await window.room.publish(canvas.captureStream(10), { source: "screen" });
        window.kept["end"] = () => {
          clearInterval(timer);
          screen.unpublish();
        };
      }),
    );
    await both((on, other) => pictureMoves(on, shown(other, "screen")));
    await both((on) => on.page.evaluate(() => (window.kept["end"] as () => void)()));
    await both((on, other) =>
      until("the screen to be gone", async () => (await received(on, other, "screen")) === undefined),
    );
    await both((on) => sendsOnlyTracks(on));
    await both((on) =>
      on.page.evaluate(() => window.room.publications.get("camera")?.replace(null, "video")),
    );
    await both((on, other) => comes(on, other, "no picture", ({ video }) => video.said === "none"));
    await both((on) =>
      on.page.evaluate(async () => {
        const [track] = (window.kept["stream"] as MediaStream).getVideoTracks();
        if (track !== undefined) await window.room.publications.get("camera")?.replace(track);
      }),
    );
    await both(async (on, other) => {
      await comes(on, other, "a picture again", ({ video }) => video.said === "on");
      await seesAndHears(on, other);
    });
  });

  it("[X180] a picture comes in the size that is wanted, or not at all, and whole again at once", async () => {
    const want = (on: TestPage, peer: string, height: number) =>
      on.page.evaluate(
        (name, high) => {
          const found = [...window.room.peers.values()].find((one) => one.name === name);
          found?.media.get("camera")?.want(high > 0 ? { height: high } : "none");
        },
        peer,
        height,
      );
    await both((on, other) => want(on, other, 120));
    await both((on, other) => comes(on, other, "a small picture", ({ video }) => video.height === 135));
    await both((on, other) => want(on, other, 0));
    await both(async (on, other) => {
      await stops(on, other, "video");
      await flows(on, other, "audio");
    });
    await both((on, other) => want(on, other, 480));
    await both(async (on, other, otherTab) => {
      await sendsHigh(otherTab, 270);
      await comes(on, other, "a large picture", ({ video }) => video.height === 270);
      await pictureMoves(on, shown(other));
    });
  }, 240_000);

  it.skipIf(machineAddress === undefined)(
    "[X180] who loses one packet in twenty, over the relay alone, sees and is seen",
    async () => {
      const dee = await enter(first, "Dee", {
        prepare: (tab) => goesOverRelay(tab, secret, labId({ loss: 0.05 }, "dee")),
      });
      await seesAndHears(dee, "Ada", "Bo");
      await both((on) => seesAndHears(on, "Dee"));
      await close(dee);
    },
  );

  it("[X180] what carries media ends without a word, and media goes on", async () => {
    await driver.breakDown(server, ada);
    await both(async (on, other) => {
      await flows(on, other, "video");
      await flows(on, other, "audio");
      await seesAndHears(on, other);
      await comes(on, other, "a picture this way", ({ video }) => video.isByLink === driver.isByLink);
    });
  });

  it.runIf(!driver.isByLink)("[X184] silence is left out, and comes back as sound", async () => {
    const speakers = [
      [ada, "Ada", bo],
      [bo, "Bo", ada],
    ] as const;
    for (const [speaker, name, listener] of speakers) {
      const speak = (isSpeaking: boolean) =>
        speaker.page.evaluate((is) => {
          for (const track of (window.kept["stream"] as MediaStream).getAudioTracks()) track.enabled = is;
        }, isSpeaking);
      await speak(false);
      try {
        // Fifty packets a second when there is something to hear, and two or three when not.
        await soundInHalfSecond(listener, name, (packets) => packets <= 5, "silence");
      } finally {
        await speak(true);
      }
      await soundInHalfSecond(listener, name, (packets) => packets >= 15, "sound");
    }
  });

  it.runIf(!driver.isByLink)("[X183] who would rather send H.264 sends what can be sealed", async () => {
    const hal = await enter("chromium", "Hal", {
      prepare: ({ page }) =>
        page.evaluateOnNewDocument(() => {
          const native = RTCPeerConnection.prototype.addTransceiver;
          RTCPeerConnection.prototype.addTransceiver = function (...given) {
            const made = native.apply(this, given);
            const codecs = RTCRtpReceiver.getCapabilities(made.receiver.track.kind)?.codecs ?? [];
            const rank = ({ mimeType }: { readonly mimeType: string }) => (mimeType === "video/H264" ? 0 : 1);
            if (made.receiver.track.kind === "video")
              made.setCodecPreferences(codecs.toSorted((a, b) => rank(a) - rank(b)));
            return made;
          };
        }),
    });
    await until("an offer of H.264 before all else", () =>
      hal.page.evaluate(() =>
        window.parlourTest.connections.some((connection) => {
          const sdp = connection.localDescription?.sdp ?? "";
          const first = /^m=video \d+ \S+ (\d+)/m.exec(sdp)?.[1];
          return new RegExp(`^a=rtpmap:${first} H264/`, "m").test(sdp);
        }),
      ),
    );
    await both((on) =>
      comes(
        on,
        "Hal",
        "a picture in VP8",
        ({ video }) => !video.isByLink && video.frames > 5 && video.codec === "video/VP8",
      ),
    );
    await close(hal);
  });

  it.runIf(!driver.isByLink)(
    "[X93][X64] who can't seal frames has everything by link, and so have the others",
    async () => {
      const una = await enter(first, "Una", {
        prepare: ({ page }) =>
          page.evaluateOnNewDocument(() => {
            Reflect.deleteProperty(globalThis, "RTCRtpScriptTransform");
          }),
      });
      await seesAndHears(una, "Ada", "Bo");
      await both((on) => seesAndHears(on, "Una"));
      await both((on, other) =>
        comes(on, other, "a picture by the forwarder", ({ video }) => !video.isByLink),
      );
      await close(una);
    },
  );

  it("[X180] who is removed is gone at once, and goes on seeing nobody", async () => {
    const host = [ada, bo, ...pages];
    for (const tab of host)
      await tab.page.evaluate(async () => {
        const peer = [...window.room.peers.values()].find(({ name }) => name === "Bo");
        if (window.room.self.role === "host" && peer) await window.room.host.remove(peer);
      });
    await until("Bo to be gone", async () => (await received(ada, "Bo")) === undefined);
    await until("Bo's room to be over", () => bo.page.evaluate(() => window.room.state === "left"));
    expect(await bo.page.evaluate(() => window.room.publications.size)).toBe(0);
  });
});
