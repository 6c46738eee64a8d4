/** A secret and the step that it is of. Whoever has it has all later steps of its generation. */
export interface GivenKey {
  readonly generation: number;
  readonly step: number;
  /** 32 bytes. */
  readonly secret: Uint8Array<ArrayBuffer>;
}

/** What `RTCRtpScriptTransform` is made with. */
export interface LineOptions {
  readonly line: number;
  readonly way: "seal" | "open";
  readonly kind: "audio" | "video";
}

/** What the page tells the worker that seals and opens. */
export type ToWorker =
  /** Frames are sealed with this from now on. */
  | {
      readonly type: "own";
      readonly room: string;
      readonly id: string;
      readonly seat: number;
      readonly key: GivenKey;
    }
  /** Nothing is sealed from now on. */
  | { readonly type: "forget" }
  /** A key of another page. */
  | {
      readonly type: "key";
      readonly room: string;
      readonly id: string;
      readonly seat: number;
      readonly key: GivenKey;
    }
  | { readonly type: "gone"; readonly id: string }
  | { readonly type: "carry"; readonly line: number; readonly source: string | null }
  | {
      readonly type: "expect";
      readonly line: number;
      readonly from: { readonly peer: string; readonly source: string } | null;
    };

export type FromWorker =
  | { readonly type: "ready" }
  /** Pictures come that can't be opened, or not be decoded without a whole one. */
  | { readonly type: "stuck"; readonly line: number }
  /** Frames since the worker began, by what became of them; at most once a second, when something new was dropped. */
  | { readonly type: "counts"; readonly counts: Readonly<Record<string, number>> };
