/** Full screen, a screen that stays awake, and the small window: what the page asks of the desktop. */

export const canFullScreen = () => document.fullscreenEnabled === true;
export const isFullScreen = () => document.fullscreenElement !== null;

export function onFullScreenChanged(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

/** Rejects where it isn't allowed. */
export async function toggleFullScreen(): Promise<void> {
  if (isFullScreen()) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

/** Keeps the screen awake until the returned function is called; browsers drop the lock with each look away. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let isOver = false;
  const ask = async () => {
    if (document.visibilityState !== "visible" || isOver) return;
    // Refused where the battery is low, absent in older browsers: the call goes on all the same.
    lock = await (navigator as Partial<Pick<Navigator, "wakeLock">>).wakeLock
      ?.request("screen")
      .catch(() => undefined);
    if (isOver) void lock?.release();
  };
  const again = () => void ask();
  document.addEventListener("visibilitychange", again);
  void ask();
  return () => {
    isOver = true;
    document.removeEventListener("visibilitychange", again);
    void lock?.release();
  };
}

/** Document Picture-in-Picture (WICG), where there is one. */
interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}
function documentPictures(): DocumentPictureInPicture | undefined {
  return (window as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture;
}

export const canOpenSmallWindow = () =>
  documentPictures() !== undefined || document.pictureInPictureEnabled === true;

/** An empty window above all others, with the page's styles; undefined where only pictures can be there. */
export async function openSmallWindow(title: string): Promise<Window | undefined> {
  const small = await documentPictures()?.requestWindow({ width: 400, height: 300 });
  if (small === undefined) return undefined;
  small.document.title = title;
  small.document.documentElement.lang = document.documentElement.lang;
  small.document.documentElement.dir = document.documentElement.dir;
  const { theme } = document.documentElement.dataset;
  if (theme !== undefined) small.document.documentElement.dataset["theme"] = theme;
  for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    const link = small.document.createElement("link");
    link.rel = "stylesheet";
    link.href = sheet.href;
    small.document.head.append(link);
  }
  return small;
}

/** The picture of one `<video>` above all windows; pressed again it comes back. */
export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
  else await video.requestPictureInPicture();
}

/** Whether a picture of this page is above all windows: it is looked at although the page may be hidden. */
export const isPictureOut = () => (document.pictureInPictureElement ?? null) !== null;
export function onPictureOutChanged(listener: () => void): () => void {
  const events = ["enterpictureinpicture", "leavepictureinpicture"];
  for (const event of events) document.addEventListener(event, listener);
  return () => {
    for (const event of events) document.removeEventListener(event, listener);
  };
}
