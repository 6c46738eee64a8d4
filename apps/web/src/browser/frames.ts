/**
 * Calls back once, when the next frame of a `<video>` is on the screen; until then it may show nothing at all, or how it was long ago.
 * Returns what calls that off.
 */
export function onNextFrame(video: HTMLVideoElement, listener: () => void): () => void {
  const { requestVideoFrameCallback } = video as Partial<HTMLVideoElement>;
  if (requestVideoFrameCallback !== undefined) {
    const asked = video.requestVideoFrameCallback(listener);
    return () => video.cancelVideoFrameCallback(asked);
  }
  // Firefox before 132 tells the first frame of a stream alone.
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) listener();
  else video.addEventListener("loadeddata", listener, { once: true });
  return () => video.removeEventListener("loadeddata", listener);
}
