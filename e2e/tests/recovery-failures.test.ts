import { describe, expect, it } from "vitest";
import { causes } from "../../apps/web/src/words/causes-en.ts";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { finds } from "../harness/findings.ts";
import {
  otherFingerprint,
  type PlainSignal,
  startMeddlingProxy,
  withSdp,
} from "../harness/meddling-proxy.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";

const linkLost = ({ page }: TestPage): Promise<unknown> =>
  page.evaluate(() => window.room.simulate("link-lost"));

/** What stands between two pages once their link has stood, and takes no network to stage; the others are in `nat-lab/recovery-failures.test.ts`. */
const failures: readonly {
  readonly title: string;
  /** What a page gets in place of what the other one said. */
  readonly meddle: (body: PlainSignal) => PlainSignal;
  readonly code: keyof typeof causes;
  readonly side?: "there";
  /** Of who finds out. Firefox tells no statistics of a connection that is closed. */
  readonly browsers: readonly Engine[];
}[] = [
  {
    title: "no address of the other page arrives any more",
    meddle: (body) => (body.type === "candidates" ? { ...body, candidates: [] } : body),
    code: "no-candidate",
    side: "there",
    browsers: ["chromium"],
  },
  {
    title: "keys are exchanged on the way",
    meddle: (body) => withSdp(body, otherFingerprint),
    code: "dtls-failed",
    browsers: ["chromium", "firefox"],
  },
];

describe("a link that stood and can't come back", () => {
  const stage = useStage();

  const rows = failures.flatMap((row) => row.browsers.map((browser) => ({ ...row, browser })));
  for (const { title, meddle, code, side, browser } of rows)
    it(`[L57] says why in ${browser}: ${title}`, async () => {
      let meddles = false;
      const proxy = await startMeddlingProxy(stage.server.port, ({ body, ...packet }) => ({
        ...packet,
        ...(body && { body: meddles ? meddle(body) : body }),
      }));
      stage.closeLater(() => proxy.close());
      const link = `${proxy.url}/r/${stage.roomName("recovering")}`;
      const ada = await stage.person("chromium", link, { name: "Ada", camera: false, mic: false });
      const bo = await stage.member(browser, { link, name: "Bo" });
      await linked(bo, "Ada");
      meddles = true;
      await linkLost(bo);
      const { evidence } = await finds(bo, code, side);
      expect(["recovering", "closed"]).toContain(evidence.link);
      const [here, there = ""] = causes[code];
      await ada.figureSays("Bo", side === "there" ? there : here);
    });
});
