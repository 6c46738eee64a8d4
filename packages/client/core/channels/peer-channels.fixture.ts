import { type Carrier, type Delivery, decodeFrame, encodePart, type Frame } from "./frames.ts";
import { createPeerChannels, type Effect, type PeerChannels } from "./peer-channels.ts";

/** How many empty messages may wait: each counts 4 KiB. */
export const waitingMessages = 64;
export const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);
let ids = 0;
export const send = (core: PeerChannels, name: string, delivery: Delivery, data: Uint8Array): number => {
  const id = ids++;
  core.send(name, delivery, "bytes", data, id);
  return id;
};
/** Pulls and gives one frame. */
export function pull(
  core: PeerChannels,
  carrier: Carrier = "bulk",
): { frame: Uint8Array; effects: readonly Effect[] } {
  const output = core.pull(carrier);
  return output ? { frame: output.frame, effects: output.given() } : { frame: new Uint8Array(), effects: [] };
}
export function pullAll(core: PeerChannels, carrier: Carrier = "bulk"): Frame[] {
  const frames: Frame[] = [];
  for (let { frame } = pull(core, carrier); frame.length; { frame } = pull(core, carrier)) {
    const decoded = decodeFrame(carrier, frame);
    if (typeof decoded === "string") throw new Error(decoded);
    frames.push(decoded);
  }
  return frames;
}
export function attached(): PeerChannels {
  const core = createPeerChannels();
  core.attach();
  return core;
}
export function listening(name: string, delivery: Delivery): PeerChannels {
  const core = attached();
  core.open(name, delivery);
  core.listen(name);
  return core;
}
export const start = (number: number, length = 1, channel = 0): Uint8Array =>
  encodePart(false, channel, { kind: "bytes", number }, bytes(length), 0).frame;
export const ended = (code: string): Effect => ({ type: "ended", code, fault: "theirs" }) as Effect;
export const types = (frames: readonly Frame[]): string =>
  frames.map((frame) => `${frame.type}${"channel" in frame ? frame.channel : ""}`).join(" ");
