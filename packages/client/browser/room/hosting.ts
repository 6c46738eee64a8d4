import type { HostFrame, Knocker, PeerId, Refusal } from "@parlour/protocol";
import { unacknowledgedMost } from "../../core/session/index.ts";
import type { ParlourError, RoomHost, WaitingPerson } from "../api.ts";
import { parlourError } from "../error.ts";
import { deferred } from "../events.ts";
import type { Card } from "../private/index.ts";

/** What a page asks for as host, and whom it knows to be waiting at the door. */
export function hosting(setup: {
  readonly put: (frame: HostFrame) => void;
  readonly isLeft: () => boolean;
  readonly onWaiting: () => void;
}) {
  const waiting = new Map<PeerId, WaitingPerson>();
  /** In the order of asking, which is that of the answers. */
  const asked: { readonly frame: HostFrame; readonly answer: ReturnType<typeof deferred<void>> }[] = [];

  const ask = async (frame: HostFrame): Promise<void> => {
    if (setup.isLeft()) throw parlourError("left");
    if (asked.length >= unacknowledgedMost) throw parlourError("too-many");
    const answer = deferred<void>();
    asked.push({ frame, answer });
    setup.put(frame);
    await answer.promise;
  };
  const host: RoomHost = {
    // What is undefined does not get into the frame.
    set: ({ isLocked: locked, title, passcode, knock }) =>
      ask({ type: "set", locked, title, passcode, knock } as HostFrame),
    mute: ({ id }, kind) => ask({ type: "mute", id, ...(kind && { kind }) }),
    remove: ({ id }) => ask({ type: "remove", id }),
    handOver: ({ id }) => ask({ type: "hand-over", id }),
    end: () => ask({ type: "end" }),
    admit: (id) => ask({ type: "admit", id }),
    deny: (id) => ask({ type: "deny", id }),
  };

  return {
    host,
    waiting: waiting as ReadonlyMap<PeerId, WaitingPerson>,
    /** `isPrivate`: the name is the card's, and who has none that opens is sent away. */
    knocks({ id, name = "", country }: Knocker, isPrivate: boolean, card: Card | undefined): void {
      if (isPrivate && !card) host.deny(id).catch(() => {});
      else {
        waiting.set(id, { id, name: card?.name ?? name, ...(country && { country }) });
        setup.onWaiting();
      }
    },
    /** Nobody given: nobody is known to wait any more. */
    knockEnded(id?: PeerId): void {
      const { size } = waiting;
      if (id === undefined) waiting.clear();
      else waiting.delete(id);
      if (waiting.size !== size) setup.onWaiting();
    },
    answered(refusal: Refusal | undefined): void {
      const answer = asked.shift()?.answer;
      if (refusal) answer?.reject(parlourError(refusal.code, { ...refusal }));
      else answer?.resolve();
    },
    /** The room is over for this page. */
    end(error: ParlourError): void {
      for (const { frame, answer } of asked.splice(0))
        if (frame.type === "end" && error.code === "room-ended") answer.resolve();
        else answer.reject(error);
    },
  };
}
