import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const pairs: readonly (readonly [Engine, Engine])[] = [
  ["chromium", "firefox"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

const isLong = process.env["PARLOUR_LONG"] === "1";

/** The invitation's text; the page keeps the invitation. */
const invite = ({ page }: TestPage, media = false): Promise<string> =>
  page.evaluate(async (withMedia) => {
    const direct = await window.sdk.loadDirect();
    const publish = withMedia
      ? [
          {
            stream: await navigator.mediaDevices.getUserMedia({
              video: { width: 320, height: 240 },
              audio: true,
            }),
            source: "camera",
          },
        ]
      : [];
    const invitation = await direct.invite({ name: "Ada", publish, media: withMedia });
    window.kept["invitation"] = invitation;
    return invitation.text;
  }, media);

/** The answer's text; the page is in the room as soon as there is one. */
const accept = ({ page }: TestPage, text: string, media = false): Promise<string> =>
  page.evaluate(
    async (pasted, withMedia) => {
      const direct = await window.sdk.loadDirect();
      const answer = await direct.accept(pasted, { name: "Bo", media: withMedia });
      answer.room.then(
        (room) => {
          window.room = room;
        },
        (error) => {
          window.kept["failure"] = error.code;
        },
      );
      return answer.text;
    },
    text,
    media,
  );

/** "in", or why not. */
const takeAnswer = ({ page }: TestPage, text: string): Promise<string> =>
  page.evaluate(async (pasted) => {
    const invitation = window.kept["invitation"] as { answer(text: string): Promise<typeof window.room> };
    try {
      window.room = await invitation.answer(pasted);
      return "in";
    } catch (error) {
      return (error as { code: string }).code;
    }
  }, text);

const meet = async (ada: TestPage, bo: TestPage, media = false): Promise<void> => {
  expect(await takeAnswer(ada, await accept(bo, await invite(ada, media), media))).toBe("in");
  await until("Bo in the room", () => bo.page.evaluate(() => window.room !== undefined));
  await Promise.all([linked(ada, "Bo"), linked(bo, "Ada")]);
};

describe("a room of two without a server", () => {
  const stage = useStage();

  it.each(pairs)(
    "[O3][O10][O17] %s invites, %s answers: picture, chat, a file and the code, and no server is asked",
    async (one, other) => {
      const [ada, bo] = [await stage.sdkPage(one), await stage.sdkPage(other)];
      await meet(ada, bo, true);
      // Who begins the handshake of the introduction, which is the first connection of each page.
      const roles = await Promise.all(
        [ada, bo].map(({ page }) =>
          page.evaluate(() => {
            // Firefox reads fingerprints off a connection that is closed at once.
            const connection = window.parlourTest.connections.find(
              ({ signalingState }) => signalingState !== "closed",
            );
            return /a=setup:(\w+)/.exec(connection?.remoteDescription?.sdp ?? "")?.[1];
          }),
        ),
      );
      expect(roles).toEqual(["passive", "active"]);
      const codes = await Promise.all(
        [ada, bo].map(({ page }) =>
          page.evaluate(async () => [...window.room.peers.values()][0]?.verificationCode()),
        ),
      );
      expect(codes[0]).toMatch(/^\d{4}( \d{4}){4}$/);
      expect(codes[1]).toBe(codes[0]);
      expect(
        await ada.page.evaluate(() => [window.room.link, window.room.visibility, window.room.capacity]),
      ).toEqual(["", "private", 2]);

      await bo.page.evaluate(() => window.room.say("hello over there"));
      await until("the message", () =>
        ada.page.evaluate(() =>
          window.room.messages.some(({ text, from }) => text === "hello over there" && from.name === "Bo"),
        ),
      );
      // The picture that came is decoded, frame after frame.
      await until("a moving picture", () =>
        bo.page.evaluate(async () => {
          const [peer] = window.room.peers.values();
          const report = await peer?.link.connection?.getStats();
          return [...(report?.values() ?? [])].some(
            ({ type, kind, framesDecoded = 0 }) =>
              type === "inbound-rtp" && kind === "video" && framesDecoded > 5,
          );
        }),
      );
      const received = bo.page.evaluate(
        () =>
          new Promise<string>((resolve, reject) => {
            window.room.on("offer", (offer) => {
              offer
                .accept()
                .done.then(async ({ files }) => (await files[0]?.file())?.text())
                .then((text) => resolve(text ?? ""), reject);
            });
          }),
      );
      await ada.page.evaluate(() => {
        window.room.files.offer([new File(["tea at four"], "note.txt", { type: "text/plain" })]);
      });
      expect(await received).toBe("tea at four");
      for (const tab of [ada, bo]) {
        const asked = (await tab.allRequests()).filter(
          (url) => !/\/sdk\/[\w.-]+\.js$|\/test-blank$|^(data|blob):/.test(url),
        );
        expect(asked).toEqual([]);
      }
    },
  );

  // How long an answer may wait is the subject: Firefox tries its ways for some seconds, and a handshake that nobody answers is
  // given up after two minutes.
  it.runIf(isLong)(
    "[O10][O17] an answer is taken three minutes later, whichever browsers they are",
    async () => {
      const meetLate = async (one: Engine, other: Engine) => {
        const [ada, bo] = [await stage.sdkPage(one), await stage.sdkPage(other)];
        const answer = await accept(bo, await invite(ada));
        await new Promise((resolve) => setTimeout(resolve, 180_000));
        expect(await takeAnswer(ada, answer), `${one} takes the answer of ${other}`).toBe("in");
        await Promise.all([linked(ada, "Bo"), linked(bo, "Ada")]);
      };
      await Promise.all(pairs.map((pair) => meetLate(...pair)));
    },
    260_000,
  );

  it("[O18] a server that is named is asked for its STUN alone; where there is none, it goes without", async () => {
    const tab = await stage.sdkPage("chromium");
    const serversFor = (server: string) =>
      tab.page.evaluate(async (at) => {
        const direct = await window.sdk.loadDirect();
        (await direct.invite({ name: "Ada", server: at })).close();
        return window.parlourTest.connections
          .at(-1)
          ?.getConfiguration()
          .iceServers?.flatMap(({ urls }) => urls);
      }, server);
    expect(await serversFor(stage.server.url)).toEqual([expect.stringMatching(/^stun:/)]);
    expect(await serversFor("http://127.0.0.1:9")).toEqual([]);
  });

  it("[O11] a link that is lost is made again over the carrier, and the peer stays the same", async () => {
    const [ada, bo] = [await stage.sdkPage("chromium"), await stage.sdkPage("firefox")];
    await meet(ada, bo);
    await ada.page.evaluate(() => {
      const [peer] = window.room.peers.values();
      window.kept["before"] = peer?.link.connection;
      window.kept["left"] = 0;
      window.room.on("peer-left", () => {
        window.kept["left"] = 1;
      });
      window.room.simulate("link-lost");
    });
    await until("another connection", () =>
      ada.page.evaluate(() => {
        const [peer] = window.room.peers.values();
        return peer?.link.state === "connected" && peer.link.connection !== window.kept["before"];
      }),
    );
    await bo.page.evaluate(() => window.room.say("still here"));
    await until("the message", () =>
      ada.page.evaluate(() => window.room.messages.some(({ text }) => text === "still here")),
    );
    expect(await ada.page.evaluate(() => window.kept["left"])).toBe(0);
  });

  it("[O12] who leaves has left at once, and who closes the page is away and then gone", async () => {
    const [ada, bo, cy] = [
      await stage.sdkPage("chromium"),
      await stage.sdkPage("firefox"),
      await stage.sdkPage("chromium"),
    ];
    const watch = ({ page }: TestPage) =>
      page.evaluate(() => {
        const seen: string[] = [];
        window.kept["seen"] = seen;
        window.room.on("peer-changed", ({ presence }) => seen.push(presence));
        window.room.on("peer-left", (_, reason) => seen.push(`left: ${reason}`));
      });
    const seen = ({ page }: TestPage) => page.evaluate(() => window.kept["seen"] as string[]);
    await meet(ada, bo);
    await watch(ada);
    await bo.page.evaluate(() => window.room.leave());
    await until("Bo to have left", async () => (await seen(ada)).includes("left: left"));
    expect(await ada.page.evaluate(() => window.room.state)).toBe("live");

    await ada.page.evaluate(() => window.room.leave());
    await meet(ada, cy);
    await watch(ada);
    await cy.close();
    await until("the page to be gone", async () => (await seen(ada)).at(-1) === "left: page");
  });

  it("[O6][O7] texts that do not fit are refused with a code, and the right one still works", async () => {
    const [ada, bo] = [await stage.sdkPage("chromium"), await stage.sdkPage("firefox")];
    const own = await invite(ada);
    const answer = await accept(bo, own);
    const other = await stage.sdkPage("chromium");
    const theirs = await invite(other);
    const strange = await accept(other, theirs);
    const results: string[] = [];
    const another = answer[40] === "A" ? "B" : "A";
    for (const text of [
      own,
      theirs,
      strange,
      answer.slice(0, -9),
      `${answer.slice(0, 40)}${another}${answer.slice(41)}`,
      "hello",
    ])
      results.push(await takeAnswer(ada, text));
    expect(results).toEqual([
      "text-own",
      "text-invitation",
      "text-other",
      "text-cut",
      "text-damaged",
      "text-unknown",
    ]);
    expect(await takeAnswer(ada, answer)).toBe("in");
    expect(await takeAnswer(ada, answer)).toBe("text-used");
    const refused = await bo.page.evaluate(async (text) => {
      const direct = await window.sdk.loadDirect();
      return direct.accept(text).catch(({ code, hint }) => `${code}: ${hint}`);
    }, answer);
    expect(refused).toMatch(/^text-answer: ./);
  });

  it("[O14] a page whose connection is not the one of its card is not let in", async () => {
    const [ada, bo] = [await stage.sdkPage("chromium"), await stage.sdkPage("chromium")];
    await bo.page.evaluate(() => {
      // As somebody between the two would: a connection of their own, and the other's card passed on.
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor({ certificates: _, ...configuration }: RTCConfiguration = {}) {
          super(configuration);
        }
      };
    });
    expect(await takeAnswer(ada, await accept(bo, await invite(ada)))).toBe("wrong-key");
  });

  it.runIf(isLong)(
    "[O15] when no way is found, both are told so, with how far their texts led",
    async () => {
      const [ada, bo] = [await stage.sdkPage("chromium"), await stage.sdkPage("chromium")];
      const text = await invite(ada);
      const answer = await accept(bo, text);
      await bo.page.evaluate(() => window.parlourTest.connections[0]?.close());
      const failure = await ada.page.evaluate(async (pasted) => {
        const invitation = window.kept["invitation"] as { answer(text: string): Promise<unknown> };
        return invitation.answer(pasted).catch(({ code, own, other }) => ({ code, own, other }));
      }, answer);
      expect(failure).toEqual({ code: "no-way", own: "network", other: "network" });
    },
    60_000,
  );
});
