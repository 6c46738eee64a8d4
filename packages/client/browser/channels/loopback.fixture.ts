import type { Peer } from "../api.ts";
import type { LinkPart } from "../seams.ts";

/** Connections between two pages in one process, which tests drive frame by frame. */

/** A data channel whose other end is in the same process. What is sent waits in `outbox` until the test lets it go. */
export class FakeDataChannel {
  readyState: RTCDataChannelState = "connecting";
  binaryType = "";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  other: FakeDataChannel | undefined;
  outbox: Uint8Array[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  highest = 0;
  label: string;
  init: RTCDataChannelInit;
  constructor(label: string, init: RTCDataChannelInit) {
    this.label = label;
    this.init = init;
  }
  send(frame: Uint8Array): void {
    if (this.readyState !== "open") throw new Error("InvalidStateError");
    this.outbox.push(frame.slice());
    this.bufferedAmount += frame.length;
    this.highest = Math.max(this.highest, this.bufferedAmount);
  }
  /** One frame arrives at the other end; false when there is none. */
  step(): boolean {
    const frame = this.outbox.shift();
    if (!frame) return false;
    const before = this.bufferedAmount;
    this.bufferedAmount -= frame.length;
    this.other?.onmessage?.({ data: frame.buffer });
    if (before > this.bufferedAmountLowThreshold && this.bufferedAmount <= this.bufferedAmountLowThreshold)
      this.onbufferedamountlow?.();
    return true;
  }
}
export class FakeConnection {
  channels: FakeDataChannel[] = [];
  createDataChannel(label: string, init: RTCDataChannelInit): FakeDataChannel {
    const channel = new FakeDataChannel(label, init);
    this.channels[init.id ?? -1] = channel;
    return channel;
  }
  bulk = (): FakeDataChannel => this.channels[2] as FakeDataChannel;
  close(): void {
    for (const channel of this.channels) {
      channel.readyState = "closed";
      channel.onclose?.();
    }
  }
}

export const peerNamed = (name: string, presence: Peer["presence"] = "here"): Peer =>
  ({ id: name.padEnd(22, "_"), name, presence }) as Peer;

export interface Wire {
  readonly a: FakeConnection;
  readonly b: FakeConnection;
  /** Lets frames travel until nothing is under way. */
  settle(): Promise<void>;
  cut(): void;
}
/** A new connection between two pages, already open. */
export function connect(a: LinkPart, b: LinkPart): Wire {
  const ends = [new FakeConnection(), new FakeConnection()] as const;
  for (const [i, part] of [a, b].entries())
    part.attach(ends[i as 0 | 1] as unknown as RTCPeerConnection, "either");
  for (const [i, channel] of ends[0].channels.entries()) {
    const other = ends[1].channels[i] as FakeDataChannel;
    channel.other = other;
    other.other = channel;
  }
  const all = ends.flatMap((end) => end.channels);
  for (const channel of all) {
    channel.readyState = "open";
    channel.onopen?.();
  }
  return {
    a: ends[0],
    b: ends[1],
    async settle() {
      for (let quiet = 0; quiet < 3; ) {
        quiet = all.map((channel) => channel.step()).includes(true) ? 0 : quiet + 1;
        await Promise.resolve();
      }
    },
    cut() {
      for (const end of ends) end.close();
    },
  };
}
