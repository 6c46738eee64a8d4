import type { Channel, Message, ParlourError } from "../api.ts";
import type { ChannelHub, LinkPart } from "../seams.ts";
import { createChannelHub } from "./index.ts";
import { peerNamed } from "./loopback.fixture.ts";

/** Two hubs that know each other as Ada and Ben. */
export function pair(): {
  ada: ChannelHub;
  ben: ChannelHub;
  parts: readonly [LinkPart, LinkPart];
  problems: string[];
} {
  const problems: string[] = [];
  const make = (who: string): ChannelHub =>
    createChannelHub({ onProblem: (peer, { code }) => problems.push(`${who}: ${peer.name} ${code}`) });
  const [ada, ben] = [make("ada"), make("ben")];
  return { ada, ben, parts: [ada.add(peerNamed("Ben")), ben.add(peerNamed("Ada"))], problems };
}
export function received(channel: Channel): Message[] {
  const messages: Message[] = [];
  channel.on("message", (data) => messages.push(data));
  return messages;
}
/** How a promise stands now: never waits for it. */
export async function standing(promise: Promise<unknown>): Promise<string> {
  const pending = Symbol();
  try {
    const first = await Promise.race([promise, Promise.resolve().then(() => pending)]);
    return first === pending ? "pending" : "resolved";
  } catch (error) {
    return (error as ParlourError).code;
  }
}
