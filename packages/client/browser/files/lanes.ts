import type { LanesMessage } from "./lanes-messages.ts";

/**
 * More connections between two pages that already have one, for files alone. One association shares one congestion window: over a
 * distance of some milliseconds, and more so with loss, several carry several times as much. What is needed to set them up goes over
 * the connection that is there, so nobody else hears of it and nobody can put himself between.
 *
 * ```
 *  (none) ── want ──▶ opening ── one is open ──▶ open ── not worth it, unused, lost, reset ──▶ (none)
 * ```
 */

export const lanesLimits = {
  /** Beside the connection that is there already. */
  perPeer: 3,
  /** Answered in `restMs`: making connections costs more than asking for them. */
  answers: 12,
  /** Browsers slow down with hundreds of connections, and refuse more than 500. */
  perPage: 24,
  openMs: 15_000,
  /** One whose network is away for so long is given up: what is on it comes sooner another way. */
  awayMs: 3_000,
  /** A way that could not be had is not tried again before this. */
  restMs: 60_000,
  /** Nothing on any of them for so long: they are closed. */
  idleMs: 20_000,
  quietMs: 10_000,
  /** How long one way is measured before more are added, and how long they have to show that they help. */
  measureMs: 2_500,
  /** They have to carry so many times what one carried alone. */
  gain: 1.15,
  candidates: 64,
} as const;

/** Connections for files in this page, to everybody together. */
let inPage = 0;

interface Way {
  readonly id: number;
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  /** The other side's description is set. */
  described: Promise<unknown>;
  candidates: number;
  wasOpen: boolean;
  end(): void;
}

export interface LanesSetup {
  /** One of the two pages makes the offers, the other asks for them. */
  readonly isOfferer: boolean;
  /** As the connection that is there was configured; undefined: there is none. */
  readonly configuration: () => RTCConfiguration | undefined;
  readonly say: (message: LanesMessage) => void;
  readonly onFrame: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** One is there, or has room again. */
  readonly onRoom: () => void;
  /** One that was open is gone, and what was under way on it. */
  readonly onLost: () => void;
  readonly now: () => number;
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly create?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

export type Lanes = ReturnType<typeof createLanes>;

export function createLanes(setup: LanesSetup) {
  const { say, now, after } = setup;
  const create = setup.create ?? ((configuration) => new RTCPeerConnection(configuration));
  const ways = new Map<number, Way>();
  let next = 1;
  /** Numbers that were offered to this page of late; browsers describe what they make at once in any order. */
  const met = new Set<number>();
  let answers = 0;
  let answersSince = Number.NEGATIVE_INFINITY;
  /** They were of no use: nothing is sent over them until then. */
  let uselessUntil = Number.NEGATIVE_INFINITY;
  let timesUseless = 0;
  let notBefore = Number.NEGATIVE_INFINITY;
  let usedAt = 0;
  let idle: (() => void) | undefined;
  let isClosed = false;

  const add = (id: number): Way | undefined => {
    const configuration = setup.configuration();
    if (!configuration || ways.size >= lanesLimits.perPeer || inPage >= lanesLimits.perPage) return undefined;
    const connection = create(configuration);
    inPage++;
    const channel = connection.createDataChannel("files", { negotiated: true, id: 0, ordered: false });
    channel.binaryType = "arraybuffer";
    let away: (() => void) | undefined;
    const late = after(lanesLimits.openMs, () => {
      if (!way.wasOpen) drop(way, true);
    });
    const way: Way = {
      id,
      connection,
      channel,
      described: Promise.resolve(),
      candidates: 0,
      wasOpen: false,
      end() {
        late();
        away?.();
        channel.onopen = channel.onclose = channel.onmessage = channel.onbufferedamountlow = null;
        connection.onicecandidate = connection.onconnectionstatechange = null;
        connection.close();
        inPage--;
      },
    };
    ways.set(id, way);
    channel.onopen = () => {
      way.wasOpen = true;
      usedAt = now();
      watch();
      setup.onRoom();
    };
    channel.onclose = () => drop(way, false);
    channel.onbufferedamountlow = setup.onRoom;
    channel.onmessage = ({ data }) => {
      usedAt = now();
      if (data instanceof ArrayBuffer) setup.onFrame(new Uint8Array(data));
    };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate)
        say({ lanes: "candidate", lane: id, candidate: candidate.candidate, mid: candidate.sdpMid ?? "0" });
    };
    connection.onconnectionstatechange = () => {
      away?.();
      away = undefined;
      if (connection.connectionState === "failed") drop(way, true);
      else if (connection.connectionState === "connected") setup.onRoom();
      else if (connection.connectionState === "disconnected")
        away = after(lanesLimits.awayMs, () => drop(way, true));
    };
    return way;
  };

  const drop = (way: Way, isTold: boolean): void => {
    if (ways.get(way.id) !== way) return;
    ways.delete(way.id);
    // Long after the last of it nothing is under way any more.
    const isLost = now() - usedAt < lanesLimits.quietMs || way.channel.bufferedAmount > 0;
    way.end();
    if (isTold) say({ lanes: "closed", lane: way.id });
    if (!way.wasOpen || isTold) notBefore = now() + lanesLimits.restMs;
    if (way.wasOpen && isLost) setup.onLost();
    setup.onRoom();
  };
  const dropAll = (isTold: boolean): void => {
    for (const way of [...ways.values()]) drop(way, isTold);
  };

  /** Nobody uses them any more: they are given back. */
  const watch = (): void => {
    idle ??= after(lanesLimits.idleMs, () => {
      idle = undefined;
      if (ways.size === 0) return;
      if (now() - usedAt < lanesLimits.idleMs) {
        watch();
        return;
      }
      dropAll(true);
      // Whoever needs them again has them again.
      notBefore = uselessUntil;
    });
  };

  const offer = async (): Promise<void> => {
    const way = add(next++);
    if (!way) return;
    try {
      await way.connection.setLocalDescription();
      say({
        lanes: "description",
        lane: way.id,
        kind: "offer",
        sdp: way.connection.localDescription?.sdp ?? "",
      });
    } catch {
      drop(way, false);
    }
  };
  const answer = async (id: number, sdp: string): Promise<void> => {
    // Each has a number of its own, and is answered once: what comes late is of one that is gone.
    if (met.has(id) || id + lanesLimits.perPeer <= Math.max(...met)) return;
    met.add(id);
    if (met.size > lanesLimits.perPeer) met.delete(Math.min(...met));
    if (now() - answersSince > lanesLimits.restMs) {
      answersSince = now();
      answers = 0;
    }
    const way = ++answers > lanesLimits.answers ? undefined : add(id);
    if (!way) {
      say({ lanes: "closed", lane: id });
      return;
    }
    try {
      way.described = way.connection.setRemoteDescription({ type: "offer", sdp });
      await way.described;
      await way.connection.setLocalDescription();
      say({
        lanes: "description",
        lane: id,
        kind: "answer",
        sdp: way.connection.localDescription?.sdp ?? "",
      });
    } catch {
      drop(way, true);
    }
  };

  return {
    /** Those that carry something now. */
    get open(): readonly RTCDataChannel[] {
      const all: RTCDataChannel[] = [];
      if (now() < uselessUntil) return all;
      for (const { channel, connection } of ways.values())
        if (channel.readyState === "open" && connection.connectionState === "connected") all.push(channel);
      return all;
    },
    /** Something was sent on one of them. */
    used(): void {
      usedAt = now();
    },
    /** More of them would help. */
    want(): void {
      if (isClosed || ways.size > 0 || now() < notBefore) return;
      notBefore = now() + lanesLimits.restMs;
      if (!setup.isOfferer) say({ lanes: "wanted" });
      else for (let i = 0; i < lanesLimits.perPeer; i++) void offer();
    },
    /** What the other page says. */
    receive(message: LanesMessage): void {
      if (isClosed) return;
      if (message.lanes === "wanted") {
        if (setup.isOfferer) this.want();
        return;
      }
      if (!("lane" in message)) return;
      const way = ways.get(message.lane);
      if (message.lanes === "description" && message.kind === "offer") {
        if (!setup.isOfferer) void answer(message.lane, message.sdp);
      } else if (!way) return;
      else if (message.lanes === "closed") drop(way, false);
      else if (message.lanes === "candidate") {
        if (++way.candidates > lanesLimits.candidates) return;
        const { candidate, mid } = message;
        way.described.then(() => way.connection.addIceCandidate({ candidate, sdpMid: mid })).catch(() => {});
      } else if (setup.isOfferer) {
        way.described = way.connection.setRemoteDescription({ type: "answer", sdp: message.sdp });
        way.described.catch(() => drop(way, true));
      }
    },
    /**
     * They carry no more than one did alone: nothing more is sent over them for a while, longer each time; what is under way arrives, and
     * then nobody uses them.
     */
    giveUp(): void {
      uselessUntil = now() + lanesLimits.restMs * 2 ** timesUseless;
      notBefore = uselessUntil;
      timesUseless = Math.min(timesUseless + 1, 4);
    },
    /** The connection is another one, or gone: these go with it. */
    reset(): void {
      dropAll(false);
      // The other page may be a new one, which begins to count.
      met.clear();
      notBefore = Number.NEGATIVE_INFINITY;
      uselessUntil = Number.NEGATIVE_INFINITY;
      timesUseless = 0;
    },
    close(): void {
      isClosed = true;
      idle?.();
      for (const way of ways.values()) way.end();
      ways.clear();
    },
  };
}
