import type { Facts } from "../player/answer.ts";
import type { PlayerQuestion, PlayerReply } from "../player/messages.ts";

/** A file that plays while it arrives. */
export interface Playable extends Facts {
  /** Waits until those bytes are here. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}
export interface Player {
  /** Of a page with the film or sound in it, for a frame. */
  readonly address: string;
  close(): void;
}

/** So often the worker hears that a page is still busy for it. */
const stillMs = 8_000;
const playing = new Map<string, { readonly playable: Playable; readonly signal: AbortSignal }>();
let worker: Promise<ServiceWorkerRegistration> | undefined;

/** Starts the worker that answers for what is not on the disk yet; undefined where the browser has none, as in private windows. */
export async function openPlayer(playable: Playable): Promise<Player | undefined> {
  try {
    worker ??= startWorker();
    const { scope } = await worker;
    const id = crypto.randomUUID();
    const over = new AbortController();
    playing.set(id, { playable, signal: over.signal });
    // A document is shown by the browser itself; films and sounds need a page around them.
    const kind = playable.look === "document" ? "data" : "play";
    return {
      address: new URL(`${kind}/${id}`, scope).href,
      close() {
        playing.delete(id);
        over.abort();
      },
    };
  } catch {
    worker = undefined;
    return undefined;
  }
}

/** So often it is looked whether the film or sound is in its frame already. */
const lookMs = 100;

/**
 * Starts what is in the frame, once: in a sandbox without scripts nothing starts by itself (HTML, "sandboxed automatic features"). It is
 * not waited for the frame's `load`, which comes when there is data to play, and was seen not to start it in Firefox.
 * @returns ends it, when the frame goes.
 */
export function beginPlaying(frame: Pick<HTMLIFrameElement, "contentDocument">): () => void {
  let isAsked = false;
  const timer = setInterval(() => {
    const media = frame.contentDocument?.querySelector<HTMLMediaElement>("video, audio");
    if (isAsked || !media) return;
    isAsked = true;
    media.play().then(stop, ({ name }: DOMException) => {
      isAsked = false;
      // Held back until something is pressed, or nothing that can play: its own button is there, or its own words. Otherwise it was loaded anew.
      if (name !== "AbortError") stop();
    });
  }, lookMs);
  const stop = (): void => clearInterval(timer);
  return stop;
}

async function startWorker(): Promise<ServiceWorkerRegistration> {
  const { serviceWorker } = navigator;
  const registration = await serviceWorker.register("/files-player.js", { scope: "/files/" });
  serviceWorker.addEventListener("message", (event: MessageEvent<PlayerQuestion>) => {
    const [port] = event.ports;
    if (port !== undefined && typeof event.data?.parlourPlayer === "string")
      void reply(event.data, port, registration);
  });
  serviceWorker.startMessages();
  await activated(registration);
  return registration;
}

async function activated(registration: ServiceWorkerRegistration): Promise<void> {
  if (registration.active !== null) return;
  const coming = registration.installing ?? registration.waiting;
  if (coming === null) throw new Error("the player's worker did not start");
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (coming.state === "activated") resolve();
      if (coming.state === "redundant") reject(new Error("the player's worker did not start"));
    };
    coming.addEventListener("statechange", look);
    look();
  });
}

async function reply(
  { parlourPlayer: id, want }: PlayerQuestion,
  port: MessagePort,
  registration: ServiceWorkerRegistration,
): Promise<void> {
  const say = (answer: PlayerReply, moved: Transferable[] = []) => port.postMessage(answer, moved);
  const found = playing.get(id);
  if (found === undefined) return say({ nothing: true });
  const { playable, signal } = found;
  if (want === undefined) {
    const { size, type, look, name } = playable;
    return say({ facts: { size, type, look, name } });
  }
  // Browsers end a worker that hears nothing, also while it waits for us.
  const still = setInterval(() => {
    registration.active?.postMessage("still here");
    say({ wait: true });
  }, stillMs);
  try {
    const { offset, length } = want;
    if (!(offset >= 0 && length > 0 && offset + length <= playable.size)) return say({ nothing: true });
    const bytes = await playable.read(offset, length, signal);
    say({ bytes }, [bytes.buffer]);
  } catch {
    say({ nothing: true });
  } finally {
    clearInterval(still);
  }
}
