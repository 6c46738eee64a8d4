/** One side of a handshake: everything that the code of the steps reads and writes. */

/** What the two sides send to each other through the server. */
export interface Message {
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit;
}

/** What a side can be told by the code of perfect negotiation. */
export type PeerNote = "ignored" | "rolled-back";

/** Who hears what the shown code says to the page. */
export interface PeerEars {
  /** A text came over the data channel of that label. */
  readonly shown: (peer: Peer, text: string, label: string) => void;
  readonly noted: (peer: Peer, note: PeerNote) => void;
}

export type Side = "offerer" | "answerer" | "third";

/**
 * Fields that the first steps fill are declared as if they were always there: a step in a wrong order then meets the
 * language's own error about what is undefined, which is what a learner has to see.
 */
export class Peer {
  readonly side: Side;
  connection!: RTCPeerConnection;
  channel!: RTCDataChannel;
  /** A second channel, for the comparison of the two kinds. */
  lossy!: RTCDataChannel;
  socket!: WebSocket;
  /** To a second answerer, in the experiment that has one. */
  secondSocket!: WebSocket;
  offer!: RTCSessionDescriptionInit;
  answer!: RTCSessionDescriptionInit;
  /** What the other side described last. */
  received!: RTCSessionDescriptionInit;
  camera!: MediaStream;
  configuration: RTCConfiguration = {};
  channelOptions: RTCDataChannelInit = {};
  /** Its own. */
  readonly candidates: RTCIceCandidate[] = [];
  /** The other side's, which came before the description that they belong to. */
  readonly waiting: RTCIceCandidateInit[] = [];
  /** Candidates found from now on are sent at once. */
  isTrickling = false;
  isPolite: boolean;
  /** In place of `receive`. */
  onmessage: ((message: Message) => Promise<void>) | undefined;
  readonly #ears: PeerEars;

  constructor(side: Side, ears: PeerEars) {
    this.side = side;
    this.isPolite = side !== "offerer";
    this.#ears = ears;
  }

  show(data: unknown, label: string): void {
    this.#ears.shown(this, String(data), label);
  }

  note(note: PeerNote): void {
    this.#ears.noted(this, note);
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Lets go of the connection and the camera. */
  end(): void {
    // Each may be missing, however they are declared.
    const { connection, camera } = this as Partial<Peer>;
    connection?.close();
    for (const track of camera?.getTracks() ?? []) track.stop();
  }

  /** Gives its seats at the server up. */
  hangUp(): void {
    const { socket, secondSocket } = this as Partial<Peer>;
    socket?.close();
    secondSocket?.close();
  }
}
