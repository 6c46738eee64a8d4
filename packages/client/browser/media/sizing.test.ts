import { describe, expect, it } from "vitest";
import { type Sized, size } from "./sizing.ts";

/** A sender that counts what it is asked and told. */
function slot() {
  const calls = { asked: 0, told: [] as unknown[] };
  const sender = {
    getParameters() {
      calls.asked++;
      return { encodings: [{}] };
    },
    setParameters: async ({ encodings: [encoding] }: { encodings: unknown[] }) =>
      void calls.told.push(encoding),
  };
  const made = { transceiver: { sender }, sent: {} } as unknown as Sized;
  return { made, calls };
}

describe("a sender of a picture", () => {
  const large = { isActive: true, maxBitrate: 1_000_000, scaleDownBy: 1 };

  it("[M11] is told each setting once, and asked nothing while none is another", async () => {
    const { made, calls } = slot();
    made.allotment = large;
    for (let n = 0; n < 5; n++) await size(made);
    expect(calls).toEqual({
      asked: 1,
      told: [{ active: true, maxBitrate: 1_000_000, scaleResolutionDownBy: 1 }],
    });
    made.allotment = { ...large, maxBitrate: 200_000 };
    await size(made);
    expect([calls.asked, calls.told.length]).toEqual([2, 2]);
  });

  it("[M13] rests while it has no picture", async () => {
    const { made, calls } = slot();
    Object.assign(made, { allotment: large, sent: null });
    await size(made);
    expect(calls.told).toEqual([{ active: false, maxBitrate: 1_000_000, scaleResolutionDownBy: 1 }]);
  });
});
