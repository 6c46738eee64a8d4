import type { After } from "../state/announcer.ts";
import type { RoomsPort } from "../state/rooms-list.ts";

/** Small doors to the browser that view models get as arguments. */

export const after: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

export const now = () => Date.now();

export const every = (ms: number, run: () => void) => {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
};

export const isOnline = () => navigator.onLine;
export function onNetworkChanged(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

export function onVisibilityChanged(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}
export const isVisible = () => document.visibilityState === "visible";

/** The system's share sheet, where there is one. */
export const canShare = () => "share" in navigator;
export async function shareLink(title: string, url: string): Promise<void> {
  // Closing the sheet rejects, and is no failure.
  await navigator.share({ title, url }).catch(() => undefined);
}

export function pick(choices: number): number {
  const [word] = crypto.getRandomValues(new Uint32Array(1));
  return (word ?? 0) % choices;
}

export function onPageGone(listener: () => void): () => void {
  addEventListener("pagehide", listener);
  return () => removeEventListener("pagehide", listener);
}

export const roomsPort: RoomsPort = {
  async fetchRooms() {
    const answer = await fetch("/api/rooms", { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return answer.json();
  },
  isVisible,
  onVisible: onVisibilityChanged,
  every,
};

/** Whether the server made its own certificate and offers it. */
export async function offersCertificate(): Promise<boolean> {
  if (location.protocol !== "https:") return false;
  try {
    const answer = await fetch("/ca.pem", { method: "HEAD" });
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Why this browser can't take part, as the code of an ending; undefined when it can. */
export async function obstacle(isPrivate: boolean): Promise<string | undefined> {
  if (typeof RTCPeerConnection === "undefined" || typeof WebSocket === "undefined") return "old-browser";
  if (!isPrivate) return undefined;
  if (!isSecureContext) return "insecure-page";
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return undefined;
  } catch {
    return "old-browser";
  }
}

export async function copyText(text: string): Promise<boolean> {
  return (await copyQuietly(text)) || copyBySelection(text);
}

/** Copies without touching focus or selection; false where the browser does not let it. */
export async function copyQuietly(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// Pages without HTTPS have no clipboard object; the old command still works there.
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
