import { describe, expect, it } from "vitest";
import { launchBrowser } from "../harness/browsers.ts";
import { privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { seen, witness, witnessed } from "../harness/witness.ts";

describe("silence", () => {
  const stage = useStage();

  // The one long wait of all: both kinds of silence share it.
  it("[L52] a stopped and a killed browser are shown as reconnecting, dropped when their seats expire, and the stopped one comes back", async () => {
    const link = privateLink(stage.server, stage.roomName("silence"));
    const [stopped, killed] = [await launchBrowser("chromium"), await launchBrowser("chromium")];
    stage.closeLater(() => stopped.close());
    stage.closeLater(() => killed.close());
    const watcher = await stage.member("chromium", { link, name: "Watcher", media: false });
    await witness(watcher);
    const bo = await stage.person("chromium", link, { name: "Bo", mic: false });
    const ada = await stage.person(stopped, link, { name: "Ada", mic: false });
    await stage.person(killed, link, { name: "Kim", mic: false });
    await bo.moves("Ada");
    await bo.moves("Kim");
    const id = (await seen(watcher, "Ada", (one) => one.event === "peer" && one.what === "Ada")).id;

    const begun = Date.now();
    stopped.signal("SIGSTOP");
    killed.signal("SIGKILL");
    // A lost connection is noticed at once, a silent one by its missing signs of life.
    await seen(watcher, "Kim silent", (one) => one.what === "Kim" && one.detail === "silent");
    await bo.figureSays("Kim", "Reconnecting");
    const silent = await seen(watcher, "Ada silent", (one) => one.what === "Ada" && one.detail === "silent");
    expect(silent.at - begun).toBeLessThan(25_000);
    await bo.figureSays("Ada", "Reconnecting");

    const left = await seen(
      watcher,
      "Ada dropped",
      (one) => one.event === "peer-left" && one.what === "Ada",
      90_000,
    );
    expect(left.detail).toBe("timeout");
    expect(left.at - silent.at).toBeGreaterThan(55_000);
    expect(left.at - silent.at).toBeLessThan(75_000);
    await seen(watcher, "Kim dropped", (one) => one.event === "peer-left" && one.what === "Kim");
    await bo.seesPeople("Watcher");

    // The machine wakes: the same person is back by itself.
    stopped.signal("SIGCONT");
    const back = await seen(
      watcher,
      "Ada back",
      (one) => one.event === "peer" && one.what === "Ada" && one.at > left.at,
      60_000,
    );
    expect(back.id).toBe(id);
    await bo.seesPeople("Ada", "Watcher");
    await bo.moves("Ada");
    await ada.moves("Bo");
    expect(
      (await witnessed(watcher)).filter((one) => one.what === "Bo" && one.event === "peer-left"),
    ).toEqual([]);
  }, 240_000);
});
