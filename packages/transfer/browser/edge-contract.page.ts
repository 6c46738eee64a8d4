import { runStorageContract, type StorageSetup } from "../core/storage-contract.fixture.ts";
import { browserHashing, makeSigner } from "./hashing.ts";
import { DatabaseJournals } from "./journals.ts";
import { crc32 } from "./saving/crc32.ts";
import { opfsStorage } from "./storage/opfs.ts";
import { WorkerPort } from "./storage/worker-port.ts";

/** What a test in a browser calls: everything this edge promises, on the browser's own disk, database and keys. */

let port = start();
function start(): WorkerPort {
  return new WorkerPort(new Worker("/worker.js", { type: "module" }));
}
const storage = opfsStorage(() => port);
const makeId = () => crypto.randomUUID();
const bytesOf = async (content: unknown) => new Uint8Array(await (content as File).arrayBuffer());
const text = (value: string) => new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;

const page = {
  storage: (more: Partial<StorageSetup<unknown>>) =>
    runStorageContract({ storage, bytesOf, makeId, ...more }),

  /** What was written and flushed by a page that is gone, as the next one finds it. */
  async leave(id: string): Promise<void> {
    const sink = await storage.open({ id, size: 3_000_000, files: [], isResumed: false });
    await sink.write(1_000_000, text("here it is"));
  },
  async find(id: string): Promise<string> {
    const sink = await storage.open({ id, size: 3_000_000, files: [], isResumed: true });
    const found = new TextDecoder().decode(await sink.read(1_000_000, 10));
    await sink.discard();
    return found;
  },

  /** The code that each of these ends with. */
  async failures(): Promise<readonly string[]> {
    const code = (problem: unknown) => (problem as { code?: string }).code ?? String(problem);
    const id = makeId();
    const sink = await storage.open({ id, size: 10, files: [], isResumed: false });
    const second = opfsStorage(start);
    const inUse = await second.open({ id, size: 10, files: [], isResumed: true }).then(() => "opened", code);
    // The worker dies under it: what waits fails, and so does everything later.
    port.close();
    const first = await sink.write(0, text("x")).then(() => "written", code);
    const later = await sink.write(0, text("x")).then(() => "written", code);
    port = start();
    return [inUse, first, later];
  },

  async journals(): Promise<unknown> {
    const journals = new DatabaseJournals();
    for (const key of ["t/one/state", "t/one/hashes", "t/two/state", "s/one"])
      await journals.save(key, text(key));
    await journals.save("t/one/state", text("again"));
    const read = async (key: string) => {
      const bytes = await new DatabaseJournals().load(key);
      return bytes === undefined ? "none" : new TextDecoder().decode(bytes);
    };
    const before = [await read("t/one/state"), await read("t/two/state"), await read("nothing")];
    const keys = await journals.keys("t/one");
    await journals.remove("t/one");
    const after = await journals.keys("");
    await journals.remove("");
    return { before, keys, after, none: await journals.keys("") };
  },

  async keys(): Promise<unknown> {
    const { signer, kept } = await makeSigner();
    const again = await makeSigner(kept);
    const signature = await again.signer.sign(text("piece"));
    const hash = await browserHashing.sha256(text("abc"));
    return {
      isSame: signer.key.every((byte, index) => again.signer.key[index] === byte),
      holds: await browserHashing.verify(signer.key, signature, text("piece")),
      other: await browserHashing.verify(signer.key, signature, text("other")),
      noKey: await browserHashing.verify(text("short"), signature, text("piece")),
      hash: [...hash.subarray(0, 4)],
    };
  },

  async checksum(): Promise<boolean> {
    const bytes = new Uint8Array(9_000_000).map((_, index) => index & 255);
    return (await port.ask({ op: "checksum", content: new Blob([bytes]) })) === crc32(bytes);
  },
};
export type EdgePage = typeof page;

// A test in a browser bundles this file as its entry, and calls it from outside.
Object.assign(globalThis, { parlourEdge: page });
