import type { PeerId } from "../../api.ts";
import type { Timekeeper } from "../../link/timekeeper.ts";

/*
 * Whether what a page passes on to this one still comes. A link that carries nothing is noticed by the link itself; here it is about one that
 * stands, and over which a picture or a sound comes no more: a page that hangs, an encoder that gave up.
 */

/** How often it is looked at, */
const everyMs = 2_000;
/** and how many looks in a row find nothing before it stands still. Looks are counted, since time passes for a machine that sleeps, too. */
const looks = 3;

/** One kind of one source that is to come here, now. */
export interface Expected {
  readonly key: string;
  readonly of: PeerId;
  /** What brings it from the page that serves this one, */
  readonly passed: Arriving | undefined;
  /** and by link, where it was asked for. */
  readonly direct: Arriving | undefined;
}
export interface Arriving {
  readonly connection: RTCPeerConnection;
  readonly receiver: RTCRtpReceiver;
}
interface Seen {
  readonly of: PeerId;
  readonly passed: number;
  readonly direct: number;
  /** Looks in a row that found nothing. */
  readonly still: number;
  /** It stands still, and comes by link: so it is not its sender who is silent. */
  readonly isFault: boolean;
}

/** Looks from time to time at what is expected. */
export class Standstill {
  readonly #clock: Timekeeper;
  readonly #expected: () => readonly Expected[];
  readonly #onChange: () => void;
  #seen: ReadonlyMap<string, Seen> = new Map();
  #turn = 0;
  #timer: (() => void) | undefined;

  constructor(clock: Timekeeper, expected: () => readonly Expected[], onChange: () => void) {
    this.#clock = clock;
    this.#expected = expected;
    this.#onChange = onChange;
    this.#wait();
  }

  /** That comes no more; without a key: anything of that peer's. */
  has(of: PeerId, key?: string): boolean {
    return [...this.#seen].some(
      ([each, one]) => one.of === of && one.still >= looks && (key ?? each) === each,
    );
  }
  /** More than half of what is expected does not come, although it is sent. */
  get isFault(): boolean {
    const faults = [...this.#seen.values()].filter((one) => one.isFault).length;
    return 2 * faults > this.#seen.size;
  }
  close(): void {
    this.#timer?.();
    this.#turn++;
    this.#seen = new Map();
  }

  #wait(): void {
    this.#timer = this.#clock.after(everyMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    // Before anything is asked: Firefox never answers for a connection that is closed meanwhile.
    this.#wait();
    const turn = ++this.#turn;
    const all = this.#expected();
    const asked = new Map<RTCPeerConnection, Promise<ReadonlyMap<string, number>>>();
    const countOf = async (arriving: Arriving | undefined): Promise<number> => {
      if (!arriving) return -1;
      const { connection, receiver } = arriving;
      const counts = asked.get(connection) ?? packetsOf(connection);
      asked.set(connection, counts);
      return (await counts).get(receiver.track.id) ?? 0;
    };
    const counted = await Promise.all(
      all.map(async ({ passed, direct }) => [await countOf(passed), await countOf(direct)] as const),
    );
    if (turn !== this.#turn) return;
    const before = this.#seen;
    const next = new Map<string, Seen>();
    for (const [at, { key, of }] of all.entries()) {
      const [passed, direct] = counted[at] as readonly [number, number];
      const last = before.get(key);
      const still = last && last.passed === passed ? last.still + 1 : 0;
      const hasDirect = last !== undefined && last.direct >= 0 && direct > last.direct;
      const isFault = still >= looks && (last?.isFault === true || hasDirect);
      next.set(key, { of, passed, direct, still, isFault });
    }
    this.#seen = next;
    const standing = (seen: ReadonlyMap<string, Seen>): string =>
      [...seen].flatMap(([key, { still, isFault }]) => (still >= looks ? `${key} ${isFault}` : [])).join();
    if (standing(before) !== standing(next)) this.#onChange();
  }
}

/** How many packets came, by the track that they are for. */
async function packetsOf(connection: RTCPeerConnection): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  try {
    for (const said of (await connection.getStats()).values())
      if (said.type === "inbound-rtp") found.set(said.trackIdentifier, said.packetsReceived ?? 0);
  } catch {
    // It is being taken down: nothing comes.
  }
  return found;
}
