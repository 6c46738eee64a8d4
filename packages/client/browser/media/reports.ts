import type { ClientFrame, MediaReport, PeerId, RoomInfo } from "@parlour/protocol";
import type { Peer, Publication, Room, RoomEvents, Source } from "../api.ts";
import { loaded } from "../later.ts";
import { pageTime, type Timekeeper } from "../link/timekeeper.ts";
import type { EventLog } from "../room/inspection.ts";
import type { Own, RoomPeers } from "../room/peers.ts";
import type { ChannelHub } from "../seams.ts";
import type { Bearing } from "./bearing.ts";
import type { Media } from "./media.ts";
import type { Moved, moveMedia } from "./moving.ts";
import type { Suffers } from "./sampling.ts";

/** What media need of their room. */
export interface Inside {
  readonly address: { readonly name: string };
  readonly hub: ChannelHub;
  readonly on: Room["on"];
  readonly emit: <K extends keyof RoomEvents>(event: K, ...args: RoomEvents[K]) => void;
  readonly own: Own;
  readonly peers: RoomPeers;
  readonly view: Pick<Room, "topology" | "visibility" | "state" | "self" | "peers" | "passers" | "passOn"> &
    Pick<RoomInfo, "plan" | "engine"> &
    Partial<Pick<Room, "files">>;
  readonly session: {
    signalTo(seat: number, payload: Uint8Array): boolean;
    send(frame: ClientFrame): void;
    put(input: { readonly type: "wake" }): void;
  };
  readonly log: Pick<EventLog, "add">;
}
/** A room's media, for what is loaded beside them. */
export interface MediaSide {
  readonly media: Media;
  readonly hub: Pick<ChannelHub, "on">;
  tell(value: object, to: Peer): void;
  readonly inside: Inside;
  readonly clock?: Timekeeper;
}

/** How often senders are looked at. */
const sampleMs = 2_000;
/** How loud what came by that receiver last was: browsers read it from packets and decoders anyway. */
function levelOf(receiver: RTCRtpReceiver | undefined): number {
  return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
}

/** What this page sends, in numbers. */
export function reportOf(
  publications: ReadonlyMap<Source, Publication>,
  suffers: Suffers | undefined,
  passes?: MediaReport["passes"],
  misses?: PeerId,
): MediaReport {
  const shown = [...publications.values()].filter(({ video }) => video === "on");
  const screens = shown.filter(({ source }) => source === "screen").length;
  return {
    type: "media",
    cameras: Math.min(8, shown.length - screens),
    screens,
    sound: [...publications.values()].some(({ audio }) => audio === "on"),
    ...(suffers && { suffers }),
    ...(passes !== undefined && { passes }),
    ...(misses !== undefined && { misses }),
  };
}

/**
 * Says what this page sends whenever it is another, and how it fares: the server plans by that. What it takes to move is loaded when the room's plan names anything but the mesh for the first time.
 */
export function reportMedia(
  side: MediaSide,
  loadMoving: () => Promise<typeof moveMedia> = async () =>
    (await loaded(() => import("./moving.ts"))).moveMedia,
  loadBearing: () => Promise<() => Bearing> = async () =>
    (await loaded(() => import("./bearing.ts"))).bearing,
): { receive(payload: Uint8Array): void } {
  const { media, inside, clock = pageTime } = side;
  const { view, session, on } = inside;
  const wasMesh = view.topology === "mesh";
  let bearing: Bearing | undefined;
  let decided = view.passOn;
  let suffers: Suffers | undefined;
  let reported = "";
  let moving: Promise<Moved | undefined> | undefined;
  let moved: Moved | undefined;

  const report = (): void => {
    if (view.state !== "live") return;
    const now = reportOf(media.publications, suffers, bearing?.passes(decided), moved?.misses);
    const text = JSON.stringify(now);
    if (text === reported) return;
    reported = text;
    session.send(now);
  };
  let asking: Promise<void> | undefined;
  const ask = (): Promise<void> => {
    asking ??= loadBearing().then(
      (begin) => {
        bearing = begin();
        report();
      },
      () => {
        asking = undefined;
      },
    );
    return asking;
  };
  const measure = async (): Promise<void> => {
    if (view.state === "left") return;
    const linked = [...view.peers.values()].flatMap(({ link }) => link.connection ?? []);
    // Before it is asked: Firefox never answers for a connection that is closed meanwhile.
    clock.after(sampleMs, () => void measure());
    // Where links rest this page may have none, and be the one to pass on all the same.
    if (view.peers.size > 1) await ask();
    const isPasser = Object.hasOwn(view.passers ?? {}, view.self.id);
    const sendsMany = (view.topology === "mesh" && linked.length > 1) || isPasser;
    suffers = await bearing?.sample(sendsMany ? linked : []);
    report();
  };
  const follow = (): void => {
    if (view.topology === "mesh") return;
    moving ??= loadMoving().then(
      (move) => {
        moved = move({ ...side, onSync: report, levelOf, wasMesh });
        return moved;
      },
      () => {
        // What would come by the other way has the links alone.
        inside.own.lacksMedia = true;
        inside.own.onNeeds?.();
        moving = undefined;
        return moving;
      },
    );
  };

  // Whoever sets it expects to be followed at once.
  Object.defineProperty(view, "passOn", {
    configurable: true,
    enumerable: true,
    get() {
      void ask();
      return bearing ? bearing.passes(decided) !== false : decided;
    },
    set(wanted: boolean | undefined) {
      decided = wanted;
      report();
    },
  });
  media.drive({
    ...media.mesh,
    level: (id, source) => levelOf(media.mesh.receiver(id, source, "audio")),
    sync() {
      report();
      return media.mesh.sync();
    },
  });
  on("room", follow);
  on("state", (state) => {
    if (state !== "live") return;
    reported = "";
    report();
    follow();
  });
  report();
  follow();
  void measure();
  return { receive: (payload) => void moving?.then((made) => made?.receive(payload)) };
}
