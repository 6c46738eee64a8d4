import { describe, expect, it } from "vitest";
import { encodeHeader, streamTag } from "../../core/signals/packet.ts";
import type { LinkDriver, LinkSetup } from "../seams.ts";
import { lazyLink } from "./lazy-link.ts";

interface Made {
  readonly setup: LinkSetup;
  readonly did: string[];
  state: LinkDriver["state"];
  change(): void;
}

function stage(isAdopting = false) {
  const made: Made[] = [];
  const heard: string[] = [];
  const state = { isSparing: true, isEnding: false };
  const make = (setup: LinkSetup): LinkDriver => {
    const did: string[] = [];
    let onChange = (): void => {};
    const one: Made = { setup, did, state: "connecting", change: () => onChange() };
    made.push(one);
    return {
      madeWith: setup,
      get state() {
        return one.state;
      },
      path: "direct",
      rttMs: 5,
      connection: undefined,
      receive: () => void did.push("receive"),
      resync: () => void did.push("resync"),
      restart: () => void did.push("restart"),
      rebuild: () => void did.push("rebuild"),
      close(reason: string) {
        did.push(`close ${reason}`);
        one.state = "closed";
        onChange();
      },
      on(event: string, listener: () => void) {
        if (event === "change") onChange = listener;
        return () => {};
      },
    } as unknown as LinkDriver;
  };
  let servers: RTCIceServer[] = [];
  const setup = {
    isPolite: true,
    makesFirstOffer: false,
    get iceServers() {
      return servers;
    },
    rtc: {},
    pages: { own: "me", other: "they" },
    send: () => true,
    parts: {},
  } as unknown as LinkSetup;
  const link = lazyLink({
    setup,
    make,
    adopted: isAdopting ? make(setup) : undefined,
    isSparing: () => state.isSparing,
    isEnding: () => state.isEnding,
    restingPath: () => "forwarded",
    onPacket: (number) => void heard.push(`packet ${number}`),
    onUp: () => void heard.push("up"),
    onClose: () => void heard.push("close"),
  });
  link.on("change", () => void heard.push(`change ${link.state}`));
  return {
    link,
    made,
    heard,
    state,
    renew: () => {
      servers = [{ urls: "turn:other" }];
    },
    packet: (number: number) =>
      encodeHeader({
        isContinued: false,
        number: 1,
        acknowledged: 0,
        tag: number > 1 ? streamTag(`they/${number}`, `me/${number}`) : streamTag("they", "me"),
      }),
  };
}

describe("a link that need not be there", () => {
  it("[X161] rests, is seen as resting while it opens, as what it is once it stands, and rests again", () => {
    const { link, made, heard, state } = stage();
    expect([link.state, link.path, link.connection]).toEqual(["resting", "forwarded", undefined]);
    link.open(1);
    expect([link.state, link.path]).toEqual(["resting", "forwarded"]);
    const [real] = made as [Made];
    real.state = "connected";
    real.change();
    expect([link.state, link.path, link.rttMs]).toEqual(["connected", "direct", 5]);
    real.state = "recovering";
    expect(link.state).toBe("recovering");
    real.state = "connected";
    state.isEnding = true;
    expect(link.state).toBe("resting");
    state.isEnding = false;
    link.rest();
    expect(real.did).toEqual(["close rest"]);
    expect(heard).toEqual(["up", "change connected", "change resting"]);
  });

  it("[X161] that can't be had is seen as resting; where links do not rest, as what it is", () => {
    const { link, made, state } = stage();
    link.open(1);
    (made[0] as Made).state = "closed";
    expect(link.state).toBe("resting");
    state.isSparing = false;
    expect(link.state).toBe("closed");
    link.rest();
    expect(link.state).toBe("connecting");
  });

  it("[X163] each has streams of its own, and the first packet of the next one alone begins it", () => {
    const { link, made, heard, packet } = stage();
    link.receive(packet(2));
    link.receive(Uint8Array.of(2, ...packet(1).subarray(1)));
    link.receive(Uint8Array.of(0, 1));
    expect(heard).toEqual([]);
    link.receive(packet(1));
    expect(heard).toEqual(["packet 1"]);
    link.open(1);
    link.receive(packet(2));
    link.rest();
    link.receive(packet(1));
    link.receive(packet(2));
    link.open(2);
    expect(heard.filter((what) => what.startsWith("packet"))).toEqual(["packet 1", "packet 2"]);
    expect(made.map(({ setup }) => setup.pages)).toEqual([
      { own: "me", other: "they" },
      { own: "me/2", other: "they/2" },
    ]);
    expect(made[0]?.did).toEqual(["receive", "close rest"]);
  });

  it("has the ICE servers of now, each time", () => {
    const { link, made, renew } = stage();
    link.open(1);
    renew();
    expect(made[0]?.setup.iceServers).toEqual([{ urls: "turn:other" }]);
  });

  it("takes over one that is there, and its end", () => {
    const { link, made, heard } = stage(true);
    const [real] = made as [Made];
    real.state = "connected";
    real.change();
    expect([heard, link.state]).toEqual([["up"], "connected"]);
    link.resync();
    link.restart("network");
    link.rebuild("lab");
    link.close("page");
    expect(real.did).toEqual(["resync", "restart", "rebuild", "close page"]);
    expect(heard.at(-1)).toBe("close");
    link.resync();
  });
});
