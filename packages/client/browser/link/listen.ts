import { ufragsOf } from "../../core/link/sdp.ts";
import { anew, type Ear, type Heard, hear } from "../../core/link/silence.ts";
import type { Observed } from "./evidence.ts";
import { arrivals } from "./statistics.ts";
import type { Timekeeper } from "./timekeeper.ts";

/** A channel of its own, whose empty messages the other side's transport acknowledges (docs/spec/channels.md). */
const pulseId = 4;

/** All that this page listens to. */
const listened = new Set<object>();

/** What is to be done by others: all that `hear` comes to but asking. */
export type Told = Exclude<Heard["act"], "ask" | undefined>;

/** The other side's credentials that are agreed, which an answered restart changes (RFC 8445, section 9). */
const credentialsOf = (connection: RTCPeerConnection): string =>
  ufragsOf(connection.currentRemoteDescription?.sdp ?? "").join();

/**
 * Listens for as long as a connection calls itself connected, and tells when nothing comes in any more.
 */
export function listenToLink(
  observe: () => Observed,
  timekeeper: Timekeeper,
  tell: (what: Told) => void,
): { listen(): void } {
  let isListening = false;
  /** Counts beginnings: of a connection that is closed while it is asked, Firefox says nothing any more. */
  let turn = 0;
  let connection: RTCPeerConnection | undefined;
  let pulse: RTCDataChannel | undefined;
  let ear: Ear | undefined;
  let countUp = arrivals();
  /** Of the other side, when a restart was asked for. */
  let credentials: string | undefined;

  const ask = (): void => {
    if (pulse?.readyState !== "open") return;
    // Two: the second one is acknowledged at once (RFC 9260, section 6.2). What still waits is not added to.
    for (let n = 0; n < 2 && pulse.bufferedAmount === 0; n++) pulse.send("");
  };
  const self = {};
  const stop = (): void => {
    listened.delete(self);
    ear = anew(ear, timekeeper.now());
    credentials = undefined;
  };

  const look = async (): Promise<void> => {
    const { connection: present } = observe();
    isListening = present?.connectionState === "connected" && !!present.sctp;
    if (!isListening || !present) {
      stop();
      return;
    }
    if (present !== connection) {
      connection = present;
      stop();
      countUp = arrivals();
      pulse = present.createDataChannel("pulse", {
        negotiated: true,
        id: pulseId,
        ordered: false,
        maxRetransmits: 0,
      });
    }
    listened.add(self);
    const mine = turn;
    const report = await present.getStats();
    if (mine !== turn) return;
    // What was seen of a connection says nothing of the next one.
    if (observe().connection !== present) return look();
    const { pair, ...came } = countUp(report);
    const roundTripMs = 1_000 * (Number(pair?.["currentRoundTripTime"]) || 0);
    // Reading a description halts the page for a moment, so only while there is something to be learned from it.
    const isMet = credentials !== undefined && credentials !== credentialsOf(present);
    const heard = hear(ear, { ...came, isMet, roundTripMs, listened: listened.size }, timekeeper.now());
    ear = heard.ear;
    const { act, inMs } = heard;
    timekeeper.after(inMs, () => {
      if (mine === turn) next();
    });
    if (ear.hearing.is !== "silent" || act === "rebuild") credentials = undefined;
    if (act === "restart") credentials = credentialsOf(present);
    if (act === "ask" || act === "doubt") ask();
    if (act && act !== "ask") tell(act);
  };
  const next = (): void => {
    const mine = turn;
    look().catch(() => {
      // Closed meanwhile.
      if (mine !== turn) return;
      isListening = false;
      stop();
    });
  };
  return {
    /** Begins, unless it does already. */
    listen() {
      if (isListening && observe().connection === connection) return;
      turn++;
      next();
    },
  };
}
