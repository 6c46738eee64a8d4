import type { Peer, PeerId, Source } from "../../api.ts";
import type { Sources } from "../driver.ts";
import type { Kind } from "../state.ts";
import { originOf, type Passed, type PassedLine } from "./wire.ts";

/** What was in a receiver last, and whether something else was in it before; beyond the life of a driver, as the receivers are. */
const lastIn = new WeakMap<RTCRtpReceiver, string>();
const used = new WeakSet<RTCRtpReceiver>();
export const isUsed = (receiver: RTCRtpReceiver): boolean => used.has(receiver);

const keyOf = ([, id, source, kind]: PassedLine): string => `${kind} ${id} ${source}`;

/** What those who pass on said that they have for this page, and what brings it. */
export class Inlet {
  readonly #passed = new Map<PeerId, Passed>();
  readonly #peers: ReadonlyMap<PeerId, Peer>;

  constructor(peers: ReadonlyMap<PeerId, Peer>) {
    this.#peers = peers;
  }

  /** Everyone who has something for this page, or said that there is nothing yet. */
  get passers(): Iterable<PeerId> {
    return this.#passed.keys();
  }
  has(passer: PeerId): boolean {
    return this.#passed.has(passer);
  }

  said(passer: PeerId, passed: Passed): void {
    const before = new Set(this.#passed.get(passer)?.passed.map((line) => `${line[0]} ${keyOf(line)}`));
    this.#passed.set(passer, passed);
    for (const line of passed.passed) {
      const receiver = this.#receiverOf(passer, passed, line);
      if (!receiver || before.has(`${line[0]} ${keyOf(line)}`)) continue;
      if (lastIn.has(receiver)) used.add(receiver);
      lastIn.set(receiver, keyOf(line));
    }
  }

  /** A line was named that is not there yet: a connection is on its way that nothing tells of here. */
  get isWaiting(): boolean {
    return [...this.#passed].some(([passer, passed]) =>
      passed.passed.some((line) => line[0] !== "" && !this.#receiverOf(passer, passed, line)),
    );
  }

  forget(passer: PeerId): void {
    this.#passed.delete(passer);
  }

  lineFrom(passer: PeerId, id: PeerId, source: Source, kind: Kind): PassedLine | undefined {
    return this.#passed
      .get(passer)
      ?.passed.find(([, of, what, how]) => of === id && what === source && how === kind);
  }

  /** What brings that from this passer, once its media line is agreed on. */
  receiverFrom(passer: PeerId, id: PeerId, source: Source, kind: Kind): RTCRtpReceiver | undefined {
    const line = this.lineFrom(passer, id, source, kind);
    const passed = this.#passed.get(passer);
    return line && passed && this.#receiverOf(passer, passed, line);
  }

  /** What that peer publishes, as this passer said. */
  toldBy(passer: PeerId, id: PeerId): Sources | undefined {
    let sources: Sources | undefined;
    for (const [, of, source, kind, sending] of this.#passed.get(passer)?.passed ?? [])
      if (of === id) {
        const before = sources?.[source] ?? { audio: "none", video: "none" };
        sources = { ...sources, [source]: { ...before, [kind]: sending } };
      }
    return sources;
  }

  #receiverOf(passer: PeerId, { origin }: Passed, [mid, , , kind]: PassedLine): RTCRtpReceiver | undefined {
    const connection = mid === "" ? undefined : this.#peers.get(passer)?.link.connection;
    if (!connection || originOf(connection, "remote") !== origin) return undefined;
    const found = connection.getTransceivers().find((each) => each.mid === mid)?.receiver;
    return found?.track.kind === kind ? found : undefined;
  }
}
