import {
  constants,
  createHash,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
  X509Certificate,
} from "node:crypto";
import { type MasterKey, profiles, type SrtpProfile } from "../srtp/keys.ts";
import { ReplayWindow } from "../srtp/replay.ts";
import { fingerprintOf } from "./certificate.ts";
import { Flights, type Outgoing } from "./flights.ts";
import { fragments, type HandshakeMessage, handshakeTypes, Reassembly, whole } from "./handshake.ts";
import { type ClientHello, cipherSuite, Reader, readClientHello, writeServerHello } from "./hello.ts";
import {
  contentTypes,
  type DtlsRecord,
  openRecord,
  type RecordKey,
  readRecords,
  writeRecord,
} from "./records.ts";
import { agreement, type KeyAgreement, pseudoRandom } from "./secrets.ts";

/** Keys of SRTP for both directions (RFC 5764, section 4.2). */
export interface SrtpKeys {
  readonly profile: SrtpProfile;
  readonly theirs: MasterKey;
  readonly ours: MasterKey;
}

/** Why a handshake or a connection ended. */
export type DtlsEnd =
  /** The other side said so. */
  | "closed"
  /** It does not speak what this side does, or not as it should. */
  | "protocol"
  /** It is not the one whose fingerprint was announced. */
  | "stranger"
  | "timeout";

/**
 *   waiting ─ ClientHello ─► greeted ─ Certificate … Finished ─► connected ─ close ─► ended
 *      └────────────── no time left, nonsense, stranger ───────────┴───────────────────┘
 */
export type DtlsState =
  | { readonly kind: "waiting" }
  | { readonly kind: "greeted" }
  | { readonly kind: "connected"; readonly keys: SrtpKeys }
  | { readonly kind: "ended"; readonly why: DtlsEnd };

export interface DtlsSetup {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  /** Of the page's certificate: `sha-256 AB:CD:…`, any of which will do. */
  readonly fingerprints: readonly string[];
  readonly send: (datagram: Uint8Array) => void;
  /** ms */
  readonly now: number;
}

/** A handshake has so long. */
const handshakeMs = 20_000;
/** How clients may sign (RFC 5246, section 7.4.1.4.1 and RFC 8446, section 4.2.3). */
const schemes = new Map<number, { readonly hash: string; readonly padding?: number }>([
  [0x0403, { hash: "sha256" }],
  [0x0503, { hash: "sha384" }],
  [0x0804, { hash: "sha256", padding: constants.RSA_PKCS1_PSS_PADDING }],
  [0x0401, { hash: "sha256", padding: constants.RSA_PKCS1_PADDING }],
]);
const ourScheme = 0x0403;
const certificateTypes = [64, 1];

class Fatal extends Error {
  readonly why: DtlsEnd;
  constructor(why: DtlsEnd, message: string) {
    super(message);
    this.why = why;
  }
}

/**
 * The server's side of DTLS 1.2 for SRTP: one suite, extended master secret, the client's certificate checked against its fingerprint
 * and its signature against the certificate. There is no cookie: whoever gets here was found by ICE to be where it says.
 */
export class DtlsServer {
  readonly #setup: DtlsSetup;
  readonly #reassembly = new Reassembly();
  readonly #transcript: Buffer[] = [];
  readonly #deadline: number;
  readonly #random = randomBytes(32);
  readonly #flights: Flights;
  #state: DtlsState = { kind: "waiting" };
  #messages = 0;
  #hello: ClientHello | undefined;
  #profile: SrtpProfile | undefined;
  #agreement: KeyAgreement | undefined;
  #peer: X509Certificate | undefined;
  #hasVerified = false;
  #master: Buffer | undefined;
  #theirKey: RecordKey | undefined;
  #replay: ReplayWindow | undefined;
  /** Of epoch 1, which may come before what it needs. */
  #early: Uint8Array | undefined;

  constructor(setup: DtlsSetup) {
    this.#setup = setup;
    this.#flights = new Flights(setup.send);
    this.#deadline = setup.now + handshakeMs;
  }

  get state(): DtlsState {
    return this.#state;
  }

  /** When `tick` is due, ms; Infinity: never. */
  get nextAt(): number {
    const isUnderWay = this.#state.kind === "waiting" || this.#state.kind === "greeted";
    return isUnderWay ? Math.min(this.#deadline, this.#flights.resendAt) : Number.POSITIVE_INFINITY;
  }

  /** One datagram from the page. */
  receive(datagram: Uint8Array, now: number): void {
    try {
      for (const record of readRecords(datagram)) {
        if (this.#state.kind === "ended") return;
        this.#record(record, now);
      }
      if (this.#early !== undefined && this.#theirKey !== undefined && this.#state.kind === "greeted") {
        const early = this.#early;
        this.#early = undefined;
        for (const record of readRecords(early)) this.#record(record, now);
      }
    } catch (error) {
      // What crypto throws for what it was given is the page's doing, too.
      this.#end(error instanceof Fatal ? error.why : "protocol");
    }
  }

  tick(now: number): void {
    if (this.#state.kind !== "waiting" && this.#state.kind !== "greeted") return;
    if (now >= this.#deadline) this.#end("timeout");
    else this.#flights.tick(now);
  }

  /** Says goodbye to a page that is connected. */
  close(): void {
    if (this.#state.kind === "connected") this.#flights.alert(1, 0, 1);
    if (this.#state.kind !== "ended") this.#state = { kind: "ended", why: "closed" };
  }

  #record(record: DtlsRecord, now: number): void {
    if (record.epoch === 0) {
      // Alerts and data that nobody signed mean nothing.
      if (record.type === contentTypes.handshake) this.#handshake(record.fragment, 0, now);
      return;
    }
    if (record.epoch !== 1) return;
    if (this.#theirKey === undefined) {
      // Finished may overtake what comes before it.
      if (record.type === contentTypes.handshake && record.fragment.length < 256)
        this.#early = writeRecord(
          record.type,
          1,
          Buffer.from(record.sequence).readUIntBE(2, 6),
          record.fragment,
        );
      return;
    }
    const number = Buffer.from(record.sequence).readUIntBE(2, 6);
    if (this.#replay?.isFresh(number) === false) return;
    const plain = openRecord(this.#theirKey, record);
    if (plain === undefined) return;
    if (this.#replay === undefined) this.#replay = new ReplayWindow(number);
    else this.#replay.accept(number);
    if (record.type === contentTypes.handshake) this.#handshake(plain, 1, now);
    else if (record.type === contentTypes.alert && this.#state.kind === "connected")
      if (plain[0] === 2 || plain[1] === 0) this.#state = { kind: "ended", why: "closed" };
  }

  #handshake(bytes: Uint8Array, epoch: 0 | 1, now: number): void {
    if (this.#state.kind === "connected") {
      // Its Finished again: it did not get ours. Only under its key, so that nobody else makes us send.
      if (epoch === 1) this.#flights.again();
      return;
    }
    const { messages, isRepeated } = this.#reassembly.take(bytes);
    if (isRepeated && messages.length === 0 && !this.#flights.isEmpty) {
      this.#flights.again();
      return;
    }
    for (const message of messages) this.#message(message, epoch, now);
  }

  #message(message: HandshakeMessage, epoch: 0 | 1, now: number): void {
    const { type, body } = message;
    const isLast = type === handshakeTypes.finished;
    if (isLast !== (epoch === 1)) throw new Fatal("protocol", "A message came under the wrong keys.");
    switch (type) {
      case handshakeTypes.clientHello:
        if (this.#hello !== undefined) throw new Fatal("protocol", "A second hello.");
        this.#transcript.push(whole(message));
        this.#greet(readClientHello(body), now);
        return;
      case handshakeTypes.certificate:
        this.#certificate(body);
        break;
      case handshakeTypes.clientKeyExchange:
        this.#transcript.push(whole(message));
        this.#exchange(body);
        return;
      case handshakeTypes.certificateVerify:
        this.#verify(body);
        break;
      case handshakeTypes.finished:
        this.#finish(message);
        return;
      default:
        throw new Fatal("protocol", `Message ${type} is not expected.`);
    }
    this.#transcript.push(whole(message));
  }

  #greet(hello: ClientHello, now: number): void {
    const profile = profiles.find(({ code }) => hello.srtpProfiles.includes(code));
    const ours = agreement(hello.groups);
    if (!hello.suites.includes(cipherSuite) || profile === undefined || ours === undefined)
      throw new Fatal("protocol", "No suite, profile or curve in common.");
    // Without it a session can be made to look like another (RFC 7627); every browser has it.
    if (!hello.hasExtendedMasterSecret) throw new Fatal("protocol", "No extended master secret.");
    this.#hello = { ...hello, random: hello.random.slice() };
    this.#profile = profile;
    this.#agreement = ours;
    const { certificate, privateKey } = this.#setup;
    const key = Buffer.concat([Buffer.from([3, 0, ours.group, ours.publicKey.length]), ours.publicKey]);
    const signature = sign("sha256", Buffer.concat([hello.random, this.#random, key]), privateKey);
    const scheme = Buffer.from([ourScheme >> 8, ourScheme & 255]);
    const offeredSchemes = [...schemes.keys()].flatMap((one) => [one >> 8, one & 255]);
    const flight = [
      this.#say(handshakeTypes.serverHello, writeServerHello(this.#random, hello, profile.code)),
      this.#say(handshakeTypes.certificate, vector(3, vector(3, certificate))),
      this.#say(handshakeTypes.serverKeyExchange, Buffer.concat([key, scheme, vector(2, signature)])),
      this.#say(
        handshakeTypes.certificateRequest,
        Buffer.concat([
          vector(1, Uint8Array.from(certificateTypes)),
          vector(2, Uint8Array.from(offeredSchemes)),
          vector(2, new Uint8Array()),
        ]),
      ),
      this.#say(handshakeTypes.serverHelloDone, new Uint8Array()),
    ].flat();
    this.#state = { kind: "greeted" };
    this.#flights.begin(flight, now);
  }

  #certificate(body: Uint8Array): void {
    const list = new Reader(new Reader(body).vector(3));
    if (this.#peer !== undefined || list.isAtEnd)
      throw new Fatal("stranger", "The page shows no certificate.");
    const certificate = list.vector(3);
    const isKnown = this.#setup.fingerprints.some(
      (known) => known === fingerprintOf(certificate, known.slice(0, known.indexOf(" "))),
    );
    if (!isKnown) throw new Fatal("stranger", "The page's certificate is not the one it announced.");
    this.#peer = new X509Certificate(certificate);
  }

  #exchange(body: Uint8Array): void {
    const { hello, agreement: ours } = this.#greeted();
    if (this.#peer === undefined || this.#master !== undefined)
      throw new Fatal("protocol", "A key exchange at the wrong time.");
    const shared = ours.agree(new Reader(body).vector(1));
    this.#master = pseudoRandom(shared, "extended master secret", this.#digest(), 48);
    const block = pseudoRandom(
      this.#master,
      "key expansion",
      Buffer.concat([this.#random, hello.random]),
      40,
    );
    this.#theirKey = { key: block.subarray(0, 16), salt: block.subarray(32, 36) };
    this.#flights.key = { key: block.subarray(16, 32), salt: block.subarray(36, 40) };
  }

  #verify(body: Uint8Array): void {
    if (this.#peer === undefined || this.#master === undefined || this.#hasVerified)
      throw new Fatal("protocol", "A signature at the wrong time.");
    const reader = new Reader(body);
    const scheme = schemes.get(reader.number(2));
    if (scheme === undefined) throw new Fatal("protocol", "A signature of another kind.");
    const key = {
      key: this.#peer.publicKey,
      ...(scheme.padding === undefined ? {} : { padding: scheme.padding }),
    };
    this.#hasVerified = verify(scheme.hash, Buffer.concat(this.#transcript), key, reader.vector(2));
    if (!this.#hasVerified) throw new Fatal("stranger", "The page has not the key of its certificate.");
  }

  #finish(message: HandshakeMessage): void {
    const { hello } = this.#greeted();
    const [master, profile] = [this.#master, this.#profile];
    if (master === undefined || profile === undefined || !this.#hasVerified)
      throw new Fatal("protocol", "Finished at the wrong time.");
    const expected = pseudoRandom(master, "client finished", this.#digest(), 12);
    if (message.body.length !== 12 || !timingSafeEqual(expected, message.body))
      throw new Fatal("protocol", "The page saw another handshake.");
    this.#transcript.push(whole(message));
    const ours = pseudoRandom(master, "server finished", this.#digest(), 12);
    const flight: Outgoing[] = [
      { type: contentTypes.changeCipherSpec, epoch: 0, payload: Uint8Array.of(1) },
      ...this.#say(handshakeTypes.finished, ours, 1),
    ];
    const { keyBytes, saltBytes } = profile;
    const material = pseudoRandom(
      master,
      "EXTRACTOR-dtls_srtp",
      Buffer.concat([hello.random, this.#random]),
      2 * (keyBytes + saltBytes),
    );
    const salts = material.subarray(2 * keyBytes);
    this.#state = {
      kind: "connected",
      keys: {
        profile,
        theirs: { key: material.subarray(0, keyBytes), salt: salts.subarray(0, saltBytes) },
        ours: { key: material.subarray(keyBytes, 2 * keyBytes), salt: salts.subarray(saltBytes) },
      },
    };
    this.#flights.begin(flight);
    this.#transcript.length = 0;
  }

  #greeted(): { readonly hello: ClientHello; readonly agreement: KeyAgreement } {
    if (this.#hello === undefined || this.#agreement === undefined)
      throw new Fatal("protocol", "Something came before the hello.");
    return { hello: this.#hello, agreement: this.#agreement };
  }

  #digest(): Buffer {
    const hash = createHash("sha256");
    for (const message of this.#transcript) hash.update(message);
    return hash.digest();
  }

  /** A message of ours, counted for the transcript. */
  #say(type: number, body: Uint8Array, epoch: 0 | 1 = 0): readonly Outgoing[] {
    const message = { type, sequence: this.#messages++, body };
    this.#transcript.push(whole(message));
    return fragments(message).map((payload) => ({ type: contentTypes.handshake, epoch, payload }));
  }

  #end(why: DtlsEnd): void {
    // handshake_failure, so that a page that is only too old learns of it at once.
    if (this.#state.kind === "waiting" || this.#state.kind === "greeted") this.#flights.alert(2, 40, 0);
    this.#state = { kind: "ended", why };
  }
}

/** Something with its length before it, in so many bytes. */
function vector(lengthBytes: number, bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(bytes.length, 0, lengthBytes);
  return Buffer.concat([length, bytes]);
}
