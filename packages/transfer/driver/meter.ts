/** Bytes a second over the last seconds. */
export interface Meter {
  /** So many bytes in all by now. */
  note(bytes: number, now: number): void;
  readonly bytesPerSecond: number;
}

const leastMs = 200;
const halfLifeMs = 1_500;

export function meter(): Meter {
  let last: { readonly bytes: number; readonly at: number } | undefined;
  let speed = 0;
  return {
    note(bytes, now) {
      if (!last) {
        last = { bytes, at: now };
        return;
      }
      const passed = now - last.at;
      if (passed < leastMs) return;
      const recent = (Math.max(0, bytes - last.bytes) * 1000) / passed;
      speed += (recent - speed) * (speed === 0 ? 1 : 1 - 0.5 ** (passed / halfLifeMs));
      last = { bytes, at: now };
    },
    get bytesPerSecond() {
      return Math.round(speed);
    },
  };
}
