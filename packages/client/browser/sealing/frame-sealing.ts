import type { PeerId, RosterEntry } from "@parlour/protocol";
import type { Member } from "../../core/sealing/index.ts";
import { parlourError } from "../error.ts";
import { pageTime } from "../link/timekeeper.ts";
import type { FrameSealing, Post } from "../seams.ts";
import { canSealFrames } from "./capable.ts";
import { decodeKey, encodeKey, keysTopic } from "./key-message.ts";
import { ownKeys } from "./own-keys.ts";
import { startWorker } from "./start-worker.ts";
import type { FromWorker, LineOptions, ToWorker } from "./worker-messages.ts";

export interface FrameSealingSetup {
  readonly room: string;
  readonly own: { readonly me: RosterEntry };
  readonly seats: ReadonlyMap<PeerId, { readonly entry: RosterEntry }>;
  readonly post: Post;
  readonly log: (event: string, peer?: PeerId, detail?: string) => void;
}

export interface FrameSealingDriver extends FrameSealing {
  /** Who is in the room is another now. */
  seatsChanged(): void;
  /** This page has another seat: everyone is new to it. */
  renewed(): void;
  /** The room is left. */
  end(): void;
}

/** Resolves once the worker is there; rejects with `unreachable` when it can't be had. */
export async function openFrameSealing(setup: FrameSealingSetup): Promise<FrameSealingDriver> {
  if (!canSealFrames()) throw parlourError("insecure-page", { detail: "This browser can't seal frames." });
  const worker = startWorker();
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (cause) => reject(parlourError("unreachable", { cause }));
  });
  return frameSealing(setup, worker);
}

/** As it works once the worker is there. */
export function frameSealing(
  { room, own, seats, post, log }: FrameSealingSetup,
  worker: Pick<Worker, "postMessage" | "terminate"> & { onmessage: Worker["onmessage"] },
): FrameSealingDriver {
  const tell = (message: ToWorker): void => worker.postMessage(message);
  const stuck = new Map<number, () => void>();
  let lines = 0;
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.type === "stuck") stuck.get(data.line)?.();
    if (data.type === "counts") log("frames-dropped", undefined, JSON.stringify(data.counts));
  };

  const keys = ownKeys({
    room,
    timekeeper: pageTime,
    give: (to, key) => post.send(to, keysTopic, encodeKey(key)),
    use: (key) => tell({ type: "own", room, id: own.me.id, seat: own.me.number, key }),
    forget: () => tell({ type: "forget" }),
  });
  const members = (): Member[] =>
    [...seats].map(([id, { entry }]) => ({ id, isReachable: entry.presence === "here" }));
  /** Pages that were here when looked at last, by their seats. */
  let known = new Map<PeerId, string>();
  const look = () => new Map([...seats].map(([id, { entry }]) => [id, entry.epoch]));
  known = look();

  post.on(keysTopic, (from, bytes) => {
    const key = decodeKey(bytes);
    const seat = seats.get(from)?.entry.number;
    if (key && seat !== undefined) tell({ type: "key", room, id: from, seat, key });
    else log("frame-key-malformed", from);
  });

  const transform = (options: LineOptions) => new RTCRtpScriptTransform(worker as Worker, options);
  return {
    seal(sender, kind) {
      const line = lines++;
      sender.transform = transform({ line, way: "seal", kind });
      keys.put({ type: "start", members: members() });
      return { carry: (source) => tell({ type: "carry", line, source }) };
    },
    open(receiver, kind) {
      const line = lines++;
      receiver.transform = transform({ line, way: "open", kind });
      return {
        expect(from, onStuck) {
          if (from && onStuck) stuck.set(line, onStuck);
          else stuck.delete(line);
          tell({ type: "expect", line, from: from && { peer: from.peer, source: from.source } });
        },
      };
    },
    close() {
      stuck.clear();
      keys.put({ type: "stop" });
    },
    seatsChanged() {
      const before = known;
      known = look();
      for (const id of before.keys())
        if (!known.has(id)) {
          tell({ type: "gone", id });
          keys.put({ type: "left", id, members: members() });
        }
      for (const [id, epoch] of known)
        if (before.get(id) !== epoch) keys.put({ type: "joined", id, members: members() });
    },
    renewed() {
      known = look();
      keys.put({ type: "renew", members: members() });
    },
    end() {
      keys.put({ type: "stop" });
      worker.terminate();
    },
  };
}
