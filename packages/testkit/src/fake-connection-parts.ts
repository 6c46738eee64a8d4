import type { FakeDirection } from "./fake-connection-description.ts";

/** The small things that a fake connection is made of. */

export interface FakeEvent {
  readonly type: string;
  readonly candidate?: FakeCandidate | null;
  readonly data?: unknown;
}
export interface FakeCandidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}

export class FakeEvents {
  readonly #listeners = new Map<string, Set<(event: FakeEvent) => void>>();
  addEventListener(type: string, listener: (event: FakeEvent) => void): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }
  removeEventListener(type: string, listener: (event: FakeEvent) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }
  dispatch(event: FakeEvent): void {
    for (const listener of [...(this.#listeners.get(event.type) ?? [])]) listener(event);
  }
}

/** An error with the name that the browser's would have. */
export function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

export interface FakeTrack {
  readonly kind: "audio" | "video";
  readonly id: string;
}

export interface FakeEncoding {
  active: boolean;
  maxBitrate?: number;
  scaleResolutionDownBy?: number;
}
export interface FakeSendParameters {
  transactionId: string;
  encodings: FakeEncoding[];
}

export interface FakeIceTransport {
  onselectedcandidatepairchange: (() => void) | null;
}
/** As WebRTC Extensions' `RTCSetParameterOptions`. */
export interface FakeSetOptions {
  readonly encodingOptions?: readonly { readonly keyFrame?: boolean }[];
}

export class FakeTransceiver {
  mid: string | null = null;
  currentDirection: FakeDirection | null = null;
  readonly kind: "audio" | "video";
  readonly sender: {
    track: FakeTrack | null;
    replaceTrack(track: FakeTrack | null): Promise<void>;
    getParameters(): FakeSendParameters;
    setParameters(parameters: FakeSendParameters, options?: FakeSetOptions): Promise<void>;
    /** Bundled: all of a connection's senders have the same. */
    readonly transport: { readonly iceTransport: FakeIceTransport };
    /** How often a whole frame was asked for. */
    keyFrames: number;
  };
  readonly receiver: { readonly track: FakeTrack };
  #direction: FakeDirection;
  readonly #changed: () => void;
  constructor(
    kind: "audio" | "video",
    direction: FakeDirection,
    receiving: FakeTrack,
    iceTransport: FakeIceTransport,
    changed: () => void,
  ) {
    this.kind = kind;
    this.#direction = direction;
    this.#changed = changed;
    this.receiver = { track: receiving };
    const sender = {
      track: null as FakeTrack | null,
      replaceTrack: async (track: FakeTrack | null): Promise<void> => {
        if (track !== null && track.kind !== kind) throw namedError("TypeError", "another kind of track");
        sender.track = track;
      },
      getParameters: (): FakeSendParameters => ({
        transactionId: String(++asked),
        encodings: [{ ...encoding }],
      }),
      transport: { iceTransport },
      keyFrames: 0,
      setParameters: async (
        { transactionId, encodings }: FakeSendParameters,
        { encodingOptions = [] }: FakeSetOptions = {},
      ): Promise<void> => {
        // Each set needs a fresh get before it (W3C WebRTC, section 5.2).
        if (transactionId !== String(asked)) throw namedError("InvalidStateError", "not the last parameters");
        if (encodings.length !== 1)
          throw namedError("InvalidModificationError", "another number of encodings");
        asked++;
        encoding = { active: true, ...encodings[0] };
        if (encodingOptions[0]?.keyFrame) sender.keyFrames++;
      },
    };
    let asked = 0;
    let encoding: FakeEncoding = { active: true };
    this.sender = sender;
  }
  get direction(): FakeDirection {
    return this.#direction;
  }
  set direction(direction: FakeDirection) {
    if (direction === this.#direction) return;
    this.#direction = direction;
    this.#changed();
  }
}

/** A data channel that is agreed on both sides by its id. */
export class FakeDataChannel extends FakeEvents {
  readyState: "connecting" | "open" | "closed" = "connecting";
  binaryType = "arraybuffer";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readonly label: string;
  readonly id: number;
  /** Set by the connection: carries a message over. */
  carry: (data: unknown) => void = () => {};
  constructor(label: string, id: number) {
    super();
    this.label = label;
    this.id = id;
  }
  send(data: unknown): void {
    if (this.readyState !== "open") throw namedError("InvalidStateError", "the channel is not open");
    this.carry(data);
  }
  enter(state: "open" | "closed"): void {
    if (this.readyState === state || this.readyState === "closed") return;
    this.readyState = state;
    this.dispatch({ type: state === "open" ? "open" : "close" });
  }
  close(): void {
    this.enter("closed");
  }
}
