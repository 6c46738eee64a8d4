import { launchBrowser } from "../../e2e/harness/browsers.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { createUdpProxy } from "../../packages/testkit/node/index.ts";
import { bestLanes, sendRaw } from "../harness/raw-channel.ts";
import { give, pairOf } from "./pair.ts";
import { fixed, note, ratio } from "./rows.ts";

const MiB = 1024 * 1024;

/** A narrow one keeps a sixth of a second of what is too much, as lines at home do. */
const lines = [
  { name: "no loss", mebibytes: 96, conditions: {} },
  { name: "0.5 % loss", mebibytes: 32, conditions: { loss: 0.005 } },
  { name: "3 MiB a second", mebibytes: 32, conditions: { bytesPerSecond: 3 * MiB, queueBytes: MiB / 2 } },
];

/** 40 ms there and back, over several lines; R is the best of one to four raw lanes. */
export async function far(
  server: TestServer,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  for (const line of lines) {
    const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
    const proxy = await createUdpProxy({
      seed: 1,
      ports: 256,
      conditions: { delayMs: 20, ...line.conditions },
    });
    try {
      const pair = await pairOf(server, browsers, proxy);
      const bytes = line.mebibytes * MiB;
      const { rate: raw, lanes } = await bestLanes(pair.ada.page, pair.bo.page, bytes / 4);
      const ours = await give(pair, [{ name: "far.bin", size: bytes }]);
      const pairdrop = await sendRaw(pair.ada.page, pair.bo.page, "pairdrop", bytes / 8);
      const peerjs = await sendRaw(pair.ada.page, pair.bo.page, "peerjs", bytes / 8);
      const name = `40 ms, ${line.name} (R: ${lanes} lanes)`;
      note(rows, [name, fixed(raw, 2), ratio(ours.rate, raw), ratio(pairdrop, raw), ratio(peerjs, raw)]);
      figures[name] = { raw, ...ours, pairdrop, peerjs };
    } finally {
      await browsers.giver.close();
      await browsers.taker.close();
      await proxy.close();
    }
  }
}
