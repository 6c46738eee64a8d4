/** The test of the connection that a person runs before joining: what was found, in sentences. */
import type { ConnectionCheck, ConnectionCheckResult, ConnectionTestOptions } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";
import { deviceAdvice } from "./device-advice.ts";
import type { Capture } from "./local-media.ts";

/** How a line looks. */
export type LineState = "waiting" | "works" | "degraded" | "fails";

/** One line of the test. */
export interface TestLine {
  readonly key: ConnectionCheck | "devices";
  readonly name: string;
  readonly state: LineState;
  readonly sentence: string;
}

/** All checks, in the order in which they are shown. */
export const checks = ["server", "websocket", "stun", "relay-udp", "relay-tcp", "relay-tls"] as const;

type Found = Readonly<Partial<Record<ConnectionCheck, ConnectionCheckResult["state"]>>>;

const isRelay = (check: ConnectionCheck): boolean => check.startsWith("relay-");

/** The lines for what was found so far. A way to the relay that fails is bad only when no other works. */
export function testLines(found: Found, isRunning: boolean): readonly TestLine[] {
  const { running, notTried, missing, noStun } = words.connectionTest;
  const hasRelay = checks.some((check) => isRelay(check) && found[check] === "works");
  return checks.map((check) => {
    const { name, works, fails } = words.connectionTest.checks[check];
    const state = found[check];
    if (state === undefined)
      return isRunning
        ? { key: check, name, state: "waiting", sentence: running }
        : { key: check, name, state: "degraded", sentence: notTried };
    if (state === "works") return { key: check, name, state, sentence: works };
    if (state === "missing")
      return { key: check, name, state: "degraded", sentence: check === "stun" ? noStun : missing };
    const isBad = check === "server" || check === "websocket" || (isRelay(check) && !hasRelay && !isRunning);
    return { key: check, name, state: isBad ? "fails" : "degraded", sentence: fails };
  });
}

/** What camera and microphone do, as one more line. */
export function deviceLine(camera: Capture, microphone: Capture): TestLine {
  const { name, works, off } = words.connectionTest.devices;
  const advice = deviceAdvice(camera, microphone);
  if (advice !== undefined) return { key: "devices", name, state: "degraded", sentence: advice };
  const isOn = camera.state === "on" || microphone.state === "on";
  return { key: "devices", name, state: isOn ? "works" : "degraded", sentence: isOn ? works : off };
}

/** What it comes to, in one sentence. */
export function testVerdict(found: Found): string {
  const { verdict } = words.connectionTest;
  if (found.server === "fails" || found.websocket !== "works") return verdict.noServer;
  const ways = checks.filter(isRelay);
  if (found["relay-udp"] === "works") return verdict.fine;
  if (ways.some((way) => found[way] === "works")) return verdict.slower;
  return found.stun === "works" ? verdict.directOnly : verdict.blocked;
}

/** One test at a time. */
export class ConnectionTest {
  readonly found: Signal<Found> = signal({});
  readonly isRunning: Signal<boolean> = signal(false);
  readonly #run: (options: ConnectionTestOptions) => Promise<unknown>;
  #over = new AbortController();

  constructor(run: (options: ConnectionTestOptions) => Promise<unknown>) {
    this.#run = run;
  }

  /** Starts anew. Never rejects. */
  async start(): Promise<void> {
    this.stop();
    const over = new AbortController();
    this.#over = over;
    this.found.value = {};
    this.isRunning.value = true;
    const onResult = ({ check, state }: ConnectionCheckResult) => {
      if (!over.signal.aborted) this.found.value = { ...this.found.value, [check]: state };
    };
    // What could not even be loaded says by what is missing that nothing was tried.
    await this.#run({ onResult, signal: over.signal }).catch(() => undefined);
    if (!over.signal.aborted) this.isRunning.value = false;
  }

  stop(): void {
    this.#over.abort();
    this.isRunning.value = false;
  }
}
