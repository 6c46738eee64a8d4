import type {
  Giving,
  KeptTransfer,
  Offer,
  Offerable,
  OfferedFile,
  OfferOptions,
  Peer,
  PeerId,
  Progress,
  ReceivedFile,
  RoomFiles,
  Taker,
  Taking,
} from "@parlour/client";

/** `room.files` that does what the test says. */

export class Changing {
  readonly #listeners = new Set<() => void>();
  on(_event: "change", listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  change(): void {
    for (const listener of [...this.#listeners]) listener();
  }
  get listenerCount(): number {
    return this.#listeners.size;
  }
}

export const offeredFile = (name: string, size: number, more: Partial<OfferedFile> = {}): OfferedFile => ({
  path: [],
  name,
  size,
  type: "",
  ...more,
});

const still: Progress = { bytes: 0, total: 0, bytesPerSecond: 0, secondsLeft: undefined, peers: 0 };

class FakeTransfer extends Changing {
  readonly asked: string[] = [];
  readonly id: string;
  readonly files: readonly OfferedFile[];
  progress: Progress = still;

  constructor(id: string, files: readonly OfferedFile[]) {
    super();
    this.id = id;
    this.files = files;
  }
  get name(): string {
    return this.files[0]?.path[0] ?? this.files[0]?.name ?? "";
  }
  get size(): number {
    return this.files.reduce((sum, { size }) => sum + size, 0);
  }
  pause(): void {
    this.asked.push("pause");
  }
  resume(): void {
    this.asked.push("resume");
  }
  cancel(): void {
    this.asked.push("cancel");
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Progress> {
    yield this.progress;
  }
}

export class FakeTaking extends FakeTransfer implements Taking {
  readonly from: Peer;
  state: Taking["state"] = "starting";
  readonly done: Promise<{ readonly files: readonly ReceivedFile[] }>;
  poured: Promise<void> = Promise.resolve();
  finish: () => void = () => undefined;
  fail: (code: string) => void = () => undefined;

  constructor(id: string, from: Peer, files: readonly OfferedFile[]) {
    super(id, files);
    this.from = from;
    this.done = new Promise((resolve, reject) => {
      this.finish = () => {
        this.state = "done";
        resolve({ files: files.map((file) => ({ ...file, file: async () => new File([], file.name) })) });
      };
      this.fail = (code) => {
        this.state = "failed";
        reject(Object.assign(new Error(code), { code, hint: "" }));
      };
    });
  }
  received(): number {
    return this.progress.bytes;
  }
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array();
  }
  stopSharing(): void {
    this.asked.push("stop sharing");
  }
}

export class FakeGiving extends FakeTransfer implements Giving {
  state: Giving["state"] = "offered";
  readonly takers = new Map<PeerId, Taker>();
  isSpread = false;
  thumbnail: string | undefined;
  readonly done = new Promise<void>(() => undefined);
}

export class FakeOffer extends Changing implements Offer {
  readonly id: string;
  readonly from: Peer;
  readonly files: readonly OfferedFile[];
  kept = 0;
  isResumed = false;
  state: Offer["state"] = "open";
  readonly taking: FakeTaking;

  constructor(id: string, from: Peer, files: readonly OfferedFile[]) {
    super();
    this.id = id;
    this.from = from;
    this.files = files;
    this.taking = new FakeTaking(id, from, files);
  }
  get name(): string {
    return this.taking.name;
  }
  get size(): number {
    return this.taking.size;
  }
  accept(): Taking {
    this.state = "accepted";
    return this.taking;
  }
  decline(): void {
    this.state = "declined";
  }
}

export class FakeFiles extends Changing implements RoomFiles {
  givings: FakeGiving[] = [];
  offers: FakeOffer[] = [];
  takings: FakeTaking[] = [];
  keptOnes: KeptTransfer[] = [];
  /** When set, offering throws it. */
  refusal: Error | undefined;
  readonly offered: { readonly names: readonly string[]; readonly options: OfferOptions | undefined }[] = [];

  offer(files: Offerable | readonly Offerable[], options?: OfferOptions): Giving {
    if (this.refusal !== undefined) throw this.refusal;
    const all = (Array.isArray(files) ? files : [files]) as readonly File[];
    this.offered.push({ names: all.map(({ name }) => name), options });
    const giving = new FakeGiving(
      `giving-${this.givings.length}`,
      all.map(({ name, size }) => offeredFile(name, size)),
    );
    this.givings = [...this.givings, giving];
    return giving;
  }
  async kept(): Promise<readonly KeptTransfer[]> {
    return this.keptOnes;
  }
}
