import { beforeAll, describe, expect, it, vi } from "vitest";
import { startEngine } from "../../../forwarder/node/engine.ts";
import { FakePage, Hearing } from "../../../forwarder/node/page.fixture.ts";
import { makePrivateLink } from "../link-text.ts";
import { join, next, origin, owns, sockets, until, withServer } from "../room/real-server.fixture.ts";
import { lastPath, VaultTransform, VaultWorker, wholePicture } from "./vault-worker.fixture.ts";

withServer();
beforeAll(() => {
  vi.stubGlobal("Worker", VaultWorker);
  vi.stubGlobal("RTCRtpScriptTransform", VaultTransform);
});

/** Someone in a private room, with what seals its frames. */
async function enter(link: string, name: string) {
  const room = await join(link, { name, remember: "none" });
  const sealing = await owns.at(-1)?.sealing?.();
  if (!sealing) throw new Error("a private room has something that seals");
  return {
    room,
    sealing,
    socket: sockets.at(-1),
    sends() {
      const line = sealing.seal({} as RTCRtpSender, "video");
      const path = lastPath();
      line.carry("camera");
      return async () => {
        const frame = wholePicture();
        return (await path(frame)) ? new Uint8Array(frame.data) : undefined;
      };
    },
    watches(peer: string) {
      const place = sealing.open({} as RTCRtpReceiver, "video");
      const path = lastPath();
      place.expect({ peer, source: "camera" });
      return async (bytes: Uint8Array | undefined) =>
        bytes !== undefined && (await path(wholePicture(bytes)));
    },
  };
}
const soon = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 10_000, interval: 20 });

describe("sealing in a private room of a real server", () => {
  it("[Z12][Z13][Z7] keys go by post: to who is here, over lost connections, and not to who left", {
    timeout: 30_000,
  }, async () => {
    const link = makePrivateLink(origin);
    const ada = await enter(link, "Ada");
    const bo = await enter(link, "Bo");
    const cy = await enter(link, "Cy");
    await until(ada.room, "peer", () => ada.room.peers.size === 2);
    const send = ada.sends();
    const [atBo, atCy] = [bo.watches(ada.room.self.id), cy.watches(ada.room.self.id)];
    await soon(async () => expect(await atBo(await send())).toBe(true));
    await soon(async () => expect(await atCy(await send())).toBe(true));

    // Bo hears nothing from the server while Cy leaves, and so has no new key until it is back.
    bo.socket?.terminate();
    const left = next(ada.room, "peer-left");
    const path = atCy;
    await cy.room.leave();
    await left;
    await soon(async () => expect(await path(await send())).toBe(false));
    await soon(async () => expect(await atBo(await send())).toBe(true));
    expect(await path(await send())).toBe(false);

    // A newcomer reads what comes, and nothing of before.
    const before = await send();
    const dee = await enter(link, "Dee");
    const atDee = dee.watches(ada.room.self.id);
    await soon(async () => expect(await atDee(await send())).toBe(true));
    expect(await atDee(before)).toBe(false);
    expect(await atBo(await send())).toBe(true);
  });

  it("[Z13] who left and keeps listening at the forwarder can't read what comes from it", {
    timeout: 30_000,
  }, async () => {
    const link = makePrivateLink(origin);
    const [ada, bo, cy] = [await enter(link, "Ada"), await enter(link, "Bo"), await enter(link, "Cy")];
    await until(ada.room, "peer", () => ada.room.peers.size === 2);
    const hearing = new Hearing();
    const engine = await startEngine({ port: 0, host: "127.0.0.1", workers: 1 }, hearing.events);
    const media = ["ada", "bo", "cy"].map((name) => new FakePage(engine, hearing, "room", name));
    try {
      // Each has one place for sound, which is Ada's once she speaks, though she comes last.
      for (const page of media.toReversed()) await page.connect();
      const [from, toBo, toCy] = media as [FakePage, FakePage, FakePage];
      const send = ada.sends();
      const [bosPlace, cysPlace] = [bo.watches(ada.room.self.id), cy.watches(ada.room.self.id)];
      /** A new frame, by the forwarder to both; whether each could read it. */
      const passOn = async (): Promise<readonly boolean[]> => {
        const sealed = await send();
        if (sealed === undefined) return [];
        // Said again until it arrives, as sound is.
        const speaking = setInterval(() => from.speak(sealed), 20);
        await Promise.all([toBo.hears(sealed), toCy.hears(sealed)]).finally(() => clearInterval(speaking));
        const came = (page: FakePage): Uint8Array | undefined =>
          page.received
            .find((packet) => Buffer.from(packet).includes(Buffer.from(sealed)))
            ?.slice(-sealed.length);
        return [await bosPlace(came(toBo)), await cysPlace(came(toCy))];
      };
      await soon(async () => expect(await passOn()).toEqual([true, true]));
      const [before, left] = [await send(), next(ada.room, "peer-left")];
      await cy.room.leave();
      await left;
      // It still has the keys that it had.
      expect(await cysPlace(before)).toBe(true);
      // Nobody tells the forwarder, which passes on to Cy as before.
      await soon(async () => expect(await passOn()).toEqual([true, false]));
      for (let i = 0; i < 5; i++) expect(await passOn()).toEqual([true, false]);
    } finally {
      for (const page of media) page.close();
      await engine.stop();
    }
  });

  it("[Z16] a public room seals nothing", async () => {
    await join(`${origin}/r/den`, { name: "Ada" });
    expect(owns.at(-1)?.sealing).toBeUndefined();
  });
});
