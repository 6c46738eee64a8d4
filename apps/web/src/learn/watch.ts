/** Listens in on what a side's code made: states, candidates and channels, for the log and the panels. It changes nothing. */
import type { Happening } from "./log.ts";
import type { Peer } from "./peer.ts";

interface Watcher {
  readonly log: (peer: Peer, what: Happening) => void;
  /** Something that panels show is another. */
  readonly changed: () => void;
  readonly video: (peer: Peer, stream: MediaStream) => void;
  /** The connection asks for another offer. */
  readonly needed: (peer: Peer) => void;
}

const watched = new WeakSet<object>();

/** The fragment by which candidates tell to which description they belong (RFC 8839, section 5.4). */
export const ufragOf = (sdp: string | undefined): string | undefined =>
  /^a=ice-ufrag:(\S+)/m.exec(sdp ?? "")?.[1];

/** Takes up whatever is new since the last look. */
export function watch(peer: Peer, watcher: Watcher): void {
  const connection = peer.connection as RTCPeerConnection | undefined;
  if (connection === undefined) return;
  if (!watched.has(connection)) {
    watched.add(connection);
    watchConnection(peer, connection, watcher);
  }
  for (const channel of [peer.channel, peer.lossy] as readonly (RTCDataChannel | undefined)[]) {
    if (channel !== undefined) watchChannel(peer, channel, watcher);
  }
  watchTransport(peer, connection, watcher);
}

function watchConnection(peer: Peer, connection: RTCPeerConnection, watcher: Watcher): void {
  const { log, changed, video, needed } = watcher;
  const states = {
    signalingstatechange: ["signaling", () => connection.signalingState],
    icegatheringstatechange: ["gathering", () => connection.iceGatheringState],
    iceconnectionstatechange: ["ICE", () => connection.iceConnectionState],
    connectionstatechange: ["connection", () => connection.connectionState],
  } as const;
  let ufrag: string | undefined;
  for (const [event, [name, read]] of Object.entries(states)) {
    connection.addEventListener(event, () => {
      log(peer, { kind: "state", name, value: read() });
      const now = ufragOf(connection.localDescription?.sdp);
      if (now !== undefined && now !== ufrag) {
        ufrag = now;
        log(peer, { kind: "state", name: "ice-ufrag", value: now });
      }
      watchTransport(peer, connection, watcher);
      changed();
    });
  }
  connection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate !== null && candidate.candidate !== "")
      log(peer, { kind: "candidate", text: candidate.candidate });
    changed();
  });
  connection.addEventListener("negotiationneeded", () => {
    log(peer, { kind: "event", name: "negotiationneeded" });
    needed(peer);
  });
  connection.addEventListener("datachannel", ({ channel }) => {
    log(peer, { kind: "event", name: `datachannel: ${channel.label}` });
    watchChannel(peer, channel, watcher);
    changed();
  });
  connection.addEventListener("track", ({ track, streams }) => {
    log(peer, { kind: "event", name: `track: ${track.kind}` });
    video(peer, streams[0] ?? new MediaStream([track]));
  });
}

function watchChannel(peer: Peer, channel: RTCDataChannel, { log, changed }: Watcher): void {
  if (watched.has(channel)) return;
  watched.add(channel);
  for (const event of ["open", "closing", "close", "error"]) {
    channel.addEventListener(event, () => {
      log(peer, {
        kind: "state",
        name: `channel ${channel.label}`,
        value: event === "close" ? "closed" : event,
      });
      changed();
    });
  }
}

/** DTLS is there once a description with a channel is set. */
function watchTransport(peer: Peer, connection: RTCPeerConnection, { log, changed }: Watcher): void {
  const transport = connection.sctp?.transport;
  if (transport === undefined || watched.has(transport)) return;
  watched.add(transport);
  transport.addEventListener("statechange", () => {
    log(peer, { kind: "state", name: "DTLS", value: transport.state });
    changed();
  });
  // ICE may choose a better pair long after the first one worked. Not every browser says so.
  transport.iceTransport?.addEventListener("selectedcandidatepairchange", changed);
}
