import { describe, expect, it } from "vitest";
import { capture } from "../harness/capture.ts";
import { atWorkbench } from "../harness/learner.ts";
import { useStage } from "../harness/stage.ts";

const magicCookie = 0x2112a442;

describe("the wire under a handshake", () => {
  const stage = useStage();

  // Capturing takes root, or a tcpdump that was given the right to.
  it.skipIf(process.getuid?.() !== 0)("[B19] has STUN and DTLS, and nothing of what is said", async () => {
    const { url, port } = stage.server;
    const stop = await capture(`udp or tcp port ${port}`);
    const lea = await atWorkbench(await stage.page("chromium"), `${url}/learn`);
    await lea.run("The handshake, by itself");
    const secret = "the heron stands in the reeds at dusk";
    await lea.say("Offerer", secret);
    await lea.reads("Answerer", secret);
    const packets = await stop();

    const udp = packets.filter(({ protocol }) => protocol === 17).map(({ payload }) => payload);
    // RFC 7983: what a packet is, by its first byte.
    const stun = udp.filter(
      (bytes) => bytes.length >= 20 && (bytes[0] ?? 9) < 4 && bytes.readUInt32BE(4) === magicCookie,
    );
    const types = new Set(stun.map((bytes) => bytes.readUInt16BE(0)));
    expect([...types]).toEqual(expect.arrayContaining([0x0001, 0x0101]));
    const dtls = udp.filter((bytes) => bytes.length > 13 && (bytes[0] ?? 0) >= 20 && (bytes[0] ?? 0) < 64);
    // A handshake record whose message is a ClientHello, from the DTLS client.
    expect(dtls.some((bytes) => bytes[0] === 22 && bytes[13] === 1)).toBe(true);
    expect(dtls.length).toBeGreaterThan(6);
    for (const { payload } of packets) expect(payload.includes(secret)).toBe(false);
    // What the server carried is there to be read, as the page says.
    expect(packets.some(({ protocol, payload }) => protocol === 6 && payload.includes("server {"))).toBe(
      true,
    );
  });
});
