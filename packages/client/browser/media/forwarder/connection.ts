import type { ToForwarder } from "@parlour/protocol";
import type { ForwarderNow, PeerId, Source } from "../../api.ts";
import type { FrameSealing } from "../../seams.ts";
import type { OwnMedia } from "../publication.ts";
import { type Kind, kinds } from "../state.ts";
import { withSealableFirst, withSilenceLeftOut } from "./answer.ts";
import { layersAnew, layersFor, type PictureSize } from "./layers.ts";
import { answerCame, answerTaken, type Observe, offered } from "./story.ts";

type Offer = Extract<ToForwarder, { type: "offer" }> & { readonly sdp: string };
export interface Content {
  readonly peer: PeerId;
  readonly source: Source;
  readonly kind: Kind;
}
/** A media line on which this page sends, kept for its source for good. */
interface Line {
  readonly source: Source;
  readonly kind: Kind;
  readonly sender: RTCRtpSender;
  readonly transceiver: RTCRtpTransceiver;
  readonly sealed: ReturnType<FrameSealing["seal"]> | undefined;
  /** Of a picture: the size that its layers are for; undefined: they rest. */
  fit: string | undefined;
  isFitting?: boolean;
  sent: MediaStreamTrack | null;
  carried: Source | null;
}
const sizeOf = ({ width, height }: PictureSize): string => `${width} ${height}`;
/**
 * Its layers are those of what it sends from now on, one setting at a time. Without a picture they rest: Firefox (153) would send the
 * last one again each second, and give it its share of what all pictures together may send.
 */
async function fit(line: Line): Promise<void> {
  if (line.kind === "audio" || line.isFitting) return;
  line.isFitting = true;
  for (;;) {
    const size = line.sent?.getSettings();
    const wanted = size && sizeOf(size);
    if (line.fit === wanted) break;
    line.fit = wanted;
    const parameters = line.sender.getParameters();
    const layers = size && layersAnew(line.source, size, parameters.encodings.length);
    for (const [at, encoding] of parameters.encodings.entries())
      Object.assign(encoding, layers ? layers[at] : { active: false });
    // Refused on a connection that is going: the next one is made for what there is.
    await line.sender.setParameters(parameters).catch(() => {});
  }
  line.isFitting = false;
}
/** A media line on which something comes, whatever the forwarder puts there. */
interface Place {
  readonly kind: Kind;
  readonly transceiver: RTCRtpTransceiver;
  readonly opened: ReturnType<FrameSealing["open"]> | undefined;
  content: Content | null;
  /** Something else was in it before. */
  isUsed: boolean;
}

/** The other end's name in ICE (RFC 8839, section 5.4). */
const endOf = (sdp: string | undefined): string | undefined => sdp?.match(/^a=ice-ufrag:(\S+)/m)?.[1];

/** Its certificate (RFC 8122, section 5). */
const certificateOf = (sdp: string): string | undefined => sdp.match(/^a=fingerprint:(.*)/m)?.[1];

export interface ConnectionSetup {
  /** Counts the connections of this page. */
  readonly number: number;
  readonly made: RTCPeerConnection;
  readonly sealing: FrameSealing | undefined;
  readonly own: ReadonlyMap<Source, OwnMedia>;
  /** False while the server is away; what is unanswered goes again on `resync`. */
  send(message: ToForwarder): boolean;
  /** A picture came that cannot be opened: a whole one is needed. */
  refresh(peer: PeerId, source: Source): void;
  /** For the inspector. */
  readonly observe: Observe;
  /** Something was offered. */
  onOffer(): void;
  /** The browser refuses what was agreed on: only a new connection helps. */
  onBroken(why: string): void;
}

/**
 * One connection to the forwarder, both ways. Only this side offers, one exchange at a time; whatever is wanted meanwhile goes with
 * the next one.
 */
export class ForwarderConnection {
  readonly number: number;
  readonly made: RTCPeerConnection;
  readonly #setup: ConnectionSetup;
  readonly #lines: Line[] = [];
  readonly #places: Place[] = [];
  /** The offer that is not answered yet. */
  #open: Offer | undefined;
  /** The one that was answered last. */
  #agreed: Offer | undefined;
  /** Of the other end. */
  #certificate: string | undefined;
  #isOffering = false;
  #isDue = false;
  #exchanges = 0;
  #heard = -1;

  constructor(setup: ConnectionSetup) {
    this.#setup = setup;
    this.number = setup.number;
    this.made = setup.made;
  }

  /** Sends what is published now. Settles when the browser has it; what needs a media line goes with the next offer. */
  async sync(): Promise<void> {
    const { own, sealing, made } = this.#setup;
    for (const [source, media] of own)
      for (const kind of kinds) {
        if (!media.has(kind) || this.#lines.some((line) => line.source === source && line.kind === kind))
          continue;
        const track = media.track(kind);
        const size = track?.getSettings() ?? {};
        const layers = kind === "video" ? layersFor(source, size, this.#lines.length) : [];
        const transceiver = made.addTransceiver(track ?? kind, {
          direction: "sendonly",
          ...(layers.length > 0 && { sendEncodings: layers.map((layer) => ({ ...layer })) }),
        });
        const { sender } = transceiver;
        // In this very turn: a transform that comes later is ignored by Chromium, and media would leave in clear.
        const sealed = sealing?.seal(sender, kind);
        sealed?.carry(source);
        const fit = sizeOf(size);
        this.#lines.push({ source, kind, sender, transceiver, sealed, fit, sent: track, carried: source });
        this.#isDue = true;
      }
    await Promise.allSettled(
      this.#lines.map((line) => {
        const media = own.get(line.source);
        const carried = media?.has(line.kind) ? line.source : null;
        if (carried !== line.carried) line.sealed?.carry(carried);
        line.carried = carried;
        const track = media?.track(line.kind) ?? null;
        if (track === line.sent) return undefined;
        line.sent = track;
        return Promise.all([line.sender.replaceTrack(track), fit(line)]);
      }),
    );
  }

  /** At least so many places of that kind. */
  want(kind: Kind, count: number): void {
    const { made, sealing } = this.#setup;
    for (let at = this.#places.filter((place) => place.kind === kind).length; at < count; at++) {
      const transceiver = made.addTransceiver(kind, { direction: "recvonly" });
      const opened = sealing?.open(transceiver.receiver, kind);
      this.#places.push({ kind, transceiver, opened, content: null, isUsed: false });
      this.#isDue = true;
    }
  }

  /** Offers what is new; with `isRestart` over new ways in any case. */
  async negotiate(isRestart = false): Promise<void> {
    if (isRestart) {
      this.made.restartIce();
      this.#isDue = true;
    }
    if (!this.#isDue || this.#isOffering || this.#open || this.made.signalingState === "closed") return;
    this.#isOffering = true;
    this.#isDue = false;
    try {
      this.#setup.observe({ kind: "setting", side: "local" });
      await this.made.setLocalDescription();
      const sdp = this.made.localDescription?.sdp ?? "";
      const sends: Record<string, { source: Source; kind: Kind }> = {};
      for (const { transceiver, source, kind } of this.#lines)
        if (transceiver.mid !== null) sends[transceiver.mid] = { source, kind };
      this.#open = { type: "offer", connection: this.number, n: this.#exchanges++, sdp, sends };
      this.#setup.send(this.#open);
      this.#setup.onOffer();
      this.#setup.observe(...offered(sdp));
    } catch (error) {
      this.#setup.onBroken(String(error));
    } finally {
      this.#isOffering = false;
    }
  }

  /** The server is there again, and may not have heard what was said last; or it knows nothing of this connection any more. */
  resync(): void {
    const last = this.#open ?? this.#agreed;
    if (last) this.#setup.send(last);
  }

  get isUnanswered(): boolean {
    return this.#open !== undefined;
  }

  async answered(n: number, sdp: string): Promise<void> {
    if (this.#open?.n !== n) {
      // Who knows the connection says the same again; any other answer is that of one that was started anew.
      const isAgain = !this.#open && this.#agreed?.n === n;
      if (isAgain && endOf(sdp) !== endOf(this.made.remoteDescription?.sdp))
        this.#setup.onBroken("restarted");
      return;
    }
    // What went unanswered while the server was away is answered by one that was started anew: its keys are others, and no browser
    // takes those for a connection that it has.
    const certificate = certificateOf(sdp);
    if (this.#agreed && certificate !== this.#certificate) {
      this.#setup.onBroken("restarted");
      return;
    }
    this.#setup.observe(...answerCame(sdp));
    const wanted = this.#setup.sealing ? withSealableFirst(sdp) : sdp;
    try {
      await this.made.setRemoteDescription({ type: "answer", sdp: withSilenceLeftOut(wanted) });
    } catch (error) {
      this.#setup.onBroken(String(error));
      return;
    }
    this.#setup.observe(...answerTaken(sdp));
    this.#certificate = certificate;
    this.#agreed = this.#open;
    this.#open = undefined;
    await this.negotiate();
  }

  /** What is in the places from now on. Returns whom it concerns. */
  placed(n: number, contents: Readonly<Record<string, Content | null>>): ReadonlySet<PeerId> {
    const touched = new Set<PeerId>();
    if (n <= this.#heard) return touched;
    this.#heard = n;
    for (const place of this.#places) {
      const { mid } = place.transceiver;
      const said = mid !== null && Object.hasOwn(contents, mid) ? contents[mid] : undefined;
      const content = said?.kind === place.kind ? said : null;
      const before = place.content;
      if (before?.peer === content?.peer && before?.source === content?.source) continue;
      for (const of of [before, content]) if (of) touched.add(of.peer);
      place.content = content;
      if (before) place.isUsed = true;
      place.opened?.expect(content, () => {
        if (content?.kind === "video") this.#setup.refresh(content.peer, content.source);
      });
    }
    return touched;
  }

  place(peer: PeerId, source: Source, kind: Kind): RTCRtpReceiver | undefined {
    return this.#places.find(
      ({ kind: of, content }) => of === kind && content?.peer === peer && content.source === source,
    )?.transceiver.receiver;
  }

  /** What flows, by media line, as far as this page knows. */
  get now(): Pick<ForwarderNow, "sends" | "places"> {
    return {
      sends: this.#lines.flatMap(({ transceiver: { mid }, source, kind, carried }) =>
        mid !== null && carried !== null ? [{ mid, source, media: kind }] : [],
      ),
      places: this.#places.flatMap(({ transceiver: { mid }, kind, content }) =>
        mid === null
          ? []
          : [{ mid, media: kind, ...(content && { peer: content.peer, source: content.source }) }],
      ),
    };
  }

  /** Whether something else came by it before. */
  isUsed(receiver: RTCRtpReceiver): boolean {
    return this.#places.some(({ transceiver, isUsed }) => isUsed && transceiver.receiver === receiver);
  }

  close(): void {
    for (const { opened } of this.#places) opened?.expect(null);
    this.made.close();
  }
}
