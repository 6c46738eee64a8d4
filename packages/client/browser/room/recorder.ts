import type { PeerId } from "@parlour/protocol";
import type {
  Endpoint,
  Entry,
  Fact,
  FactBody,
  ForwarderNow,
  StateOf,
  Traffic,
} from "../../core/inspect/facts.ts";
import { factsOf } from "../../core/inspect/observed.ts";
import type { JsonValue, RoomInspection } from "../api.ts";
import { carriersOf } from "../channels/carriers.ts";
import type { EventLog, Note } from "./inspection.ts";
import type { Own, RoomPeers } from "./peers.ts";

/** Lines of the room's log, the newest. */
const mostEvents = 2_000;
/** Facts of one link: how it began, and what was last. */
const firstFacts = 400;
const mostFacts = 2_000;
/** Links that are remembered, of people who left too. */
const mostLinks = 128;
/** Statistics take the browser a moment, which the first bytes of a connection need themselves. */
const pairAfterMs = 250;
/** Statistics that are not there after so long will not come. */
const answeredMs = 2_000;

type Kinds = Readonly<Record<string, Traffic>>;
interface LinkMemory {
  readonly facts: Fact[];
  dropped: number;
  /** What had gone over the server when it was connected first. */
  signalingThen?: Kinds;
}

/** What keeps a room's facts, and gives them out. */
export interface Recorder {
  inspect(): Promise<RoomInspection>;
}
const recorders = new WeakMap<EventLog, Recorder>();

/** Takes over what was kept so far, and writes down what happens from now on. A second call gives the same. */
export function record(log: EventLog, peers: RoomPeers, own: Own): Recorder {
  const known = recorders.get(log);
  if (known) return known;
  const events: RoomInspection["events"][number][] = [];
  const links = new Map<PeerId, LinkMemory>();
  const kinds: Record<string, Traffic> = {};
  let forwarder: { readonly connection: RTCPeerConnection; look(): Promise<ForwarderNow> } | undefined;

  const memoryOf = (peer: PeerId): LinkMemory => {
    const found = links.get(peer) ?? { facts: [], dropped: 0 };
    links.set(peer, found);
    if (links.size > mostLinks) {
      const present = new Set(peers.linked().map(({ peer: { id } }) => id));
      const gone = [...links.keys()].find((id) => id !== peer && !present.has(id));
      if (gone) links.delete(gone);
    }
    return found;
  };
  const write = (memory: LinkMemory, now: number, fact: FactBody): void => {
    const connected = connectedBefore(memory.facts, fact);
    const at = memory.facts[connected]?.at ?? now;
    // What took a moment to be found out stands where it happened.
    const place = connected < 0 ? memory.facts.findLastIndex((before) => before.at <= at) + 1 : connected;
    memory.facts.splice(place, 0, { at, ...fact });
    if (memory.facts.length > mostFacts) {
      memory.facts.splice(firstFacts, 1);
      memory.dropped++;
    }
    const isConnected = fact.kind === "state" && fact.of === "link" && fact.state === "connected";
    if (isConnected) memory.signalingThen ??= { ...kinds };
  };
  /** What is found of connections that are there already comes after what happened before. */
  const found: (() => void)[] = [];
  let isCatchingUp = true;
  const keep = ([at, what, peer, detail]: Note): void => {
    if (typeof what !== "string") {
      const memory = memoryOf(peer as PeerId);
      for (const fact of factsOf(what)) write(memory, at, fact);
      const connection = detail as RTCPeerConnection | undefined;
      if (!connection || (what.kind !== "build" && what.kind !== "forwarder")) return;
      if (what.kind === "forwarder" && what.look) forwarder = { connection, look: what.look };
      const begin = () => follow(connection, (fact, then = Date.now()) => write(memory, then, fact));
      if (isCatchingUp) found.push(begin);
      else begin();
      return;
    }
    const said = detail as JsonValue | undefined;
    events.push({ at, event: what, ...(peer && { peer }), ...(said !== undefined && { detail: said }) });
    if (events.length > mostEvents) events.shift();
    const [, way, kind] = /^(sent|received) (.+)/.exec(what) ?? [];
    if (way && kind && typeof said === "number")
      kinds[kind] = plus(kinds[kind] ?? none, way === "sent" ? { out: said } : { in: said });
  };

  for (const note of log.notes) keep(note);
  isCatchingUp = false;
  for (const begin of found) begin();
  log.notes = [];
  log.keep = keep;

  const inspectLink = async <State>(
    peer: { readonly id: PeerId },
    { connection, state }: { readonly connection: RTCPeerConnection | undefined; readonly state: State },
  ) => {
    const asked = connection?.getStats().catch(() => undefined);
    // Firefox never answers for a connection that is closed meanwhile.
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, answeredMs));
    const report = await Promise.race([asked, late]);
    const { facts, dropped, signalingThen } = memoryOf(peer.id);
    const sctp = connection?.sctp;
    const channels = Object.values((connection && carriersOf.get(connection)) ?? {});
    const servers = [...own.iceServers, ...(own.rtc.iceServers ?? [])];
    return {
      peer: peer.id,
      state,
      stats: [...(report?.values() ?? [])],
      facts: [...facts],
      dropped,
      channels: channels.map((channel: RTCDataChannel) => ({
        label: channel.label,
        id: channel.id,
        state: channel.readyState,
        isOrdered: channel.ordered,
        maxRetransmits: channel.maxRetransmits,
        bufferedAmount: channel.bufferedAmount,
      })),
      ...(sctp && {
        sctp: {
          state: sctp.state,
          // `Infinity` is not to be had in JSON.
          maxMessageSize: Number.isFinite(sctp.maxMessageSize) ? sctp.maxMessageSize : 0,
          maxChannels: sctp.maxChannels,
        },
      }),
      servers: servers.flatMap(({ urls }) => urls),
      ...(signalingThen && { signalingThen }),
    };
  };
  const inspectForwarder = async ({ connection, look }: NonNullable<typeof forwarder>) => {
    const link = inspectLink({ id: "forwarder" }, { connection, state: connection.connectionState });
    const [now, { peer: _, ...rest }] = await Promise.all([look(), link]);
    return { ...rest, now };
  };
  const recorder: Recorder = {
    inspect: async () => ({
      at: Date.now(),
      events: [...events],
      links: await Promise.all(peers.linked().map(({ peer, driver }) => inspectLink(peer, driver))),
      ...(forwarder && { forwarder: await inspectForwarder(forwarder) }),
      signaling: { ...Object.values(kinds).reduce(sum, none), kinds: { ...kinds } },
    }),
  };
  recorders.set(log, recorder);
  return recorder;
}

const none: Traffic = { framesSent: 0, framesReceived: 0, bytesSent: 0, bytesReceived: 0 };
const sum = (one: Traffic, other: Traffic): Traffic => ({
  framesSent: one.framesSent + other.framesSent,
  framesReceived: one.framesReceived + other.framesReceived,
  bytesSent: one.bytesSent + other.bytesSent,
  bytesReceived: one.bytesReceived + other.bytesReceived,
});
const plus = (before: Traffic, bytes: { readonly in?: number; readonly out?: number }): Traffic =>
  sum(before, {
    framesSent: bytes.out === undefined ? 0 : 1,
    framesReceived: bytes.in === undefined ? 0 : 1,
    bytesSent: bytes.out ?? 0,
    bytesReceived: bytes.in ?? 0,
  });

/** Where the connection was connected: that addresses work and keys are agreed was so by then, whoever found it later. Otherwise -1. */
function connectedBefore(facts: readonly Fact[], fact: FactBody): number {
  if (fact.kind !== "state" || !fact.isFound || !/ice|dtls/.test(fact.of)) return -1;
  const at = facts.findLastIndex(
    (one) =>
      one.kind === "connection" ||
      (one.kind === "state" && one.of === "connection" && one.state === "connected"),
  );
  return facts[at]?.kind === "state" ? at : -1;
}

/** Writes down what the browser tells of a connection. One that is under way already is taken as it is found. */
function follow(connection: RTCPeerConnection, write: (fact: FactBody, at?: number) => void): void {
  if (connection.signalingState === "closed") return;
  const state = (of: StateOf, now: string, isFound = false, name?: string): void =>
    write({ kind: "state", of, state: now, ...(isFound && { isFound: true }), ...(name && { name }) });
  const watch = (
    target: EventTarget,
    event: string,
    of: StateOf,
    read: () => string,
    still: string,
  ): void => {
    if (read() !== still) state(of, read(), true);
    target.addEventListener(event, () => state(of, read()));
  };
  watch(connection, "icegatheringstatechange", "gathering", () => connection.iceGatheringState, "new");
  watch(connection, "iceconnectionstatechange", "ice", () => connection.iceConnectionState, "new");
  watch(connection, "signalingstatechange", "signaling", () => connection.signalingState, "stable");
  connection.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => {
    const detail = `${url.slice(0, 200)} ${errorCode} ${errorText.slice(0, 100)}`;
    write({ kind: "trouble", what: "server-error", detail });
  });
  const followTrack = ({ receiver: { track }, mid }: RTCRtpTransceiver): void => {
    const say = (now: "added" | "flowing" | "paused" | "ended"): void =>
      write({
        kind: "track",
        media: track.kind as "audio" | "video",
        ...(mid !== null && { mid }),
        state: now,
      });
    say("added");
    if (!track.muted) say("flowing");
    track.addEventListener("unmute", () => say("flowing"));
    track.addEventListener("mute", () => say("paused"));
    track.addEventListener("ended", () => say("ended"));
  };
  for (const transceiver of connection.getTransceivers())
    if (transceiver.currentDirection?.includes("recv")) followTrack(transceiver);
  connection.addEventListener("track", ({ transceiver }) => followTrack(transceiver));
  for (const channel of Object.values(carriersOf.get(connection) ?? {}) as RTCDataChannel[]) {
    const { label } = channel;
    if (channel.readyState !== "connecting") state("channel", channel.readyState, true, label);
    channel.addEventListener("open", () => state("channel", "open", false, label));
    channel.addEventListener("close", () => state("channel", "closed", false, label));
  }

  let pair = "";
  const lookForPair = (): void => {
    const at = Date.now();
    setTimeout(() => look(at), pairAfterMs);
  };
  const look = (at: number): void => {
    connection.getStats().then(
      (report) => {
        const entries = [...report.values()] as Entry[];
        const used = entries.find(({ selectedCandidatePairId: id }) => id);
        const found = used
          ? (report.get(used["selectedCandidatePairId"] as string) as Entry | undefined)
          : entries.find(({ selected }) => selected === true);
        const end = (key: string): Endpoint => endpointOf(report.get(found?.[key] as string) ?? {});
        const [local, remote] = [end("localCandidateId"), end("remoteCandidateId")];
        const now = JSON.stringify([local, remote]);
        if (!found || now === pair) return;
        pair = now;
        const rtt = found["currentRoundTripTime"];
        const rttMs = typeof rtt === "number" && { rttMs: Math.round(rtt * 10_000) / 10 };
        write({ kind: "pair", local, remote, ...rttMs }, at);
      },
      // Closed meanwhile.
      () => {},
    );
  };
  // Transports are there once something is negotiated.
  let isLookingAtTransports = false;
  const lookAtTransports = (): void => {
    const { sctp } = connection;
    const dtls = sctp?.transport ?? connection.getSenders().find(({ transport }) => transport)?.transport;
    if (isLookingAtTransports || !dtls) return;
    isLookingAtTransports = true;
    watch(dtls, "statechange", "dtls", () => dtls.state, "new");
    if (sctp) {
      watch(sctp, "statechange", "sctp", () => sctp.state, "connecting");
      // It begins in that state, and begins to connect when there are keys.
      dtls.addEventListener("statechange", () => {
        if (dtls.state === "connected" && sctp.state === "connecting") state("sctp", "connecting");
      });
    }
    dtls.iceTransport?.addEventListener("selectedcandidatepairchange", lookForPair);
  };
  connection.addEventListener("signalingstatechange", lookAtTransports);
  connection.addEventListener("iceconnectionstatechange", lookAtTransports);
  connection.addEventListener("connectionstatechange", () => {
    lookAtTransports();
    if (connection.connectionState === "connected") lookForPair();
  });
  lookAtTransports();
  if (connection.connectionState === "connected") lookForPair();
}

function endpointOf(entry: Entry): Endpoint {
  const text = (key: string): string | undefined =>
    typeof entry[key] === "string" && entry[key] !== "" ? (entry[key] as string) : undefined;
  const [address, relayProtocol, url] = [text("address") ?? text("ip"), text("relayProtocol"), text("url")];
  return {
    type: text("candidateType") ?? "?",
    protocol: text("protocol") ?? "?",
    ...(address && { address }),
    ...(typeof entry["port"] === "number" && { port: entry["port"] }),
    ...(relayProtocol && { relayProtocol }),
    ...(url && { url }),
  };
}
