import { describe, expect, it } from "vitest";
import { launchBrowser } from "../harness/browsers.ts";
import { type Person, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";

describe("five people in a call", () => {
  const stage = useStage();

  it("everyone sees and hears everyone, and a leaver's picture goes from all at once", async () => {
    const link = privateLink(stage.server, stage.roomName("five"));
    const names = ["Ada", "Bo", "Cy", "Di", "Ed"];
    // At fifteen pictures a second twenty links fill two cores, and those of a machine half as fast twice.
    const chromium = await launchBrowser("chromium", { cameraFps: 7 });
    stage.closeLater(() => chromium.close());
    const people: Person[] = [];
    for (const [index, name] of names.entries()) {
      people.push(await stage.person(index === 4 ? "firefox" : chromium, link, { name }));
    }
    for (const person of people) {
      const others = names.filter((name) => name !== person.name);
      await person.seesPeople(...others);
      for (const other of others) {
        expect(await person.moves(other), `${person.name} sees ${other}`).toBeGreaterThan(0);
        // Beeps are short, and on two busy cores it is listened rarely.
        await person.hears(other, 120_000);
      }
    }
    await people[2]?.leave();
    for (const person of people.filter((one) => one.name !== "Cy")) {
      await person.seesPeople(...names.filter((name) => name !== person.name && name !== "Cy"));
    }
    // The remaining pictures go on, all of them.
    const rest = people.filter((one) => one.name !== "Cy");
    for (const person of rest)
      for (const other of rest)
        if (other !== person)
          expect(await person.moves(other.name), `${person.name} sees ${other.name} still`).toBeGreaterThan(
            0,
          );
    // On two busy cores Firefox may lose a link and say so; the page has mended it by now, or pictures would stand.
    const problems = people.flatMap((person) => person.tab.problems);
    expect(problems.filter((problem) => !problem.includes("WebRTC: ICE failed"))).toEqual([]);
  }, 480_000);
});
