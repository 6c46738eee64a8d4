/** A certificate with its key, and a place that such pairs come from. */

/** PEM texts as Node's `tls` takes them. */
export interface CertificatePair {
  /** The server's certificate, then its chain. */
  readonly cert: string;
  readonly key: string;
}

/** Where the server's certificate comes from; it may change while the server runs. */
export interface CertificateSource {
  /** The pair to use now. */
  readonly pair: CertificatePair;
  /** PEM of the authority that visitors have to trust; absent where they need nothing. */
  readonly authority?: string;
  /** Looks for something new at once, not at the next turn. Settles when `pair` is right. */
  check(): Promise<void>;
  /** Stops watching. */
  close(): void;
}

/** What every source is given. */
export interface SourceEvents {
  /** There is a new `pair`. */
  readonly changed: (pair: CertificatePair) => void;
  /** Something that the host should read: one sentence, without secrets. */
  readonly notable: (sentence: string) => void;
}

/** A certificate that can't be had; the message is for the host and says what to do. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}
