import type { MediaReport } from "@parlour/protocol";

/** What a browser tells of the machine it runs on, as far as passing media on is concerned. */
export interface Machine {
  readonly cores: number;
  readonly isPhone: boolean;
  /** Undefined: it can't be told. */
  readonly isOnBattery: boolean | undefined;
}

/** Battery Status API: Chromium alone; a machine without a battery says that it is charging. */
interface Battery {
  readonly charging: boolean;
}
interface Tells {
  readonly hardwareConcurrency?: number;
  readonly userAgent?: string;
  readonly userAgentData?: { readonly mobile: boolean };
  getBattery?(): Promise<Battery>;
}

/** Looks at this machine, now and whenever the result is called. */
export function lookAtMachine(navigator: Tells | undefined = globalThis.navigator as Tells): () => Machine {
  let battery: Battery | undefined;
  navigator?.getBattery?.().then(
    (found) => {
      battery = found;
    },
    () => {},
  );
  return () => ({
    cores: navigator?.hardwareConcurrency || 2,
    isPhone: navigator?.userAgentData?.mobile ?? /Mobi|Android|iPhone/.test(navigator?.userAgent ?? ""),
    isOnBattery: battery && !battery.charging,
  });
}

/**
 * Whether this page offers to pass others' media on, and with what. Somebody who decided is followed, but for a phone that runs on its battery,
 * or of which that can't be told. Who did not decide offers it on a machine that is no phone and, as far as one can tell, plugged in.
 */
export function passesOf(
  { cores, isPhone, isOnBattery }: Machine,
  decided: boolean | undefined,
  uplink: number | undefined,
): NonNullable<MediaReport["passes"]> | false {
  const isAllowed = !isPhone || isOnBattery === false;
  if (!isAllowed || !(decided ?? !(isPhone || isOnBattery))) return false;
  return {
    cores: Math.min(1_024, Math.max(1, Math.floor(cores))),
    ...(uplink !== undefined && { uplink }),
    ...(isOnBattery && { battery: true as const }),
  };
}

/** Steps, in kbit/s: what is measured moves all the time, and each report is a message. */
const steps = [500, 1_000, 1_500, 2_500, 5_000, 10_000, 20_000];

/**
 * What is known of this page's uplink, in kbit/s. A browser's estimate is about as high as what was ever sent, so one that nothing filled
 * says only that it is at least that; while pictures get less than they were given it is the uplink itself.
 */
export function uplinkKnown(): (bits: number, isFull: boolean) => number | undefined {
  let most = 0;
  let known: number | undefined;
  return (bits, isFull) => {
    most = isFull ? bits : Math.max(most, bits);
    const step = steps.findLast((each) => each * 1_000 <= most) ?? 0;
    if (isFull || step >= 2_500) known = step;
    return known;
  };
}
