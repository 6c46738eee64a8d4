import { count, list, shape, text } from "../../core/shape.ts";
import type { Peer, PeerId, Source } from "../api.ts";
import { loaded } from "../later.ts";
import { pageTime } from "../link/timekeeper.ts";
import type { ForwardingDriver, PassingSetup, Sources } from "./driver.ts";
import { advance, goesOver, keyOf, type Line, patienceMs, release, type Side, settle } from "./lines.ts";
import type { MediaSide } from "./reports.ts";
import { kinds } from "./state.ts";

/*
 * Make before break. When a room's plan changes, the new way comes up beside the old one, and each source moves by itself: its
 * receiver takes it from the new way once something came by it, and only then says that the old one may end. So no picture is ever
 * taken away before the next is there.
 *
 * Over the links go `{ moved: plan, except }`: under that plan this page has everything of yours by the other way, but for what is
 * named. So whoever can't reach the forwarder, or finds something missing there, gets it by link.
 */

type MakeDriver = (setup: PassingSetup) => ForwardingDriver;
/** By the engine's name in the room's plan; `peer` for pages that pass on. */
const engines: Readonly<Record<string, () => Promise<MakeDriver>>> = {
  embedded: async () => (await loaded(() => import("./forwarder/forwarder.ts"))).forwarderDriver,
  peer: async () => (await loaded(() => import("./peer/peer.ts"))).peerDriver,
};

/** As `sealing/capable.ts` has it for who has the room's keys; taken from there the core of the SDK would grow by its name. */
const canTransform = (): boolean => "RTCRtpScriptTransform" in globalThis;

export interface MovingSetup extends MediaSide {
  /** What this page publishes is another now. */
  onSync(): void;
  /** How loud what comes by that receiver is. */
  levelOf(receiver: RTCRtpReceiver | undefined): number;
  /** The room was a mesh when this page came in: the links that are there bring media, until they are told. */
  readonly wasMesh: boolean;
  readonly engines?: typeof engines;
  readonly canSeal?: () => boolean;
}

/** Whoever says nothing of forwarding gets no picture by link, but hears us after a while. */
const heardMs = 8_000;
/** How often it is looked at whether something came, and how often at whatever else only time brings. */
const lookMs = 50;
const mindMs = 500;
/** After a move back others may still take from the old way for so long; at most for the longer time. */
const lingerMs = 10_000;
const lingerMostMs = 20_000;

/** In the log, where a peer's id stands. */
const forwarderName = "forwarder";

const isMoved = shape({ moved: count(), except: list(text(48), 64) });

/** What the room's reports have to do with it. */
export interface Moved {
  receive(payload: Uint8Array): void;
  /** Whose page should bring this one the others' media, and does not. */
  readonly misses?: PeerId | undefined;
}

/** Stands between the switchboard and its drivers; see the top of this file. */
export function moveMedia(setup: MovingSetup): Moved {
  const { media, hub, inside, clock = pageTime } = setup;
  const { view, own, session } = inside;
  const { needsLink: needsMesh = () => false } = own;
  const sides = new Map<PeerId, Side>();
  const { mesh, onChange } = media;
  let other: ForwardingDriver | undefined;
  /** Which one that is. */
  let name: string | undefined;
  let isLoading = false;
  let plan = -1;
  /** Since which plan the room goes this other way. */
  let firstPlan = -1;
  let isForwarded = false;
  let movedAt = clock.now();
  let self = view.self?.id;
  let timer: (() => void) | undefined;
  let isOver = false;

  const { engines: known = engines, canSeal = canTransform } = setup;
  const nameOf = (): string => (view.topology === "peer" ? "peer" : (view.engine ?? ""));
  /** Whether this page takes part in the way that the room's plan names. Pages pass on by links, which are sealed as they are. */
  const canMove = (): boolean =>
    view.topology !== "mesh" &&
    Object.hasOwn(known, nameOf()) &&
    // Whose browser can't seal frames stays with the links, and need not find that out each time.
    (view.topology === "peer" || (own.sealing !== undefined ? canSeal() : view.visibility !== "private"));

  // --- which way each line comes

  const linesOf = (): Line[] => [...sides.values()].flatMap(({ lines }) => [...lines.values()]);
  const told = (id: PeerId): Sources | undefined => {
    const direct = mesh.told(id);
    const state = sides.get(id)?.peer.link.state;
    if (state === "connected" && direct) return direct;
    // What a link told before it came to rest is old.
    return other?.told(id) ?? (other && state === "resting" ? (other.known?.(id) ?? {}) : direct);
  };
  const isWanted = (id: PeerId, source: Source): boolean => media.wantsOf(id)[source] !== 0;

  const say = (side: Side): void => {
    if (view.topology === "mesh") return;
    const { peer, lines } = side;
    const now = clock.now();
    const except = [...lines]
      .filter(([, line]) => {
        if (!goesOver({ isForwarded, other }, peer.id)) return true;
        return line.via === "mesh" && (line.isOld || now - line.since >= patienceMs);
      })
      .map(([key]) => key);
    const said = { moved: plan, except };
    const text = JSON.stringify(said);
    if (text === side.said) return;
    side.said = text;
    setup.tell(said, peer);
  };

  /** Written into what embedders have of it: the core, which makes that, need not know of pictures that don't come. */
  const tellLeftOut = ({ peer, lines }: Side): void => {
    for (const [source, shown] of peer.media) {
      const isOther = lines.get(keyOf(source, "video"))?.via === "other";
      const leftOut = isOther ? other?.leavesOut?.(peer.id, source) : undefined;
      if (shown.leftOut === leftOut) continue;
      Object.assign(shown, { leftOut });
      inside.emit("media", shown);
    }
  };
  const look = (): void => {
    timer?.();
    timer = undefined;
    if (isOver) return;
    decide();
    const ways = { mesh, other, isForwarded, clock, isWanted };
    let isPending = other !== undefined && !isForwarded;
    if (view.topology !== "forwarder" || other?.isUp)
      own.lacksMedia = isForwarded && other?.lacksLinks === true;
    else {
      own.lacksMedia = other ? other.isLost : clock.now() - movedAt >= patienceMs;
      isPending ||= !own.lacksMedia;
    }
    let isWatching = false;
    for (const side of sides.values()) {
      const sources = told(side.peer.id) ?? {};
      const present = new Set<string>();
      for (const [source, said] of Object.entries(sources))
        for (const kind of kinds) {
          if (said[kind] === "none") continue;
          const key = keyOf(source, kind);
          present.add(key);
          let line = side.lines.get(key);
          if (!line) {
            const isOld = !side.isNew && (!isForwarded || clock.now() - movedAt < lookMs);
            line = { via: "mesh", hasArrived: false, since: clock.now(), isOld };
            side.lines.set(key, line);
          }
          advance(ways, side, source, kind, said[kind], line);
          isWatching ||= line.watch !== undefined;
          isPending ||= line.via === "mesh" && goesOver(ways, side.peer.id);
        }
      for (const key of [...side.lines.keys()]) if (!present.has(key)) side.lines.delete(key);
    }
    release(sides.values(), other);
    if (other) {
      other.look();
      for (const id of sides.keys()) onChange(id);
    }
    for (const side of sides.values()) tellLeftOut(side);
    for (const side of sides.values()) say(side);
    own.onNeeds?.();
    retire();
    isPending ||= other?.isWaiting === true;
    if (isWatching || isPending) timer = clock.after(isWatching ? lookMs : mindMs, () => void sample());
  };
  /** Once everything that happens now has happened: whoever tells of something is not to be called from within it. */
  let isDue = false;
  const soon = (): void => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      look();
    });
  };
  const sample = async (): Promise<void> => {
    // Firefox never answers for a connection that is closed meanwhile.
    timer = clock.after(mindMs, look);
    const watched = linesOf().filter(({ watch }) => watch);
    await Promise.all(
      watched.map(async (line) => {
        const { watch } = line;
        if ((await watch?.look()) && line.watch === watch) line.hasArrived = true;
      }),
    );
    look();
  };

  // --- which ways there are

  /** The old way goes when nothing comes by it any more, and the others had time to do the same. */
  const retire = (): void => {
    if (!other || isForwarded) return;
    const since = clock.now() - movedAt;
    const isUsed = other.isServing || linesOf().some(({ via }) => via === "other");
    if (since < lingerMs || (isUsed && since < lingerMostMs)) return;
    stop();
  };
  const stop = (): void => {
    other?.close();
    other = name = undefined;
    for (const { peer, lines } of sides.values()) {
      for (const line of lines.values()) settle(line, "mesh");
      onChange(peer.id);
    }
  };
  const start = async (): Promise<void> => {
    const wanted = nameOf();
    isLoading = true;
    try {
      const make = await (known[wanted] as () => Promise<MakeDriver>)();
      if (other || isOver || !canMove() || nameOf() !== wanted) return;
      name = wanted;
      other = make({
        own: media.own,
        publications: media.publications,
        clock,
        firstNumber: Date.now(),
        processors: globalThis.navigator?.hardwareConcurrency || 2,
        signal: (seat, payload) => session.signalTo(seat, payload),
        createConnection: () =>
          new RTCPeerConnection({
            bundlePolicy: "max-bundle",
            ...own.rtc,
            iceServers: [...(own.iceServers as RTCIceServer[]), ...(own.rtc.iceServers ?? [])],
          }),
        // The link decides that, not the server: one that called the room public would have pictures in clear.
        sealing: own.sealing,
        isNeeded: (id, source) =>
          isForwarded || sides.get(id)?.lines.get(keyOf(source, "video"))?.via === "other",
        mesh,
        peers: view.peers,
        self: () => view.self.id,
        passers: () => view.passers,
        wantsOf: media.wantsOf,
        isShown: (receiver) => linesOf().some(({ via, shown }) => via === "other" && shown === receiver),
        tell: setup.tell,
        createStream: () => new MediaStream(),
        onChange: soon,
        log: (event, detail = "") => inside.log.add(event, undefined, detail),
        observe: (facts, made) =>
          inside.log.add({ kind: "forwarder", facts, ...made }, forwarderName, made?.connection),
      });
      for (const { peer } of sides.values()) other.want(peer, media.wantsOf(peer.id));
      soon();
    } catch (error) {
      inside.log.add("forwarder-missing", undefined, String(error));
      clock.after(patienceMs, soon);
    } finally {
      isLoading = false;
    }
  };

  const decide = (): void => {
    const number = view.plan ?? 0;
    const can = canMove();
    if (number !== plan || can !== isForwarded) {
      plan = number;
      // Another engine: what comes by the one before comes by link until this one brings it.
      const isOther = other !== undefined && can && name !== nameOf();
      if (isOther) stop();
      if (isOther || can !== isForwarded) firstPlan = number;
      isForwarded = can;
      movedAt = clock.now();
      // What came before the move came by link.
      for (const side of sides.values())
        for (const line of side.lines.values()) Object.assign(line, { isOld: !side.isNew, watch: undefined });
      void mesh.sync();
    }
    if (isForwarded && !other && !isLoading) void start();
  };

  own.needsLink = (id) => (isForwarded ? other?.needs?.(id) === true : needsMesh(id));
  mesh.holds = (id, source, kind) => {
    const side = sides.get(id);
    if (!isForwarded || !side || other?.isDirect?.(id, "to")) return false;
    // Said under an earlier plan of the same way it holds until they say anew: where they have it from is their business.
    if (side.asked && side.asked.plan >= firstPlan) return !side.asked.except.has(keyOf(source, kind));
    return side.isNew && (kind === "video" || clock.now() - side.since < heardMs);
  };
  media.drive({
    told,
    receiver: mesh.receiver,
    track(id, source, kind) {
      const line = sides.get(id)?.lines.get(keyOf(source, kind));
      return line?.via === "other" ? (line.shown?.track ?? null) : mesh.track(id, source, kind);
    },
    holds: mesh.holds,
    level(id, source) {
      const line = sides.get(id)?.lines.get(keyOf(source, "audio"));
      if (line?.via !== "other") return setup.levelOf(mesh.receiver(id, source, "audio"));
      // Whose sound has no place any more: what it was when it had one says nothing.
      const isHere = line.shown && other?.receiver(id, source, "audio") === line.shown;
      return isHere ? setup.levelOf(line.shown) : (other?.level?.(id) ?? 0);
    },
    async sync() {
      setup.onSync();
      await Promise.all([mesh.sync(), other?.sync()]);
    },
    want(peer, wants) {
      other?.want(peer, wants);
      mesh.want(peer, other?.wantsOf?.(peer.id) ?? wants);
      soon();
    },
    remove(id) {
      sides.delete(id);
      mesh.remove(id);
      other?.remove(id);
    },
    add(peer) {
      join(peer, view.topology !== "mesh");
      const part = mesh.add(peer);
      return {
        ...part,
        attach(connection, role) {
          // A link that opens on demand begins as late as that.
          const side = sides.get(peer.id);
          if (side) side.since = clock.now();
          part.attach(connection, role);
        },
      };
    },
    receive(id, value) {
      if (isMoved(value)) {
        const { moved, except } = value as { moved: number; except: string[] };
        const side = sides.get(id);
        if (side) side.asked = { plan: moved, except: new Set(except) };
        void mesh.sync();
        return;
      }
      if (other?.take?.(id, value)) return;
      mesh.receive(id, value);
      soon();
    },
  });
  const join = (peer: Peer, isNew: boolean): void => {
    sides.set(peer.id, { peer, isNew, since: clock.now(), lines: new Map(), said: "" });
    if (isNew) clock.after(heardMs, () => void mesh.sync());
  };

  const offs = [
    hub.on("open", (peer) => {
      const side = sides.get(peer.id);
      if (!side) return;
      side.said = "";
      other?.opened?.(peer.id);
      soon();
    }),
    inside.on("room", soon),
    inside.on("link", soon),
    inside.on("state", (state) => {
      if (state === "left") {
        isOver = true;
        timer?.();
        other?.close();
        for (const off of offs) off();
        globalThis.removeEventListener?.("online", restart);
        return;
      }
      if (state !== "live") return;
      if (view.self.id !== self) {
        // Another seat: to the engine somebody else.
        self = view.self.id;
        stop();
      }
      other?.resync();
      soon();
    }),
  ];
  const restart = (): void => other?.restart();
  globalThis.addEventListener?.("online", restart);

  for (const peer of view.peers.values())
    if (mesh.told(peer.id)) join(peer, view.topology !== "mesh" && !setup.wasMesh);
  look();
  return {
    receive: (payload) => other?.receive(payload),
    get misses() {
      return isForwarded ? other?.misses : undefined;
    },
  };
}
