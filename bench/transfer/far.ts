import { launchBrowser } from "../../e2e/harness/browsers.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { createUdpProxy } from "../../packages/testkit/node/index.ts";
import { bestLanes, sendRaw } from "../harness/raw-channel.ts";
import { give, pairOf } from "./pair.ts";
import { fixed, note, ratio } from "./rows.ts";

const MiB = 1024 * 1024;

/** 40 ms there and back, with and without loss; R is the best of one to four raw lanes. */
export async function far(
  server: TestServer,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  for (const loss of [0, 0.005]) {
    const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
    const proxy = await createUdpProxy({ seed: 1, ports: 256, conditions: { delayMs: 20, loss } });
    try {
      const pair = await pairOf(server, browsers, proxy);
      const bytes = (loss === 0 ? 96 : 32) * MiB;
      const { rate: raw, lanes } = await bestLanes(pair.ada.page, pair.bo.page, bytes / 4);
      const ours = await give(pair, [{ name: "far.bin", size: bytes }]);
      const pairdrop = await sendRaw(pair.ada.page, pair.bo.page, "pairdrop", bytes / 8);
      const peerjs = await sendRaw(pair.ada.page, pair.bo.page, "peerjs", bytes / 8);
      const name = `40 ms, ${loss * 100} % loss (R: ${lanes} lanes)`;
      note(rows, [name, fixed(raw, 2), ratio(ours.rate, raw), ratio(pairdrop, raw), ratio(peerjs, raw)]);
      figures[name] = { raw, ...ours, pairdrop, peerjs };
    } finally {
      await browsers.giver.close();
      await browsers.taker.close();
      await proxy.close();
    }
  }
}
