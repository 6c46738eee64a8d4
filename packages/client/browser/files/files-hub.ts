import type { PeerId } from "../api.ts";
import { eventSource } from "../events.ts";
import { loaded } from "../later.ts";
import { randomText } from "../private/bytes.ts";
import type { CreateFilesHub } from "../seams.ts";
import type { Giving, Offerable, OfferOptions, RoomFiles } from "./api.ts";
import type { Lane } from "./lane.ts";
import type { LoadedFiles } from "./room-files.ts";

/**
 * What a room needs of files from its beginning: their channel on each connection, and the names that callers know. All
 * else is loaded once this page is connected to somebody, or asks for it.
 */
export const createFilesHub: CreateFilesHub = (setup) => {
  const { hub } = setup;
  const lanes = new Map<PeerId, Lane>();
  const { on, emit } = eventSource<{ change: [] }>();
  let real: LoadedFiles | undefined;
  let loading: Promise<LoadedFiles> | undefined;
  let isClosed = false;
  /** At once, then at most ten times a second, since each piece is a change. Undefined: it did not change lately. */
  let isAgain: boolean | undefined;
  const now = (): void => {
    if (isAgain !== undefined) {
      isAgain = true;
      return;
    }
    isAgain = false;
    emit("change");
    setTimeout(() => {
      const isDue = isAgain;
      isAgain = undefined;
      if (isDue) now();
    }, 100);
  };
  const load = (): Promise<LoadedFiles> => {
    loading ??= loaded(() => import("./room-files.ts")).then(
      ({ loadedFiles }) => {
        real = loadedFiles(setup, now);
        if (!isClosed) for (const lane of lanes.values()) real.add(lane);
        return real;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  hub.on("open", () => {
    load().catch(() => {});
  });

  const files: RoomFiles = {
    offer(what, options = {}) {
      const all = [what].flat() as Offerable[];
      const id = randomText(16);
      return (
        real?.offer(id, all, options) ?? early(id, load(), (later) => later.offer(id, all, options), options)
      );
    },
    get givings() {
      return real?.givings ?? [];
    },
    get offers() {
      return real?.offers ?? [];
    },
    get takings() {
      return real?.takings ?? [];
    },
    kept: async () => (await load()).kept(),
    on,
  };
  // The lane is one more channel of each connection: it comes and goes with the others, and the room need not know of it.
  const { add, remove } = hub;
  hub.add = (peer) => {
    const channels = add(peer);
    const lane: Lane = { peer, channel: undefined, onChange() {} };
    lanes.set(peer.id, lane);
    real?.add(lane);
    const put = (channel: RTCDataChannel | undefined): void => {
      lane.channel = channel;
      lane.onChange();
    };
    return {
      attach(connection, role) {
        channels.attach(connection, role);
        const channel = connection.createDataChannel("files", { negotiated: true, id: 3, ordered: false });
        channel.binaryType = "arraybuffer";
        put(channel);
      },
      detach() {
        channels.detach();
        put(undefined);
      },
    };
  };
  hub.remove = (id) => {
    remove(id);
    lanes.delete(id);
    real?.remove(id);
  };
  setup.on("state", (state) => {
    if (state !== "left") return;
    isClosed = true;
    real?.close();
  });
  setup.view.files = files;
};

const nothing = { bytes: 0, total: 0, bytesPerSecond: 0, secondsLeft: undefined, peers: 0 };

/** A giving whose code is still on its way. */
function early(
  id: string,
  loading: Promise<LoadedFiles>,
  begin: (real: LoadedFiles) => Giving,
  { thumbnail }: OfferOptions,
): Giving {
  const { on, emit } = eventSource<{ change: [] }>();
  let real: Giving | undefined;
  const giving = loading.then((files) => {
    real = begin(files);
    real.on("change", () => emit("change"));
    emit("change");
    return real;
  });
  const done = giving.then((one) => one.done);
  done.catch(() => {});
  const later = (act: (one: Giving) => void) => () => void giving.then(act, () => {});
  return {
    id,
    get name() {
      return real?.name ?? "";
    },
    get size() {
      return real?.size ?? 0;
    },
    get files() {
      return real?.files ?? [];
    },
    get progress() {
      return real?.progress ?? nothing;
    },
    get state() {
      return real?.state ?? "preparing";
    },
    get takers() {
      return real?.takers ?? new Map();
    },
    get isSpread() {
      return real?.isSpread ?? false;
    },
    thumbnail,
    done,
    pause: later((one) => one.pause()),
    resume: later((one) => one.resume()),
    cancel: later((one) => one.cancel()),
    on,
    async *[Symbol.asyncIterator]() {
      yield* await giving;
    },
  };
}
