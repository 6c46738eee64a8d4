import { describe, expect, it } from "vitest";
import { lookAtMachine, passesOf, uplinkKnown } from "./willing.ts";

const desk = { cores: 8, isPhone: false, isOnBattery: undefined };

describe("offering to pass others' media on", () => {
  it("[X127] is done where it can't hurt much, unless somebody decided", () => {
    expect(passesOf(desk, undefined, undefined)).toEqual({ cores: 8 });
    expect(passesOf({ ...desk, isOnBattery: false }, undefined, 5_000)).toEqual({ cores: 8, uplink: 5_000 });
    expect(passesOf({ ...desk, isOnBattery: true }, undefined, undefined)).toBe(false);
    expect(passesOf({ ...desk, isOnBattery: true }, true, undefined)).toEqual({ cores: 8, battery: true });
    expect(passesOf(desk, false, undefined)).toBe(false);
  });

  it("[X127] is never done by a phone on its battery, whoever decided", () => {
    const phone = { ...desk, isPhone: true };
    expect(passesOf(phone, undefined, undefined)).toBe(false);
    expect(passesOf(phone, true, undefined)).toBe(false);
    expect(passesOf({ ...phone, isOnBattery: true }, true, undefined)).toBe(false);
    expect(passesOf({ ...phone, isOnBattery: false }, undefined, undefined)).toBe(false);
    expect(passesOf({ ...phone, isOnBattery: false }, true, undefined)).toEqual({ cores: 8 });
  });

  it("[X127] goes by what the browser tells of its machine, as it is now", async () => {
    expect(lookAtMachine({})()).toEqual({ cores: 2, isPhone: false, isOnBattery: undefined });
    expect(
      lookAtMachine({ userAgent: "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Firefox/140.0" })().isPhone,
    ).toBe(true);
    const battery = { charging: true };
    const look = lookAtMachine({
      hardwareConcurrency: 6,
      userAgentData: { mobile: true },
      getBattery: async () => battery,
    });
    await Promise.resolve();
    expect(look()).toEqual({ cores: 6, isPhone: true, isOnBattery: false });
    battery.charging = false;
    expect(look().isOnBattery).toBe(true);
    const refused = lookAtMachine({ getBattery: () => Promise.reject(new Error("not allowed")) });
    await Promise.resolve();
    expect(refused().isOnBattery).toBeUndefined();
  });

  it("[X128] an estimate that nothing filled says what the uplink carries at least, a full one what it is", () => {
    const known = uplinkKnown();
    expect(known(900_000, false)).toBeUndefined();
    expect(known(6_000_000, false)).toBe(5_000);
    expect(known(1_000_000, false)).toBe(5_000);
    expect(known(1_700_000, true)).toBe(1_500);
    expect(known(100_000, true)).toBe(0);
  });
});
