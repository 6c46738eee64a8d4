import type { PeerId } from "@parlour/protocol";
import type { LayerFacts } from "./choice/layers.ts";
import { Loudness } from "./choice/speakers.ts";
import type { Connection } from "./connection.ts";
import type { Sending, SendingLine } from "./seams.ts";
import type { UpstreamStream } from "./upstream/stream.ts";

/** A layer that lacks this many packets of its fellows' frames, and was silent this long, does not flow. */
const missedFrames = 6;
const silentMs = 500;
/** A picture all of whose layers are silent may be a still screen: this long they count as flowing. */
const stillMs = 6_000;

/** One picture or sound that a page publishes: a sending line of its connection, with one stream per layer. */
export class Publication {
  readonly connection: Connection;
  readonly peer: PeerId;
  readonly source: string;
  readonly kind: "audio" | "video";
  readonly loudness = new Loudness();
  line: SendingLine;
  /** What the page says of it. Nothing is passed on but what is `on`. */
  sending: Sending = "none";
  /** From small to large; holes where a layer has not come yet. */
  readonly layers: (UpstreamStream | undefined)[] = [];
  /** Of all layers together; by layer, how many there were at its last packet. */
  #frames = 0;
  readonly #framesAtLast: number[] = [];

  constructor(connection: Connection, line: SendingLine) {
    this.connection = connection;
    this.peer = connection.peer;
    this.source = line.source;
    this.kind = line.kind;
    this.line = line;
  }

  /** Counts a packet of that layer, which may have begun a frame. */
  came(layer: number, hasNewFrame: boolean): void {
    if (hasNewFrame) this.#frames++;
    this.#framesAtLast[layer] = this.#frames;
  }

  layerFacts(now: number): LayerFacts[] {
    // Not `map`, which passes over layers that have not come.
    return Array.from(this.layers, (stream, index) => ({
      height: stream?.height ?? 0,
      bits: stream?.bits ?? 0,
      isFlowing: stream !== undefined && this.#isFlowing(stream, index, now),
    }));
  }

  #isFlowing(stream: UpstreamStream, layer: number, now: number): boolean {
    const silent = now - stream.lastPacketAt;
    if (silent > stillMs) return false;
    return silent < silentMs || this.#frames - (this.#framesAtLast[layer] ?? 0) < missedFrames;
  }
}
