import { packetHeaderBytes, streamTag } from "../../core/signals/packet.ts";
import type { JsonValue } from "../api.ts";
import { carriersOf } from "../channels/carriers.ts";
import { eventSource } from "../events.ts";
import type { CreateLink, LinkDriver, LinkSetup } from "../seams.ts";

/** A link that there need not be: under it the real ones follow each other, each with a number. */
export interface LazyLink extends LinkDriver {
  /** Begins the link with that number. */
  open(number: number): void;
  /** Ends it; its parts stay, for the next. */
  rest(): void;
  /** Whether what is to go over it waits. */
  pause(isPaused: boolean): void;
}

export interface LazyLinkSetup {
  readonly setup: LinkSetup;
  readonly make: CreateLink;
  /** A link that there is already: number 1. */
  readonly adopted: LinkDriver | undefined;
  /** Links open on demand now; otherwise there is to be one. */
  isSparing(): boolean;
  /** The way of media while there is none; undefined where they have no other. */
  restingPath(): LinkDriver["path"];
  /** It is about to end. */
  isEnding(): boolean;
  /** The first signal of a link that this page does not have came. */
  onPacket(number: number): void;
  onUp(): void;
  /** The seat is gone, or has another page. */
  onClose(): void;
}

/** Signals of one link are never good in another: the stream's tag has its number. The first goes without. */
const epochOf = (epoch: string, number: number): string => (number > 1 ? `${epoch}/${number}` : epoch);

/** Undefined for what is no packet of a link (see `core/signals/packet.ts`). */
function tagOf(payload: Uint8Array): number | undefined {
  if (payload.length < packetHeaderBytes || (payload[0] as number) > 1) return undefined;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(1);
}

export function lazyLink(given: LazyLinkSetup): LazyLink {
  const { setup, make } = given;
  const { on, emit } = eventSource<{ change: []; log: [event: string, detail?: JsonValue] }>();
  let real: LinkDriver | undefined = given.adopted;
  let count = real ? 1 : 0;

  const changed = (of: LinkDriver): void => {
    if (of === real && of.state === "connected") given.onUp();
  };
  real?.on("change", () => real && changed(real));

  const pagesOf = (number: number) => ({
    own: epochOf(setup.pages?.own ?? "", number),
    other: epochOf(setup.pages?.other ?? "", number),
  });

  return {
    madeWith: setup,
    get state() {
      if (!given.isSparing()) return real?.state ?? "connecting";
      // Nobody waits to see it begin, fail or end: media and chat go on meanwhile.
      const isThere = real?.state === "connected" || real?.state === "recovering";
      return isThere && !given.isEnding() ? (real as LinkDriver).state : "resting";
    },
    get path() {
      return this.state === "resting" ? given.restingPath() : real?.path;
    },
    get rttMs() {
      return real?.rttMs;
    },
    get diagnosis() {
      return real?.diagnosis;
    },
    get connection() {
      return real?.connection;
    },
    open(number) {
      count = number;
      const made = make({
        ...setup,
        // These may be others each time.
        get iceServers() {
          return setup.iceServers;
        },
        get rtc() {
          return setup.rtc;
        },
        pages: pagesOf(number),
      });
      real = made;
      made.on("change", () => {
        changed(made);
        if (made === real) emit("change");
      });
      made.on("log", (event, detail) => emit("log", event, detail));
      emit("log", "link-opened", number);
    },
    rest() {
      const old = real;
      // First, so that its end is no news.
      real = undefined;
      old?.close("rest");
      emit("log", "link-rests", count);
      emit("change");
    },
    pause(isPaused) {
      const carriers = real?.connection && carriersOf.get(real.connection);
      for (const channel of Object.values(carriers ?? {})) {
        Object.assign(channel, { isHeld: isPaused });
        if (!isPaused) channel.onbufferedamountlow?.(new Event("bufferedamountlow"));
      }
      emit("change");
    },
    receive(payload) {
      const next = pagesOf(count + 1);
      if (!real && tagOf(payload) === streamTag(next.other, next.own)) given.onPacket(count + 1);
      real?.receive(payload);
    },
    resync: () => real?.resync(),
    restart: (reason) => real?.restart(reason),
    rebuild: (reason) => real?.rebuild(reason),
    close(reason) {
      real?.close(reason);
      real = undefined;
      given.onClose();
    },
    on,
  };
}
