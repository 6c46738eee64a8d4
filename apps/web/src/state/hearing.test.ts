import { describe, expect, it } from "vitest";
import { FakeDevices, fakeSettings, settle } from "../../test/fake-devices.ts";
import { FakePort } from "../../test/fake-room.ts";
import { Hearing, meterPart } from "./hearing.ts";
import { LocalMedia } from "./local-media.ts";

async function make() {
  const port = new FakePort();
  const local = new LocalMedia(new FakeDevices(), fakeSettings());
  const hearing = new Hearing(local, port);
  await local.start("microphone");
  await settle();
  return { port, local, hearing };
}

describe("hearing yourself", () => {
  it("[W42] notices a microphone from which nothing comes, and not one that is only quiet", async () => {
    const { port, hearing } = await make();
    port.pass(5_900);
    expect(hearing.isSilent.value).toBe(false);
    port.pass(200);
    expect(hearing.isSilent.value).toBe(true);
    port.level = 0.002;
    port.pass(100);
    expect(hearing.isSilent.value).toBe(false);
    port.level = 0;
    port.pass(60_000);
    expect(hearing.isSilent.value).toBe(false);
  });

  it("does not take sound that the browser holds back for silence", async () => {
    const { port, hearing } = await make();
    port.level = undefined;
    port.pass(20_000);
    expect(hearing.isSilent.value).toBe(false);
  });

  it("follows the microphone: level, another one, none", async () => {
    const { port, local, hearing } = await make();
    port.level = 0.1;
    port.pass(100);
    expect(hearing.level.value).toBe(0.1);
    local.stop("microphone");
    expect(hearing.level.value).toBe(0);
    expect(port.timerCount).toBe(0);
    await local.start("microphone");
    expect(port.timerCount).toBe(1);
    hearing.stop();
    expect(port.timerCount).toBe(0);
  });

  it("shows levels as ears hear them", () => {
    expect(meterPart(0)).toBe(0);
    expect(meterPart(0.0001)).toBe(0);
    expect(meterPart(1)).toBe(1);
    expect(meterPart(0.01)).toBeCloseTo(0.4);
  });
});
