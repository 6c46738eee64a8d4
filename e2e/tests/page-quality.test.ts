import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { enter, privateLink } from "../harness/people.ts";
import { goesOverRelay, machineAddress } from "../harness/relay-only.ts";
import { useStage } from "../harness/stage.ts";

const silent = { camera: false, mic: false };
const engines: Engine[] = ["chromium", "firefox"];
const secret = "of the relay, in this test alone";

describe.skipIf(machineAddress === undefined).each(engines)("%s: the sign of a link", (engine) => {
  const stage = useStage(["--turn-secret", secret]);

  /** Ada looks on from `id`'s network while Bo is seen and heard. */
  const meet = async (id: string) => {
    const link = privateLink(stage.server, stage.roomName("way"));
    const tab = await stage.page(engine);
    await goesOverRelay(tab, secret, id);
    await stage.person("chromium", link, { name: "Bo" });
    const ada = await enter(tab, link, { name: "Ada", ...silent });
    await ada.moves("Bo");
    return ada;
  };

  it("[W90] over a relay it is marked on the tile, and a press shows its numbers", async () => {
    const ada = await meet("ada");
    await ada.figureSays("Bo", "Relayed");
    await ada.figureSaysNot("Bo", "Poor connection");
    await ada.press("Relayed");
    await ada.sees("dialog", "Connection with Bo");
    await ada.reads("over a relay");
    await ada.reads("The connection is good.");
    await ada.reads(/Received\s*[\d,.]+ kbit\/s/);
    expect(ada.tab.problems).toEqual([]);
  });

  it("[W44][W90] where packets are lost it is marked as poor, and a press says what that means", async () => {
    const ada = await meet("lab;loss=0.12;ada");
    await ada.figureSays("Bo", "Poor connection");
    await ada.figureSaysNot("Bo", "Relayed");
    await ada.press("Poor connection");
    await ada.sees("dialog", "Connection with Bo");
    await ada.reads("pictures may stand still, and sound may break");
    await ada.reads(/Lost on the way\s*(?!0%)[\d.]+%/);
    // Looking at the numbers does not change what they mean.
    await ada.tab.page.keyboard.press("Escape");
    await ada.figureSays("Bo", "Poor connection");
    expect(ada.tab.problems).toEqual([]);
  });
});
