import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { FromForwarder, PeerId, ToForwarder } from "@parlour/protocol";
import { attributes, decodeMessage, iceAttributes, MessageWriter, methods } from "@parlour/turn/core";
import { primitives } from "@parlour/turn/datagrams";
import { DtlsClient, HashAlgorithm, SignatureAlgorithm } from "werift";
import { readDescription } from "../core/sdp/lines.ts";
import { makeCertificate } from "./dtls/certificate.ts";
import type { EngineEvents, ForwardingEngine, Reach } from "./engine-api.ts";
import { profiles } from "./srtp/keys.ts";
import { SrtpReceiver, SrtpSender } from "./srtp/session.ts";

/** An offer that Chromium made, with a line each for sound and a picture both ways. */
export const recorded = readFileSync(
  new URL("../core/sdp/recorded/chromium-156.sdp", import.meta.url),
  "utf8",
);
/** In that offer. */
export const soundSsrc = 2476319894;
export const opus = 111;

const certificate = makeCertificate(Date.now());
const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END ${label}-----\n`;

export const nobody: Reach = { addresses: ["127.0.0.1"] };
export const peerNamed = (name: string): PeerId => name.padEnd(22, "_") as PeerId;

/** What the engine said to whom; made before the engine. */
export class Hearing {
  readonly all: { readonly peer: string; readonly message: FromForwarder }[] = [];
  readonly restarts: string[][] = [];
  #waiting: (() => void)[] = [];

  readonly events: EngineEvents = {
    send: (_room, peer, payload) => {
      this.all.push({ peer, message: JSON.parse(Buffer.from(payload).toString()) as FromForwarder });
      for (const check of this.#waiting) check();
    },
    restarted: (rooms) => this.restarts.push([...rooms]),
  };

  /** The next message of that type. */
  hearNext<Kind extends FromForwarder["type"]>(peer: string, type: Kind) {
    const known = new Set(this.all.map(({ message }) => message));
    return this.hear(peer, type, (message) => !known.has(message));
  }

  /** The first message like that, now or later. */
  hear<Kind extends FromForwarder["type"]>(
    peer: string,
    type: Kind,
    holds: (message: Extract<FromForwarder, { type: Kind }>) => boolean = () => true,
  ): Promise<Extract<FromForwarder, { type: Kind }>> {
    type Wanted = Extract<FromForwarder, { type: Kind }>;
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.all.find(
          (one) => one.peer === peer && one.message.type === type && holds(one.message as Wanted),
        );
        if (found === undefined) return;
        this.#waiting = this.#waiting.filter((one) => one !== check);
        resolve(found.message as Wanted);
      };
      this.#waiting.push(check);
      check();
    });
  }
}

/** A page without a browser: ICE, DTLS by werift, SRTP, over a real socket. */
export class FakePage {
  readonly peer: PeerId;
  readonly received: Uint8Array[] = [];
  readonly ufrag = randomBytes(6).toString("hex");
  readonly #password = randomBytes(12).toString("hex");
  readonly #engine: ForwardingEngine;
  readonly #room: string;
  readonly #hearing: Hearing;
  #socket: Socket | undefined;
  #target: { readonly address: string; readonly port: number } | undefined;
  #remote: { readonly ufrag: string; readonly password: string } | undefined;
  #client: DtlsClient | undefined;
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;
  #checked: (() => void) | undefined;
  #n = 0;
  #sequence = 1000;
  #onPacket: (() => void)[] = [];

  constructor(engine: ForwardingEngine, hearing: Hearing, room: string, name: string) {
    this.#engine = engine;
    this.#hearing = hearing;
    this.#room = room;
    this.peer = peerNamed(name);
    engine.open(room);
    engine.admit(room, this.peer, nobody);
  }

  say(message: ToForwarder): void {
    this.#engine.receive(this.#room, this.peer, Buffer.from(JSON.stringify(message)));
  }

  /** Offers, connects and says what it publishes. */
  async connect(connection = 1): Promise<void> {
    const sdp = recorded
      .replaceAll(/a=ice-ufrag:.*/g, `a=ice-ufrag:${this.ufrag}`)
      .replaceAll(/a=ice-pwd:.*/g, `a=ice-pwd:${this.#password}`)
      .replaceAll(/a=fingerprint:.*/g, `a=fingerprint:${certificate.fingerprint}`);
    const sends: Extract<ToForwarder, { type: "offer" }>["sends"] = {
      0: { source: "camera", kind: "audio" },
    };
    const n = ++this.#n;
    const answered = this.#hearing.hear(
      this.peer,
      "answer",
      (message) => message.connection === connection && message.n === n,
    );
    this.say({ type: "offer", connection, n, sdp, sends });
    this.say({ type: "sources", n: ++this.#n, sources: { camera: { audio: "on", video: "none" } } });
    const answer = String((await answered).sdp);
    const line = readDescription(answer)?.media[0];
    const [, address = "", port] = /a=candidate:1 1 udp \d+ (\S+) (\d+)/.exec(answer) ?? [];
    this.#remote = { ufrag: line?.ufrag ?? "", password: line?.password ?? "" };
    this.#target = { address, port: Number(port) };
    await this.move();
    await this.#handshake();
  }

  /** Comes by another address from now on. */
  async move(): Promise<void> {
    this.#socket?.close();
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    this.#socket = socket;
    socket.on("message", (bytes) => this.#take(bytes));
    await this.check();
  }

  /** A check that nominates, said again until it is answered, as pages do. */
  check(change: { readonly password?: string } = {}): Promise<void> {
    const { ufrag, password } = this.#remote ?? { ufrag: "", password: "" };
    const writer = new MessageWriter(methods.binding, "request", randomBytes(12))
      .attribute(attributes.username, primitives.utf8(`${ufrag}:${this.ufrag}`))
      .number(iceAttributes.priority, 1)
      .attribute(iceAttributes.iceControlling, new Uint8Array(8))
      .attribute(iceAttributes.useCandidate, new Uint8Array())
      .integrity(primitives.utf8(change.password ?? password), primitives.hmacSha1)
      .fingerprint(primitives.crc32);
    const packet = writer.finish();
    const socket = this.#socket;
    return new Promise<void>((resolve) => {
      const repeating = setInterval(() => {
        if (this.#socket === socket) this.raw(packet);
        else clearInterval(repeating);
      }, 250);
      this.#checked = () => {
        clearInterval(repeating);
        resolve();
      };
      this.raw(packet);
    });
  }

  raw(bytes: Uint8Array): void {
    this.#socket?.send(bytes, this.#target?.port ?? 0, this.#target?.address);
  }

  /** A packet of sound. */
  speak(payload: string | Uint8Array): void {
    const packet = Buffer.alloc(12);
    packet[0] = 0x80;
    packet[1] = opus;
    packet.writeUInt16BE(this.#sequence & 0xffff, 2);
    packet.writeUInt32BE((this.#sequence * 960) >>> 0, 4);
    packet.writeUInt32BE(soundSsrc, 8);
    this.#sequence++;
    const sender = this.#sender;
    if (sender === undefined) throw new Error("not connected");
    const out = Buffer.concat([packet, Buffer.from(payload), Buffer.alloc(sender.tagBytes)]);
    sender.protect(out, 12, out.length - sender.tagBytes);
    this.raw(out);
  }

  /** The next packet whose payload is that. */
  hears(payload: string | Uint8Array): Promise<void> {
    const wanted = Buffer.from(payload);
    return new Promise((resolve) => {
      const check = (): void => {
        if (!this.received.some((packet) => Buffer.from(packet).includes(wanted))) return;
        this.#onPacket = this.#onPacket.filter((one) => one !== check);
        resolve();
      };
      this.#onPacket.push(check);
      check();
    });
  }

  close(): void {
    this.#client?.close();
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #handshake(): Promise<void> {
    const transport = {
      type: "udp",
      closed: false,
      onData: (_data: Buffer) => {},
      send: async (data: Buffer) => this.raw(data),
      close: async () => {},
    };
    const client = new DtlsClient({
      transport: transport as unknown as ConstructorParameters<typeof DtlsClient>[0]["transport"],
      cert: pem("CERTIFICATE", certificate.der),
      key: pem("PRIVATE KEY", certificate.privateKey),
      signatureHash: { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
      srtpProfiles: [1],
      extendedMasterSecret: true,
    });
    this.#client = client;
    const connected = new Promise<void>((resolve) => client.onConnect.once(() => resolve()));
    this.#takeDtls = (data) => transport.onData(data);
    void client.connect().catch(() => {});
    await connected;
    const [profile] = profiles;
    if (profile === undefined) throw new Error("no profile");
    const keys = client.extractSessionKeys(profile.keyBytes, profile.saltBytes);
    this.#sender = new SrtpSender(profile, { key: keys.localKey, salt: keys.localSalt });
    this.#receiver = new SrtpReceiver(profile, { key: keys.remoteKey, salt: keys.remoteSalt });
  }

  #takeDtls: (data: Buffer) => void = () => {};

  #take(bytes: Buffer): void {
    const first = bytes[0] ?? 0;
    if (first <= 3) {
      if (decodeMessage(bytes, primitives.crc32)?.class === "success") this.#checked?.();
    } else if (first >= 20 && first <= 63) this.#takeDtls(bytes);
    else if ((bytes[1] ?? 0) < 192 || (bytes[1] ?? 0) > 223) {
      const packet = this.#receiver?.open(bytes, (length) => new Uint8Array(length));
      if (packet === undefined) return;
      this.received.push(packet);
      for (const check of this.#onPacket) check();
    }
  }
}
