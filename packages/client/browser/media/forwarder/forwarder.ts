import {
  type FromForwarder,
  forwarderSeat,
  forwardingLimits,
  type ToForwarder,
  writeForwarding,
} from "@parlour/protocol";
import type { ForwarderNow, PeerId } from "../../api.ts";
import type { FrameSealing } from "../../seams.ts";
import type { ForwardingDriver, ForwardingSetup, Sources } from "../driver.ts";
import type { Wants } from "../state.ts";
import { ForwarderConnection } from "./connection.ts";
import { mostVoices, type Picture, picturesFor, picturesToAsk, placesFor } from "./pictures.ts";
import { readSaid } from "./said.ts";
import { type Observe, observeConnection } from "./story.ts";

type Inspected = Extract<FromForwarder, { readonly type: "inspected" }>;

/** A connection that comes to nothing within this is given up for another. */
const connectMs = 10_000;
/** As links: what is disconnected for so long gets new ways. */
const disconnectedMs = 2_000;
/** Without a connection for so long, the others are asked to send by link. */
const lostMs = 4_000;
/** What the engine does not answer for so long is said again: it drops what is too much at a time. */
const answerMs = 3_000;
/** Who looks at what flows does not wait longer for what the engine says of it. */
const inspectedMs = 700;
/** Who has to do with fewer places than its processors decode has so many at least. */
const leastPictures = 4;
const retryMs = [200, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * Media over the forwarder that comes with the server. Everything is said as a whole with a number, so that saying it again does no
 * harm; see `protocol/forwarding.ts`.
 */
export function forwarderDriver(setup: ForwardingSetup): ForwardingDriver {
  const { own, clock } = setup;
  let connection: ForwarderConnection | undefined;
  let connections = setup.firstNumber;
  let numbers = setup.firstNumber;
  let isOver = false;
  let isUp = false;
  /** When it was up last, or begun. */
  let upAt = clock.now();
  let failures = 0;
  let hasRestarted = false;
  let timer: (() => void) | undefined;
  let tracksHeard = -1;
  let told = new Map<PeerId, Sources>();
  let levels = new Map<PeerId, number>();
  const wants = new Map<PeerId, Wants>();
  let asked: readonly Picture[] = [];
  let sealing: FrameSealing | undefined;
  const said = { sources: "", wants: "" };
  let mostPictures = picturesFor(setup.processors);
  let inspected: (said: Inspected) => void = () => {};

  const send = (message: ToForwarder): boolean =>
    setup.signal(forwarderSeat, new TextEncoder().encode(writeForwarding(message)));
  /** What the server would not take is not sent: fewer places make it smaller. */
  const sendOffer = (message: ToForwarder): boolean => {
    const { length } = new TextEncoder().encode(writeForwarding(message));
    if (length <= forwardingLimits.messageBytes) return send(message);
    setup.log("forwarder-failed", "too-large");
    setup.observe?.([{ kind: "trouble", what: "forwarder-failed", detail: "too-large" }]);
    mostPictures = Math.max(leastPictures, Math.floor(mostPictures / 2));
    retry();
    return false;
  };
  /** Unless it was said before. */
  const say = (type: "sources" | "wants", rest: object): void => {
    const text = JSON.stringify(rest);
    if (said[type] === text) return;
    if (send({ type, n: numbers++, ...rest } as ToForwarder)) said[type] = text;
  };

  /** What flows, with what the engine says of it, if it answers in time. */
  const inspect = async (present: ForwarderConnection): Promise<ForwarderNow> => {
    const n = numbers++;
    const said = await new Promise<Inspected | undefined>((resolve) => {
      inspected = (given) => {
        if (given.n === n) resolve(given);
      };
      if (connection !== present || !send({ type: "inspect", n })) resolve(undefined);
      else clock.after(inspectedMs, () => resolve(undefined));
    });
    const { sends, places } = present.now;
    if (said === undefined) return { sends, places };
    const { type: _, n: __, places: layers, ...rest } = said;
    return { sends, places: places.map((place) => ({ ...place, ...layers[place.mid] })), said: rest };
  };

  const later = (ms: number, then: () => void): void => {
    timer?.();
    timer = clock.after(ms, () => {
      timer = undefined;
      if (!isOver) then();
    });
  };

  const tell = (): void => {
    if (!connection || isOver) return;
    const sources = Object.fromEntries(
      [...setup.publications].slice(0, 8).map(([source, { audio, video }]) => [source, { audio, video }]),
    );
    say("sources", { sources });
    asked = picturesToAsk(told, wants, setup.isNeeded);
    const pictures = asked.slice(0, mostPictures);
    say("wants", { pictures });
    const voices = [...told.values()].flatMap(Object.values).filter(({ audio }) => audio !== "none").length;
    connection.want("video", placesFor(pictures.length, mostPictures));
    // Without any line there is nothing to offer, and who has no connection is told nothing.
    const least = connection.made.getTransceivers().length > 0 ? 0 : 1;
    connection.want("audio", Math.max(least, placesFor(voices, mostVoices)));
    void connection.negotiate();
  };

  const down = (): void => {
    if (!isUp) return;
    isUp = false;
    upAt = clock.now();
    clock.after(lostMs + 50, () => {
      if (!isOver) setup.onChange();
    });
  };
  const retire = (): void => {
    const old = connection;
    connection = undefined;
    levels = new Map();
    down();
    old?.close();
  };
  const build = async (): Promise<void> => {
    retire();
    try {
      sealing ??= await setup.sealing?.();
    } catch (error) {
      // Nothing leaves in clear: it is tried again.
      setup.log("forwarder-unsealed", String(error));
      retry();
      return;
    }
    if (isOver || connection) return;
    hasRestarted = false;
    let made: RTCPeerConnection;
    try {
      made = setup.createConnection();
    } catch (error) {
      setup.log("forwarder-refused", String(error));
      retry();
      return;
    }
    const generation = connections - setup.firstNumber + 1;
    const observe: Observe = (...facts) => setup.observe?.(facts);
    let asked: (() => void) | undefined;
    const again = (): void => {
      asked?.();
      asked = clock.after(answerMs, () => {
        if (connection !== present || !present.isUnanswered) return;
        present.resync();
        again();
      });
    };
    const present = new ForwarderConnection({
      number: connections++,
      observe,
      made,
      sealing,
      own,
      send: sendOffer,
      onOffer: again,
      refresh: (peer, source) => void send({ type: "refresh", peer, source }),
      onBroken(why) {
        setup.log("forwarder-broken", why);
        if (connection === present) retry();
      },
    });
    connection = present;
    const look = () => inspect(present);
    setup.observe?.([{ kind: "connection", generation }], { connection: made, look });
    observeConnection(made, observe);
    said.sources = said.wants = "";
    made.addEventListener("connectionstatechange", () => {
      if (connection === present) changed(present);
    });
    later(connectMs, () => retry());
    await present.sync();
    if (connection === present) tell();
  };
  const retry = (isAtOnce = false): void => {
    retire();
    if (isAtOnce) void build();
    else later(retryMs[Math.min(failures++, retryMs.length - 1)] as number, () => void build());
    setup.onChange();
  };
  const restart = (present: ForwarderConnection): void => {
    if (hasRestarted) {
      retry();
      return;
    }
    hasRestarted = true;
    void present.negotiate(true);
    later(connectMs, () => retry());
  };

  const changed = (present: ForwarderConnection): void => {
    const { connectionState } = present.made;
    setup.log("forwarder", connectionState);
    if (connectionState === "connected") {
      timer?.();
      isUp = true;
      hasRestarted = false;
      failures = 0;
    } else down();
    if (connectionState === "disconnected") later(disconnectedMs, () => restart(present));
    if (connectionState === "failed") restart(present);
    setup.onChange();
  };

  const driver: ForwardingDriver = {
    told: (id) => told.get(id),
    receiver: (id, source, kind) => connection?.place(id, source, kind),
    isUsed: (receiver) => connection?.isUsed(receiver) ?? false,
    leavesOut: (id, source) =>
      asked.slice(mostPictures).some(({ peer, source: of }) => peer === id && of === source)
        ? mostPictures
        : undefined,
    get isUp() {
      return isUp;
    },
    get isLost() {
      return !isUp && clock.now() - upAt >= lostMs;
    },
    async sync() {
      await connection?.sync();
      tell();
    },
    want(peer, wanted) {
      wants.set(peer.id, wanted);
      tell();
    },
    look: tell,
    level: (id) => levels.get(id) ?? 0,
    remove: (id) => void wants.delete(id),
    receive(payload) {
      const message = readSaid(payload);
      if (message === undefined || isOver) return;
      switch (message.type) {
        case "tracks": {
          if (message.n <= tracksHeard) return;
          tracksHeard = message.n;
          const next = new Map<PeerId, Sources>();
          for (const { peer, source, audio, video } of message.tracks)
            next.set(peer, { ...next.get(peer), [source]: { audio, video } });
          told = next;
          tell();
          setup.onChange();
          return;
        }
        case "answer":
          if (message.connection === connection?.number) void connection.answered(message.n, message.sdp);
          return;
        case "places":
          if (message.connection === connection?.number) {
            connection.placed(message.n, message.places);
            setup.onChange();
          }
          return;
        case "speakers":
          levels = new Map(message.speakers.map(({ peer, level }) => [peer, 10 ** (-level / 20)]));
          return;
        case "inspected":
          inspected(message);
          return;
        case "failed":
          if (message.connection !== undefined && message.connection !== connection?.number) return;
          setup.log("forwarder-failed", message.code);
          if (message.code === "too-large")
            mostPictures = Math.max(leastPictures, Math.floor(mostPictures / 2));
          setup.observe?.([{ kind: "trouble", what: "forwarder-failed", detail: message.code }]);
          // Another engine, or one that knows nothing any more: its numbers start again.
          tracksHeard = -1;
          // Whoever was up waits for nothing. One that never came up may be what the engine ended of.
          if (message.again) retry(message.code === "restarted" && isUp);
          else {
            retire();
            setup.onChange();
            later(retryMs.at(-1) as number, () => void build());
          }
      }
    },
    resync() {
      said.sources = said.wants = "";
      tracksHeard = -1;
      connection?.resync();
      tell();
    },
    restart() {
      if (connection && !connection.isUnanswered) {
        hasRestarted = false;
        restart(connection);
      }
    },
    close() {
      if (isOver) return;
      isOver = true;
      timer?.();
      if (connection) send({ type: "bye", connection: connection.number });
      retire();
      sealing?.close();
    },
  };
  void build();
  return driver;
}
