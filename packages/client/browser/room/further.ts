import { limits } from "@parlour/protocol";
import { unacknowledgedMost } from "../../core/session/further.ts";
import type { ParlourError, Peer, RoomHost } from "../api.ts";
import { parlourError } from "../error.ts";
import { deferred } from "../events.ts";
import { randomText } from "../private/bytes.ts";
import type { RoomEffect } from "../session/index.ts";
import { hosting } from "./hosting.ts";
import { errorOf, reasonOf } from "./reason.ts";
import type { Inside } from "./room.ts";

type Ask = (...what: never) => Promise<void>;

/** The other half of a room: what is said in a public one, what hosts do, and what becomes of it when something is another than when one came in. */
export function roomFurther(inside: Inside) {
  const { log, own, peers, privately, session, setup, view, waiting } = inside;
  const says = new Map<string, ReturnType<typeof deferred<number>>>();
  const hosts = hosting({
    session,
    isLeft: () => view.state === "left",
    waiting,
    onWaiting: () => inside.emit("waiting"),
    onAsked: (request) => inside.emit("asked", request),
    publications: view.publications,
    peers: peers.peers,
    membership: () => own.membership,
  });

  return {
    async take(effect: RoomEffect): Promise<void> {
      switch (effect.type) {
        case "live":
          // Told only when something happened before: on a first connection nothing was missed, and links would wait for their other half.
          for (const { driver } of peers.linked()) driver.resync();
          hosts.take(effect);
          break;
        case "ice-servers":
          own.iceServers = effect.iceServers;
          break;
        case "self":
          own.me = effect.me;
          inside.refresh();
          hosts.take(effect);
          break;
        case "network":
          for (const { driver } of peers.linked()) driver.restart("network");
          break;
        case "recovering":
          inside.setState("recovering", reasonOf(effect.refusal ?? "unreachable"));
          break;
        case "room":
          inside.refresh(effect.room);
          break;
        case "waiting":
          setup.options.onWaiting?.();
          break;
        case "say-accepted":
          says.get(effect.id)?.resolve(effect.at);
          break;
        case "say-refused":
          says.get(effect.id)?.reject(errorOf(effect.refusal));
          break;
        case "refused":
          log("refused", undefined, effect.refusal.code);
          hosts.take(effect);
          break;
        case "renew": {
          setup.notebook.clear();
          const { introduction, membership } = await setup.renew();
          own.membership = membership;
          session.put({ type: "renewed", introduction });
          break;
        }
        default:
          hosts.take(effect);
      }
    },

    async say(text: string, to: Peer | undefined): Promise<{ readonly id: string; readonly at: number }> {
      if (view.state === "left") throw parlourError("left");
      if (text === "") throw parlourError("bad-request");
      if (text.length > limits.textCharacters) throw parlourError("too-long");
      if (privately) return privately.say(text, view.self.name, to);
      if (session.unacknowledged >= unacknowledgedMost)
        throw parlourError("too-many", { detail: "Too much waits for the server." });
      const id = randomText(12);
      const said = deferred<number>();
      says.set(id, said);
      session.put({ type: "say", id, text, to: to?.id });
      return { id, at: await said.promise.finally(() => says.delete(id)) };
    },

    ask: (name: keyof RoomHost, what: never): Promise<void> =>
      (hosts.host[name] as Ask)(...(what as never[] as never)),

    end(error: ParlourError): void {
      for (const { reject } of says.values()) reject(error);
      hosts.end(error);
    },
  };
}
export type RoomFurther = ReturnType<typeof roomFurther>;
