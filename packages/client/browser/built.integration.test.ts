import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Room } from "./api.ts";
import type * as Sdk from "./index.ts";
import { join as joinFromSources, origin, until, withServer } from "./room/real-server.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "parlour-sdk-"));

/** The SDK as it is served, names shortened, in modules. Only certificates have no fake. */
describe("the built SDK at a real server", () => {
  withServer();
  let sdk: typeof Sdk;
  beforeAll(async () => {
    const { writeSdk } = (await import("../../../scripts/sdk/bundle.mjs" as string)) as {
      writeSdk: (folder: string) => Promise<void>;
    };
    await writeSdk(folder);
    sdk = (await import(pathToFileURL(join(folder, "parlour.js")).href)) as typeof Sdk;
    const value = Array.from({ length: 32 }, () => "ab").join(":");
    Object.assign(RTCPeerConnection, {
      generateCertificate: async () => ({
        expires: Number.POSITIVE_INFINITY,
        getFingerprints: () => [{ algorithm: "sha-256", value }],
      }),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["public", "itself"],
    ["private", "itself"],
    ["public", "one from the sources"],
    ["private", "one from the sources"],
  ])("[H21] works in a %s room with %s: links, channels, chat, hosts, inspection", async (kind, other) => {
    const link = () => (kind === "public" ? `${origin}/r/den` : sdk.makePrivateLink(origin));
    const at = link();
    const options = { media: false, remember: "none" } as const;
    const ada = await sdk.joinRoom(at, { ...options, name: "Ada" });
    // The names on the wire are the same whoever is built how.
    const joinRoom = other === "itself" ? sdk.joinRoom : joinFromSources;
    const bo = await joinRoom(at, { ...options, name: "Bo" });
    const peerOf = async (room: Room) => {
      await until(room, "link", () => [...room.peers.values()][0]?.link.state === "connected");
      return [...room.peers.values()][0];
    };
    expect([(await peerOf(ada))?.name, (await peerOf(bo))?.name]).toEqual(["Bo", "Ada"]);
    for (const delivery of ["ordered", "exactly-once"] as const) {
      const heard = new Promise((resolve) => {
        bo.channel(delivery, { delivery }).on("message", resolve);
      });
      await ada.channel(delivery, { delivery }).send({ delivery });
      expect(await heard).toEqual({ delivery });
    }
    await ada.say("hello");
    await until(bo, "said", () => bo.messages.some(({ text }) => text === "hello"));
    await ada.host.set({ title: "Tea" });
    await until(bo, "room", () => bo.title === "Tea");
    const { links, signaling } = await bo.inspect();
    expect(links).toHaveLength(1);
    expect(signaling.framesSent).toBeGreaterThan(1);
    await Promise.all([ada.leave(), bo.leave()]);
    expect(readdirSync(folder).filter((file) => file.endsWith(".js")).length).toBeGreaterThan(2);
  });
});
