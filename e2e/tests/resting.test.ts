import { describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import type { TestPage } from "../harness/browsers.ts";
import { pictureMoves, toneHeard } from "../harness/measure.ts";
import { joinMembers } from "../harness/members.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, linked, linkStateOf } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const names = Array.from({ length: 32 }, (_, i) => `member ${i}`);

/** Connections of that page that are not closed. */
const connections = ({ page }: TestPage): Promise<number> =>
  page.evaluate(
    () => window.parlourTest.connections.filter(({ signalingState }) => signalingState !== "closed").length,
  );
const has = ({ page }: TestPage, text: string): Promise<number> =>
  page.evaluate((wanted) => window.room.messages.filter((one) => one.text === wanted).length, text);

/** What there is of each connection, and what went over it within twenty seconds; for the report of a failed test. */
const whatGoes = ({ page }: TestPage): Promise<string> =>
  page.evaluate(async () => {
    const look = () =>
      Promise.all(
        window.parlourTest.connections
          .filter(({ signalingState }) => signalingState !== "closed")
          .map(async (connection) => {
            const found: Record<string, number> = {};
            for (const one of (await connection.getStats()).values())
              if (/^(data-channel|inbound-rtp|outbound-rtp)$/.test(one.type))
                found[`${one.type} ${one.label ?? one.kind} ${one.mid ?? ""}`] =
                  (one.bytesSent ?? 0) + (one.bytesReceived ?? 0);
            return [connection.connectionState, found] as const;
          }),
      );
    const before = await look();
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    const after = await look();
    const { events } = await window.room.inspect();
    return JSON.stringify({
      connections: after.map(([state, now], n) => [
        state,
        Object.entries(now).map(([name, bytes]) => `${name}: ${bytes - (before[n]?.[1][name] ?? 0)}`),
      ]),
      events: events.filter(({ event }) => !/signal$|ping|pong/.test(event)).slice(-12),
    });
  });

/** With whom that page has a link. */
const linkedOn = ({ page }: TestPage): Promise<string[]> =>
  page.evaluate(() =>
    [...window.room.peers.values()].filter(({ link }) => link.state === "connected").map((peer) => peer.name),
  );

describe("a room of more than thirty", () => {
  const stage = useStage();

  it.each(["private", "public"] as const)(
    "[X166] %s: each page has a connection to the forwarder, one for the file that it is given, and no other; everyone hears everything once",
    async (visibility) => {
      const name = stage.roomName("rests");
      const link =
        visibility === "private" ? privateLink(stage.server, name) : `${stage.server.url}/r/${name}`;
      const members = await joinMembers(link, names);
      stage.closeLater(() => Promise.all(members.map((room) => room.leave())));
      await members[0]?.say("before you came");

      const ada = await stage.sdkPage("chromium");
      await joinWithSdk(ada, { link, name: "Ada", publish: true });
      const bo = await stage.sdkPage("firefox");
      await joinWithSdk(bo, { link, name: "Bo", publish: true });
      for (const tab of [ada, bo]) {
        const other = tab === ada ? "Bo" : "Ada";
        await until("what was said before", async () => (await has(tab, "before you came")) === 1);
        await pictureMoves(tab, { selector: `video[data-peer="${other}"][data-source="camera"]` });
        expect(await linkStateOf(tab, other)).toBe("resting");
        await until("the connection to the forwarder alone", async () => (await connections(tab)) === 1);
      }

      await ada.page.evaluate(() => window.room.say("hello everyone"));
      await members[5]?.say("hello from five");
      for (const text of ["hello everyone", "hello from five"]) {
        await until("everyone to have it", () =>
          Promise.resolve(members.every(({ messages }) => messages.some((one) => one.text === text))),
        );
        for (const tab of [ada, bo]) await until("both pages to have it", () => has(tab, text));
      }

      const bytes = await give(ada, bo);
      expect(bytes).toBe(3_000_000);
      for (const tab of [ada, bo]) {
        expect(await linkedOn(tab)).toEqual([tab === ada ? "Bo" : "Ada"]);
        // A file takes up to four connections to the same page ([F113]).
        expect(await connections(tab)).toBeLessThanOrEqual(1 + 4);
      }
      for (const { messages } of members) {
        const all = messages.map(({ text }) => text);
        expect(all).toEqual([...new Set(all)]);
      }
      expect(members.flatMap(({ peers }) => [...peers.values()]).filter(isLinked)).toEqual([]);

      if (visibility === "public") return;
      // Nothing goes over it any more.
      for (const tab of [ada, bo])
        await until("the link to rest again", async () => (await connections(tab)) === 1, 120_000).catch(
          async (cause: Error) => {
            const all = await Promise.all([ada, bo].map(whatGoes));
            throw new Error(`${cause.message}, over which goes ${all.join()}`, { cause });
          },
        );
      expect(await linkStateOf(ada, "Bo")).toBe("resting");

      // And with few people everyone has a link again: the second one between these two.
      await Promise.all(members.map((room) => room.leave()));
      for (const tab of [ada, bo]) await linked(tab, tab === ada ? "Bo" : "Ada");
      expect([ada, bo].flatMap(({ problems }) => problems)).toEqual([]);
    },
    240_000,
  );

  it.each([["chromium", "firefox"] as const, ["firefox", "chromium"] as const])(
    "[X150][X151] %s with %s: in a room where nobody sends anything pages have no connection at all; sound opens one, to who hears it",
    async (one, another) => {
      const link = privateLink(stage.server, stage.roomName("quiet"));
      const members = await joinMembers(link, names.slice(0, 9), { isSilent: true });
      stage.closeLater(() => Promise.all(members.map((room) => room.leave())));
      await members[0]?.say("before you came");
      const ada = await stage.sdkPage(one);
      await joinWithSdk(ada, { link, name: "Ada" });
      const bo = await stage.sdkPage(another);
      await joinWithSdk(bo, { link, name: "Bo" });
      for (const tab of [ada, bo]) {
        await until("what was said before", async () => (await has(tab, "before you came")) === 1);
        const other = tab === ada ? "Bo" : "Ada";
        await until("somebody without a link", async () => (await linkStateOf(tab, other)) === "resting");
      }
      await bo.page.evaluate(() => window.room.say("hello"));
      await until("everyone to have it", () =>
        Promise.resolve(members.every(({ messages }) => messages.some(({ text }) => text === "hello"))),
      );
      await until("the other page to have it", () => has(ada, "hello"));
      expect([await connections(ada), await connections(bo)]).toEqual([0, 0]);

      await ada.page.evaluate(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        window.kept["spoken"] = await window.room.publish(stream, { source: "camera" });
      });
      await toneHeard(bo, { selector: `video[data-peer="Ada"][data-source="camera"]` });
      expect(await ada.page.evaluate(() => window.room.topology)).toBe("mesh");
      expect(await connections(bo)).toBe(1);

      // A picture in a room of so many goes over the forwarder.
      await bo.page.evaluate(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
        await window.room.publish(stream, { source: "camera" });
      });
      await pictureMoves(ada, { selector: `video[data-peer="Bo"][data-source="camera"]` });
      for (const tab of [ada, bo]) {
        await until("the room to go over the forwarder", () =>
          tab.page.evaluate(() => window.room.topology === "forwarder"),
        );
        expect(await tab.page.evaluate(() => window.room.peers.size)).toBe(10);
      }
    },
    120_000,
  );

  it("[X211] a large room over the forwarder: of a link that rests it is said that it rests, and why", async () => {
    const link = privateLink(stage.server, stage.roomName("rests"));
    const members = await joinMembers(link, names.slice(0, 9));
    stage.closeLater(() => Promise.all(members.map((room) => room.leave())));
    const ada = await stage.person("chromium", link, { name: "Ada" });
    await ada.press("Inspector");
    await ada.sees("region", "Inspector");
    await until("a link that rests among what can be looked at", () =>
      ada.tab.page.evaluate(() => {
        const choice = document.querySelector<HTMLSelectElement>(".inspector-choice select");
        const option = [...(choice?.options ?? [])].find(({ text }) => text === "member 5 (resting)");
        if (!choice || !option) return false;
        choice.value = option.value;
        choice.dispatchEvent(new Event("change", { bubbles: true }));
        return true;
      }),
    );
    await ada.reads(/There is no connection to this person now: it rests\..*A file or a game opens one/s);
    const open = (part: string) =>
      ada.tab.page.evaluate((label) => {
        (window.parlourTest.find("tab", label) as HTMLElement).click();
      }, part);
    for (const part of ["Descriptions", "Addresses", "Charts", "Proof"]) {
      await open(part);
      await ada.sees("tabpanel", part);
      await ada.reads("pages keep no connection that nothing needs");
    }
    await open("Log");
    await ada.sees("tabpanel", "Log");
    await ada.readsNo("pages keep no connection that nothing needs");
    expect(await complaints(ada.tab)).toBe("");
  });
});

const isLinked = ({ link }: { readonly link: { readonly state: string } }): boolean =>
  link.state === "connected";

/** One gives the other a file; resolves with what is there. */
async function give(from: TestPage, to: TestPage): Promise<number> {
  const taken = to.page.evaluate(async () => {
    const [known] = window.room.files.offers;
    const offer =
      known ??
      (await new Promise<import("@parlour/client").Offer>((resolve) => window.room.on("offer", resolve)));
    const { files } = await offer.accept().done;
    return (await files[0]?.file())?.size ?? 0;
  });
  await from.page.evaluate(() => {
    const bo = [...window.room.peers.values()].filter(({ name }) => name === "Bo");
    window.kept["giving"] = window.room.files.offer(new File([new Uint8Array(3_000_000)], "film.bin"), {
      to: bo,
    });
  });
  return taken;
}
