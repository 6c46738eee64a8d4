import {
  type FromForwarder,
  forwardingLimits,
  parseToForwarder,
  type ToForwarder,
  unfoldLines,
  writeForwarding,
} from "@parlour/protocol";
import { fakeClock, fakeWorld, runUntil, seededRandom } from "@parlour/testkit";
import { expect } from "vitest";
import type { FactBody, ForwarderNow } from "../../../core/inspect/facts.ts";
import type { FrameSealing } from "../../seams.ts";
import { createMedia } from "../media.ts";
import { stream } from "../pages.fixture.ts";
import { forwarderDriver } from "./forwarder.ts";

const flush = () => new Promise((resolve) => setImmediate(resolve));
export const bo = "b".repeat(22);
export const cy = "c".repeat(22);
export const on = { audio: "on", video: "on" } as const;
export type Offer = Extract<ToForwarder, { type: "offer" }>;

/** A page's driver, and an engine that answers what it says by the letter of the protocol. */
export function stage(
  more: {
    sealing?: () => Promise<FrameSealing>;
    answers?: boolean;
    processors?: number;
    /** What more a browser writes of each media line. */
    lines?: (line: number) => string;
  } = {},
) {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: seededRandom(1) });
  const said: ToForwarder[] = [];
  const added: { kind: string; init: RTCRtpTransceiverInit }[] = [];
  const logged: string[] = [];
  const payloads: number[] = [];
  const withLines = (sdp: string): string => {
    const { lines } = more;
    return lines
      ? sdp
          .split(/^(?=m=)/m)
          .map((part, at) => part + (at > 0 ? lines(at) : ""))
          .join("")
      : sdp;
  };
  const state = {
    isServerThere: true,
    certificate: "AA:BB",
    answers: more.answers ?? true,
    changes: 0,
    needed: true,
  };
  const media = createMedia({ announce() {}, onWants() {}, createStream: () => stream() });
  const made: ReturnType<typeof world.connection>[] = [];
  const engines = new Map<number, ReturnType<typeof world.connection>>();
  const pass = async (ms: number): Promise<void> => {
    let isOver = false;
    clock.after(ms, () => {
      isOver = true;
    });
    await runUntil(clock, flush, () => isOver, ms + 1);
  };
  const say = (message: object): void =>
    driver.receive(new TextEncoder().encode(writeForwarding(message as FromForwarder)));
  const answers = new Map<string, string>();
  const answer = async ({ connection, n, sdp }: Offer): Promise<void> => {
    const page = made[connection] as (typeof made)[number];
    const again = engines.has(connection) && answers.get(`${connection} ${n}`);
    if (again) {
      say({ type: "answer", connection, n, sdp: again });
      return;
    }
    const engine = engines.get(connection) ?? world.connection();
    if (!engines.has(connection)) {
      engines.set(connection, engine);
      // The answer has them in it; the fake hands them over one by one.
      page.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate) engine.addIceCandidate(candidate).catch(() => {});
      });
      engine.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate) page.addIceCandidate(candidate).catch(() => {});
      });
    }
    await engine.setRemoteDescription({
      type: "offer",
      sdp: unfoldLines(sdp, forwardingLimits.descriptionCharacters) ?? "",
    });
    await engine.setLocalDescription();
    const said = withLines(engine.localDescription?.sdp.replace("AA:BB", state.certificate) ?? "");
    answers.set(`${connection} ${n}`, said);
    say({ type: "answer", connection, n, sdp: said });
  };
  const facts: FactBody[] = [];
  const looks: (() => Promise<ForwarderNow>)[] = [];
  const driver = forwarderDriver({
    observe(more, connection) {
      facts.push(...more);
      if (connection) looks.push(connection.look);
    },
    own: media.own,
    publications: media.publications,
    clock,
    processors: more.processors ?? 2,
    firstNumber: 0,
    signal(seat, payload) {
      expect(seat).toBe(0);
      if (!state.isServerThere) return false;
      const message = parseToForwarder(new TextDecoder().decode(payload));
      if (message === undefined) throw new Error(`not of the protocol: ${new TextDecoder().decode(payload)}`);
      said.push(message);
      payloads.push(payload.length);
      if (message.type === "offer" && state.answers) void answer(message);
      return true;
    },
    createConnection() {
      const connection = world.connection();
      const plain = () =>
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(connection), "localDescription");
      if (more.lines)
        Object.defineProperty(connection, "localDescription", {
          get() {
            const description = plain()?.get?.call(connection);
            return description && { ...description, sdp: withLines(description.sdp) };
          },
        });
      made.push(connection);
      const add = connection.addTransceiver.bind(connection);
      connection.addTransceiver = (kind, init = {}) => {
        added.push({
          kind: typeof kind === "string" ? kind : kind.kind,
          init: init as RTCRtpTransceiverInit,
        });
        return add(kind, init);
      };
      return connection as unknown as RTCPeerConnection;
    },
    sealing: more.sealing,
    isNeeded: () => state.needed,
    onChange: () => void state.changes++,
    log: (event, detail) => void logged.push(`${event} ${detail}`),
  });
  media.drive({ ...media.mesh, sync: () => driver.sync() });
  const last = <T extends ToForwarder["type"]>(type: T) =>
    said.findLast((message): message is Extract<ToForwarder, { type: T }> => message.type === type);
  const offers = () => said.filter((message): message is Offer => message.type === "offer");
  return {
    facts,
    looks,
    driver,
    media,
    said,
    payloads,
    added,
    made,
    engines,
    logged,
    state,
    pass,
    say,
    last,
    offers,
    world,
  };
}
export const tracksOf = (n: number, ...peers: readonly string[]) => ({
  type: "tracks",
  n,
  tracks: peers.map((peer) => ({ peer, source: "camera", ...on })),
});
