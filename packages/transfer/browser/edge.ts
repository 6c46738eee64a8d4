import type { Edge, JournalStore, Sink, SinkPlan, Storage } from "../core/index.ts";
import { browserHashing, makeSigner } from "./hashing.ts";
import { DatabaseJournals, MemoryJournals } from "./journals.ts";
import { readFilesTogether } from "./sources/file.ts";
import { memoryStorage } from "./storage/memory.ts";
import { opfsStorage } from "./storage/opfs.ts";
import { startWorker } from "./storage/start-worker.ts";
import type { WorkerPort } from "./storage/worker-port.ts";

/** What is kept in memory where nothing else is there: phones end a page that takes much. */
const memoryMost = { desktop: 256 * 1024 * 1024, phone: 128 * 1024 * 1024 };
/** Larger ones are worth the question whether what is kept may stay; some browsers ask the person. */
const worthAsking = 1024 * 1024 * 1024;

/** This browser's edge: the disk where it has one for pages, memory otherwise. */
export function browserEdge(): Edge<File> {
  let port: WorkerPort | undefined;
  const worker = () => {
    port ??= startWorker();
    return port;
  };
  const disk = opfsStorage(worker);
  const memory = memoryStorage(isPhone() ? memoryMost.phone : memoryMost.desktop);
  return {
    storage: new LadderStorage(disk, memory, () => void worker()),
    journals: typeof indexedDB === "undefined" ? new MemoryJournals() : new SafeJournals(),
    hashing: browserHashing,
    readTogether: readFilesTogether,
    signer: makeSigner,
  };
}

/** The disk first; memory when the browser gives no disk at all, as in private windows. */
class LadderStorage implements Storage<File> {
  readonly #disk: Storage<File>;
  readonly #memory: Storage<File>;
  readonly #startWorker: () => void;
  constructor(disk: Storage<File>, memory: Storage<File>, startWorker: () => void) {
    this.#disk = disk;
    this.#memory = memory;
    this.#startWorker = startWorker;
  }

  /** A worker needs a moment to come up, which passes while the person thinks. */
  warm(): void {
    hasDisk().then((has) => {
      if (has) this.#startWorker();
    });
  }

  async open(plan: SinkPlan): Promise<Sink<File>> {
    if (!(await hasDisk())) return this.#memory.open(plan);
    // Not waited for: the answer may take as long as a person thinks. Without it the browser may make room when its disk is full.
    if (plan.size >= worthAsking) void navigator.storage.persist().catch(() => false);
    return this.#disk.open(plan);
  }
}

async function hasDisk(): Promise<boolean> {
  try {
    // Absent where the page is not served over HTTPS.
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}

/** A database may be refused only when it is opened: then what is remembered lives as long as the page. */
class SafeJournals implements JournalStore {
  #chosen: Promise<JournalStore> | undefined;
  load: JournalStore["load"] = async (key) => (await this.#store()).load(key);
  save: JournalStore["save"] = async (key, bytes) => (await this.#store()).save(key, bytes);
  remove: JournalStore["remove"] = async (prefix) => (await this.#store()).remove(prefix);
  keys: JournalStore["keys"] = async (prefix) => (await this.#store()).keys(prefix);

  #store(): Promise<JournalStore> {
    const database = new DatabaseJournals();
    this.#chosen ??= database.keys("").then(
      () => database,
      () => new MemoryJournals(),
    );
    return this.#chosen;
  }
}

const isPhone = (): boolean => matchMedia("(pointer: coarse) and (hover: none)").matches;
