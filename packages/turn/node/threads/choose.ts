import type { Rate, TurnLimits } from "../../core/index.ts";
import { isPossible } from "../batched/kernel.ts";
import type { TurnServerOptions } from "../options.ts";
import { canSharePorts } from "../udp.ts";
import type { ThreadSetup } from "./messages.ts";
import { Impossible, Threads, type ThreadsSetup } from "./threads.ts";

/** How UDP is read and sent. */
export type UdpPath =
  /** Many packets at once, in so many threads of their own. */
  | { readonly kind: "fast"; readonly workers: number }
  /** By Node's sockets, and why: in so many threads of their own, or, where it is one, in the thread that made the server. */
  | { readonly kind: "plain"; readonly workers: number; readonly why: string };

/** What can be said of it before anything is started. */
export interface ThreadPlan {
  /** Threads besides the first that there may be. */
  readonly workers: number;
  /** Why the fast path is out of the question. */
  readonly obstacle: string | undefined;
  /** Whether threads with Node's sockets can take its place. */
  readonly mayBePlain: boolean;
  /** Several threads are wanted, and one may be all there is. */
  readonly wantsMore: boolean;
}

export function planThreads({ fastPath = "auto", workers = 1, now }: TurnServerOptions): ThreadPlan {
  const obstacle =
    fastPath === "off"
      ? "it is turned off"
      : now !== undefined
        ? "the server has a clock of its own"
        : isPossible()
          ? undefined
          : "it is for Linux on x64 and arm64";
  const mayBePlain = workers > 1 && now === undefined && canSharePorts();
  return {
    workers: obstacle === undefined || mayBePlain ? workers : 0,
    obstacle,
    mayBePlain,
    wantsMore: workers > 1,
  };
}

interface UdpSetup extends Pick<ThreadsSetup, "onPassed" | "onFault" | "onLost"> {
  readonly limits: TurnLimits;
  readonly setup: (thread: number, udp: ThreadSetup["udp"], limits: TurnLimits) => ThreadSetup;
}

/** Starts the threads that there can be: those of the fast path, else those with Node's sockets, else none. */
export async function chooseUdp(
  { workers, obstacle, mayBePlain, wantsMore }: ThreadPlan,
  { limits, setup, ...events }: UdpSetup,
): Promise<{ readonly path: UdpPath; readonly threads: Threads | undefined }> {
  const each = limitsOfOne(limits, workers);
  const start = (udp: ThreadSetup["udp"]): Promise<Threads> =>
    Threads.start({ ...events, count: workers, setup: (thread) => setup(thread, udp, each) });
  let why = obstacle;
  if (why === undefined) {
    try {
      return { path: { kind: "fast", workers }, threads: await start("fast") };
    } catch (error) {
      if (!(error instanceof Impossible)) events.onFault(error);
      why = `it can't be had here: ${(error as Error).message.split("\n")[0]}`;
    }
  }
  if (mayBePlain) return { path: { kind: "plain", workers, why }, threads: await start("plain") };
  const more = wantsMore && !canSharePorts() ? "; several threads need it, or Node 22.12" : "";
  return { path: { kind: "plain", workers: 1, why: `${why}${more}` }, threads: undefined };
}

/** UDP comes by one of the threads, chosen by the client's address and port: together they answer as often as one would. */
function limitsOfOne(limits: TurnLimits, threads: number): TurnLimits {
  const share = ({ perSecond, burst }: Rate): Rate => ({
    perSecond: perSecond / threads,
    burst: Math.max(1, Math.floor(burst / threads)),
  });
  return {
    ...limits,
    unprovenReplies: share(limits.unprovenReplies),
    unprovenRepliesOfOthers: share(limits.unprovenRepliesOfOthers),
    sources: Math.ceil(limits.sources / threads),
  };
}
