import type { PeerId, RosterEntry } from "@parlour/protocol";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Post } from "../seams.ts";
import { type FrameSealingDriver, frameSealing } from "./frame-sealing.ts";
import { lastPath, VaultTransform, VaultWorker, wholePicture } from "./vault-worker.fixture.ts";

const real = globalThis.crypto;
/** What is asked of the browser's cryptography and not answered yet. */
let pending = 0;
const counted = new Proxy(real.subtle, {
  get(subtle, name) {
    const does: unknown = Reflect.get(subtle, name);
    if (typeof does !== "function") return does;
    return (...given: readonly unknown[]) => {
      pending++;
      return (Reflect.apply(does, subtle, given) as Promise<unknown>).finally(() => {
        pending--;
      });
    };
  },
});
/** Resolves when everything that follows from what was done has happened: some turns in a row in which nothing is under way. */
async function flush(): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet = pending === 0 ? quiet + 1 : 0)
    await new Promise((resolve) => setTimeout(resolve));
}

interface Page {
  readonly entry: RosterEntry;
  readonly seats: Map<PeerId, { entry: RosterEntry }>;
  readonly worker: VaultWorker;
  readonly driver: FrameSealingDriver;
  readonly log: string[];
  hear: (from: PeerId, bytes: Uint8Array<ArrayBuffer>) => void;
}

/** Pages of a room whose post arrives, unless its receiver is in `deaf`. */
function room(...names: string[]) {
  const pages = new Map<string, Page>();
  const deaf = new Set<string>();
  const entryOf = (name: string, i: number): RosterEntry => ({
    id: name,
    number: i + 1,
    epoch: name.repeat(16).slice(0, 16),
    role: "member",
    presence: "here",
  });
  const posted: string[] = [];
  const enter = (name: string, i: number): Page => {
    const entry = entryOf(name, i);
    const worker = new VaultWorker();
    const log: string[] = [];
    const page: { -readonly [K in keyof Page]: Page[K] } = {
      entry,
      seats: new Map([...pages.values()].map((other) => [other.entry.id, { entry: other.entry }])),
      worker,
      log,
      driver: undefined as never,
      hear: () => {},
    };
    const post: Post = {
      async send(to, topic, bytes) {
        posted.push(`${name}>${to} ${topic}`);
        if (deaf.has(to)) return new Promise(() => {});
        pages.get(to)?.hear(name, bytes.slice());
      },
      on(_, listener) {
        page.hear = listener;
        return () => {};
      },
    };
    page.driver = frameSealing(
      { room: "tea", own: { me: entry }, seats: page.seats, post, log: (event) => log.push(event) },
      worker,
    );
    for (const other of pages.values()) {
      other.seats.set(name, { entry });
      other.driver.seatsChanged();
    }
    pages.set(name, page);
    return page;
  };
  names.forEach(enter);
  return {
    pages,
    posted,
    deaf,
    enter: (name: string) => enter(name, pages.size),
    leave(name: string) {
      pages.delete(name);
      for (const other of pages.values()) {
        other.seats.delete(name);
        other.driver.seatsChanged();
      }
    },
    page: (name: string) => pages.get(name) as Page,
  };
}

beforeEach(() => {
  vi.stubGlobal("RTCRtpScriptTransform", VaultTransform);
  vi.stubGlobal("crypto", {
    subtle: counted,
    getRandomValues: <T extends ArrayBufferView<ArrayBuffer>>(array: T) => real.getRandomValues(array),
  });
});
function sends(page: Page, source = "camera") {
  const sender = {} as RTCRtpSender;
  const line = page.driver.seal(sender, "video");
  expect(sender.transform).toBeDefined();
  const path = lastPath();
  line.carry(source);
  return async () => {
    const one = wholePicture();
    return (await path(one)) ? new Uint8Array(one.data) : undefined;
  };
}
function watches(page: Page, peer: string, source = "camera", onStuck?: () => void) {
  const place = page.driver.open({} as RTCRtpReceiver, "video");
  const path = lastPath();
  place.expect({ peer, source }, onStuck);
  return (bytes: Uint8Array | undefined) => (bytes ? path(wholePicture(bytes)) : Promise.resolve(false));
}

describe("sealing in a room", () => {
  it("[Z12] everyone here gets the sender's key, and nothing leaves before it is in use", async () => {
    const { page, posted } = room("ada", "bob", "cy");
    const send = sends(page("ada"));
    const [bob, cy] = [watches(page("bob"), "ada"), watches(page("cy"), "ada")];
    expect(await send()).toBeUndefined();
    await flush();
    expect(posted).toEqual(["ada>bob frame-keys", "ada>cy frame-keys"]);
    expect(await bob(await send())).toBe(true);
    expect(await cy(await send())).toBe(true);
    // A page that sends nothing has no keys to give.
    expect(posted).toHaveLength(2);
  });

  it("[Z13] one who leaves and keeps listening reads nothing after", async () => {
    const { page, leave } = room("ada", "bob", "cy");
    const send = sends(page("ada"));
    const [bob, cy] = [watches(page("bob"), "ada"), watches(page("cy"), "ada")];
    await flush();
    expect(await cy(await send())).toBe(true);
    leave("cy");
    await flush();
    for (let i = 0; i < 5; i++) {
      const sealed = await send();
      expect(await cy(sealed)).toBe(false);
      expect(await bob(sealed)).toBe(true);
    }
  });

  it("[Z13] who does not get the new key holds it up for a second, and is shown nothing until it comes", async () => {
    const { page, leave, deaf } = room("ada", "bob", "cy", "dee");
    const send = sends(page("ada"));
    let stuck = 0;
    const [bob, cy, dee] = [
      watches(page("bob"), "ada"),
      watches(page("cy"), "ada"),
      watches(page("dee"), "ada", "camera", () => stuck++),
    ];
    await flush();
    deaf.add("dee");
    leave("cy");
    await flush();
    const still = await send();
    expect([await bob(still), await cy(still)]).toEqual([true, true]);
    await vi.waitFor(async () => expect(await cy(await send())).toBe(false), {
      timeout: 3_000,
      interval: 50,
    });
    const sealed = await send();
    expect([await bob(sealed), await dee(sealed)]).toEqual([true, false]);
    expect(stuck).toBe(1);
  });

  it("[Z14] one who joins reads what comes, and nothing that was before", async () => {
    const { page, enter, posted } = room("ada", "bob");
    const send = sends(page("ada"));
    const bob = watches(page("bob"), "ada");
    await flush();
    const before = await send();
    enter("cy");
    await flush();
    const cy = watches(page("cy"), "ada");
    expect(await cy(before)).toBe(false);
    const after = await send();
    expect([await bob(after), await cy(after)]).toEqual([true, true]);
    // Those who were here were told nothing.
    expect(posted).toEqual(["ada>bob frame-keys", "ada>cy frame-keys"]);
  });

  it("[Z14] a page that was reloaded gets the key again", async () => {
    const { page, posted } = room("ada", "bob");
    const send = sends(page("ada"));
    await flush();
    const ada = page("ada");
    ada.seats.set("bob", { entry: { ...page("bob").entry, epoch: "another-life-1234" } });
    ada.driver.seatsChanged();
    ada.driver.seatsChanged();
    await flush();
    expect(posted).toEqual(["ada>bob frame-keys", "ada>bob frame-keys"]);
    const bob = watches(page("bob"), "ada");
    expect(await bob(await send())).toBe(true);
  });

  it("[Z12] a new seat of one's own is another sender; with the driver gone nothing is sealed any more", async () => {
    const { page } = room("ada", "bob");
    const ada = page("ada");
    const send = sends(ada);
    const bob = watches(page("bob"), "ada");
    await flush();
    Object.assign(ada.entry, { number: 9 });
    ada.driver.renewed();
    await flush();
    expect(await bob(await send())).toBe(true);
    ada.driver.close();
    await flush();
    expect(await send()).toBeUndefined();
    ada.driver.end();
    expect(ada.worker.isEnded).toBe(true);
  });

  it("[Z19] nonsense from a page is no key, and its pictures are nobody else's", async () => {
    const { page } = room("ada", "bob", "eve");
    const send = sends(page("ada"));
    const eve = sends(page("eve"));
    await flush();
    const bob = watches(page("bob"), "ada");
    page("bob").hear("eve", new Uint8Array(3));
    expect(page("bob").log).toEqual(["frame-key-malformed"]);
    expect(await bob(await eve())).toBe(false);
    expect(await bob(await send())).toBe(true);
  });
});
