import type { HostFrame, Knocker, PeerId } from "@parlour/protocol";
import { type AskingInput, askedMost, asking, nothingAsked } from "../../core/session/asking.ts";
import type { AskedEvent, ParlourError, Peer, Publication, RoomHost, WaitingPerson } from "../api.ts";
import { parlourError } from "../error.ts";
import { deferred } from "../events.ts";
import type { RoomEffect, SessionDriver } from "../session/index.ts";
import type { Membership } from "./membership.ts";

/** What a page asks for as host, whom it knows to be waiting at the door, and what a host asks of it. */
export function hosting(setup: {
  readonly session: Pick<SessionDriver, "send" | "connection">;
  readonly isLeft: () => boolean;
  /** Filled here. */
  readonly waiting: Map<PeerId, WaitingPerson>;
  readonly onWaiting: () => void;
  readonly onAsked: (request: AskedEvent) => void;
  readonly publications: ReadonlyMap<string, Publication>;
  readonly peers: ReadonlyMap<PeerId, Peer>;
  /** Private rooms only. */
  readonly membership: () => Membership | undefined;
}) {
  const { session, waiting } = setup;
  let state = nothingAsked;
  /** Of those that are asked, in the same order. */
  const answers: ReturnType<typeof deferred<void>>[] = [];
  const put = (input: AskingInput): void => {
    const step = asking(state, input, session.connection);
    state = step.asking;
    for (const effect of step.effects) {
      if (effect.type === "send") session.send(effect.frame);
      else {
        const answer = answers.shift();
        const { refusal } = effect;
        if (refusal) answer?.reject(parlourError(refusal.code, { ...refusal }));
        else answer?.resolve();
      }
    }
  };

  const ask = async (frame: HostFrame): Promise<void> => {
    if (setup.isLeft()) throw parlourError("left");
    if (answers.length >= askedMost) throw parlourError("too-many");
    const answer = deferred<void>();
    answers.push(answer);
    put({ type: "ask", frame });
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

  const knocks = async (knocker: Knocker): Promise<void> => {
    const { id, name = "", country } = knocker;
    const membership = setup.membership();
    const card = await membership?.open(knocker);
    // The name is the card's, and who has none that opens is sent away.
    if (membership && !card) host.deny(id).catch(() => {});
    else {
      waiting.set(id, { id, name: card?.name ?? name, ...(country && { country }) });
      setup.onWaiting();
    }
  };
  const nobodyWaits = (): void => {
    if (waiting.size === 0) return;
    waiting.clear();
    setup.onWaiting();
  };

  const handle = async (effect: RoomEffect): Promise<void> => {
    switch (effect.type) {
      case "welcome":
        nobodyWaits();
        for (const knocker of effect.welcome.waiting ?? []) await knocks(knocker);
        break;
      case "self":
        if (effect.me.role === "member") nobodyWaits();
        break;
      case "knocking":
        await knocks(effect.peer);
        break;
      case "knock-ended":
        if (waiting.delete(effect.id)) setup.onWaiting();
        break;
      case "asked": {
        const { what, kind } = effect;
        const by = setup.peers.get(effect.by);
        if (!by) break;
        for (const publication of setup.publications.values()) publication.mute(kind);
        setup.onAsked({ what, by, ...(kind && { kind }) });
        break;
      }
      case "live":
        put({ type: "connected" });
        break;
      case "done":
      case "refused":
        put({ ...effect, type: "answer" });
    }
  };
  /** One after the other: opening a card takes a moment, and order matters. */
  let queue = Promise.resolve();

  return {
    host,
    take(effect: RoomEffect): void {
      queue = queue.then(() => handle(effect));
    },
    /** The room is over for this page. */
    end(error: ParlourError): void {
      for (const [i, { resolve, reject }] of answers.splice(0).entries())
        if (state.frames[i]?.type === "end" && error.code === "room-ended") resolve();
        else reject(error);
    },
  };
}
