import {
  type Attribute,
  attributeOf,
  attributes,
  type Endpoint,
  hasIntegrity,
  iceAttributes,
  MessageWriter,
  methods,
  type Primitives,
  type StunMessage,
} from "@parlour/turn/core";

/** Of one side of a connection: letters and digits (RFC 8445, section 5.3). */
export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

/** What ICE needs from outside. */
export type IcePrimitives = Pick<Primitives, "hmacSha1" | "crc32" | "utf8" | "text">;

/** Over a path that was silent for so long nothing is sent any more (RFC 7675, section 5.1), ms. */
export const consentMs = 30_000;
/** Ways by which one page may be reached at a time. */
const mostPaths = 16;

/** Attributes below 0x8000 that a check may carry. */
const understood = new Set<number>([
  attributes.username,
  attributes.messageIntegrity,
  iceAttributes.priority,
  iceAttributes.useCandidate,
]);

/** The name that a check is for: what USERNAME says before the colon. The bytes are nobody's until `check` said so. */
export function ufragOf(message: StunMessage, text: IcePrimitives["text"]): string | undefined {
  const username = attributeOf(message, attributes.username);
  if (username === undefined || username.length > 513) return undefined;
  const [local] = text(username).split(":", 1);
  return local;
}

interface Generation {
  readonly local: IceCredentials;
  readonly remoteUfrag: string;
}

/**
 * ICE-lite for one connection (RFC 8445, sections 2.5, 6.1.1 and 7.3): the page checks paths and chooses one, and this side answers. No
 * clock, no sockets: `Path` is whatever packets come by. Checks count as consent too: they carry a password that only the page has
 * (RFC 7675, section 5.1 lets either side's checks do).
 */
export class IceLite<Path> {
  readonly #primitives: IcePrimitives;
  #current: Generation;
  /** After a restart, until the page has chosen a path with the new names: media goes on by the old ones (RFC 8445, section 9). */
  #previous: Generation | undefined = undefined;
  /** When each was heard last. */
  readonly #heardAt = new Map<Path, number>();
  #selected: Path | undefined = undefined;
  #lastHeardAt: number;

  constructor(primitives: IcePrimitives, local: IceCredentials, remoteUfrag: string, now: number) {
    this.#primitives = primitives;
    this.#current = { local, remoteUfrag };
    this.#lastHeardAt = now;
  }

  /** Our names that checks may come for. */
  get ufrags(): readonly string[] {
    const { local } = this.#current;
    return this.#previous === undefined ? [local.ufrag] : [local.ufrag, this.#previous.local.ufrag];
  }

  get remoteUfrag(): string {
    return this.#current.remoteUfrag;
  }

  get local(): IceCredentials {
    return this.#current.local;
  }

  /** Where to send: the path that the page chose last. */
  get selected(): Path | undefined {
    return this.#selected;
  }

  get paths(): Iterable<Path> {
    return this.#heardAt.keys();
  }

  /** Whether packets may come by it, because a check did. */
  has(path: Path): boolean {
    return this.#heardAt.has(path);
  }

  /** The page began anew with other names (RFC 8445, section 9): so does this side. */
  restart(local: IceCredentials, remoteUfrag: string): void {
    this.#previous = this.#current;
    this.#current = { local, remoteUfrag };
  }

  /**
   * A message that is for one of `ufrags`. `reply` goes back by the same path; without one the message is nobody's and nothing is said.
   * `isSound`: it came from the page. `dropped`: paths that are forgotten for it.
   */
  check(
    path: Path,
    message: StunMessage,
    from: Endpoint,
    now: number,
  ): { readonly reply?: Uint8Array; readonly isSound: boolean; readonly dropped: readonly Path[] } {
    const silence = { isSound: false, dropped: [] };
    if (message.class !== "request" || message.method !== methods.binding || !message.hasFingerprint)
      return silence;
    const username = attributeOf(message, attributes.username);
    if (username === undefined) return silence;
    const name = this.#primitives.text(username);
    const generation = [this.#current, this.#previous].find(
      (one) => one !== undefined && name === `${one.local.ufrag}:${one.remoteUfrag}`,
    );
    if (generation === undefined) return silence;
    const key = this.#primitives.utf8(generation.local.password);
    if (!hasIntegrity(message, key, this.#primitives.hmacSha1)) return silence;

    const unknown = message.attributes.flatMap(({ type }: Attribute) =>
      type < 0x8000 && !understood.has(type) ? [type] : [],
    );
    if (unknown.length > 0) {
      const writer = new MessageWriter(methods.binding, "error", message.transactionId);
      return { ...silence, reply: this.#signed(writer.error(420, true).unknown(unknown), key) };
    }
    // A lite side never controls (RFC 8445, section 6.1.1).
    if (attributeOf(message, iceAttributes.iceControlled) !== undefined) {
      const writer = new MessageWriter(methods.binding, "error", message.transactionId);
      return { ...silence, reply: this.#signed(writer.error(487, true), key) };
    }
    this.#heardAt.delete(path);
    this.#heardAt.set(path, now);
    this.#lastHeardAt = now;
    if (attributeOf(message, iceAttributes.useCandidate) !== undefined) {
      this.#selected = path;
      if (generation === this.#current) this.#previous = undefined;
    }
    const writer = new MessageWriter(methods.binding, "success", message.transactionId);
    const reply = this.#signed(writer.address(attributes.xorMappedAddress, from), key);
    return { reply, isSound: true, dropped: this.#forgetOldest() };
  }

  /** The path's socket is gone. */
  closed(path: Path): void {
    this.#heardAt.delete(path);
    if (this.#selected === path) this.#selected = undefined;
  }

  /** Whether the page has been silent for so long that nothing may be sent to it. */
  isSilent(now: number): boolean {
    return now - this.#lastHeardAt >= consentMs;
  }

  /** Forgets paths that were silent for so long; says which. */
  sweep(now: number): readonly Path[] {
    const old = [...this.#heardAt].filter(([, at]) => now - at >= consentMs).map(([path]) => path);
    for (const path of old) this.closed(path);
    return old;
  }

  #forgetOldest(): readonly Path[] {
    const dropped: Path[] = [];
    for (const path of this.#heardAt.keys()) {
      if (this.#heardAt.size <= mostPaths) break;
      if (path === this.#selected) continue;
      this.#heardAt.delete(path);
      dropped.push(path);
    }
    return dropped;
  }

  #signed(writer: MessageWriter, key: Uint8Array): Uint8Array {
    return writer.integrity(key, this.#primitives.hmacSha1).fingerprint(this.#primitives.crc32).finish();
  }
}
