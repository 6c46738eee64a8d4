import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { searchMemory } from "../harness/memory.ts";
import { enterByLobby, privateLink } from "../harness/people.ts";
import { startRecordingProxy } from "../harness/recording-proxy.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const quiet = { camera: false, mic: false };

describe("private rooms", () => {
  const stage = useStage(["--log-level", "debug"]);

  it("chat goes page to page, and the server saw neither text nor names, descriptions, candidates or the secret", async () => {
    const proxy = await startRecordingProxy({ port: stage.server.port });
    stage.closeLater(() => proxy.close());
    const room = stage.roomName("sealed");
    const link = privateLink(proxy, room);
    const [name, other] = ["Wilhelmina Overbeck", "Bartholomew Quirke"];
    const ada = await enterByLobby(await stage.page("chromium"), link, { name });
    const bo = await enterByLobby(await stage.page("firefox"), link, { name: other });
    await ada.seesPeople(other);
    await bo.seesPeople(name);
    await ada.moves(other);
    const [said, answered] = [
      "The password is marzipan-elephant-41",
      "Understood: marzipan it is, on the 17th",
    ];
    await ada.say(said);
    await bo.readsOnce(said);
    await bo.say(answered);
    await ada.readsOnce(answered);

    // What really was in the descriptions, taken from the pages themselves.
    const secrets = await ada.tab.page.evaluate(() => {
      const found: string[] = [];
      for (const connection of window.parlourTest.connections) {
        for (const description of [connection.localDescription, connection.remoteDescription]) {
          const text = description?.sdp ?? "";
          for (const pattern of [
            /a=fingerprint:\S+ (\S+)/,
            /a=ice-pwd:(\S+)/,
            /a=ice-ufrag:(\S{8,})/,
            /a=(candidate:[^\r\n]+)/,
          ]) {
            const match = pattern.exec(text);
            if (match?.[1] !== undefined) found.push(match[1]);
          }
        }
      }
      return found;
    });
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    const needles = [
      said,
      answered,
      "marzipan",
      name,
      other,
      "Quirke",
      link.split("#k=")[1] ?? "",
      ...secrets,
    ];

    // The search itself works: it finds what did cross in clear.
    expect(proxy.search(room)).toContain("text");
    expect(proxy.search("parlour.v1")).toContain("text");
    const anyDescription = ["a=ice-pwd", "a=candidate", "candidate:", "m=audio"];
    for (const needle of [...needles, ...anyDescription])
      expect(proxy.search(needle), `on the wire: ${needle}`).toEqual([]);

    expect(searchMemory(stage.server.pid, [room])).toEqual([room]);
    expect(searchMemory(stage.server.pid, needles)).toEqual([]);

    const kept = readdirSync(stage.server.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    expect(kept.length).toBeGreaterThan(0);
    const log = stage.server.log.join("\n");
    for (const needle of needles) {
      expect(
        kept.some((bytes) => bytes.includes(needle)),
        `in the data folder: ${needle}`,
      ).toBe(false);
      expect(log.includes(needle), `in the log: ${needle}`).toBe(false);
    }
    expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
  });

  it("newcomers get the history from the peers, signed by its authors, also of one who left", async () => {
    const link = privateLink(stage.server, stage.roomName("story"));
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    const bo = await stage.person("firefox", link, { name: "Bo", ...quiet });
    await ada.say("said by Ada, who leaves");
    await bo.readsOnce("said by Ada, who leaves");
    await bo.say("said by Bo, who stays");
    await ada.readsOnce("said by Bo, who stays");
    await ada.leave();
    await bo.seesPeople();
    const cy = await stage.person("chromium", link, { name: "Cy", ...quiet });
    await cy.readsOnce("said by Ada, who leaves");
    await cy.readsOnce("said by Bo, who stays");
    expect((await cy.messages()).join("\n")).toContain("Ada");
    expect([...bo.tab.problems, ...cy.tab.problems]).toEqual([]);
  });

  it("two people see the same verification code, and each pair its own", async () => {
    const link = privateLink(stage.server, stage.roomName("codes"));
    const tabs = {
      Ada: await stage.member("chromium", { link, name: "Ada" }),
      Bo: await stage.member("firefox", { link, name: "Bo" }),
      Cy: await stage.member("chromium", { link, name: "Cy" }),
    };
    const code = async (of: keyof typeof tabs, about: string): Promise<string> => {
      await linked(tabs[of], about);
      return until(`the code of ${of} and ${about}`, () =>
        tabs[of].page.evaluate(
          (name) => [...window.room.peers.values()].find((peer) => peer.name === name)?.verificationCode(),
          about,
        ),
      );
    };
    const [ab, ba, ac, ca] = [
      await code("Ada", "Bo"),
      await code("Bo", "Ada"),
      await code("Ada", "Cy"),
      await code("Cy", "Ada"),
    ];
    expect(ab).toMatch(/^\d{4}( \d{4}){4}$/);
    expect(ba).toBe(ab);
    expect(ca).toBe(ac);
    expect(ac).not.toBe(ab);
  });

  it("a wrong or missing key is refused with the reason, by the SDK as by the page", async () => {
    const room = stage.roomName("locked");
    const link = privateLink(stage.server, room);
    await stage.member("chromium", { link, name: "Ada", media: false });
    const tab = await stage.sdkPage("firefox");
    const refusal = (url: string): Promise<string> =>
      tab.page.evaluate(async (to) => {
        try {
          await window.sdk.joinRoom(to, { name: "Eve" });
          return "joined";
        } catch (error) {
          return (error as { code: string }).code;
        }
      }, url);
    expect(await refusal(privateLink(stage.server, room))).toBe("wrong-key");
    expect(await refusal(`${stage.server.url}/r/${room}`)).toBe("wrong-key");
    expect(await refusal(`${stage.server.url}/r/${room}#k=short`)).toBe("bad-link");
  });
});
