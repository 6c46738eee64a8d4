import { useEffect, useRef } from "preact/hooks";
import { onNextFrame } from "../browser/frames.ts";

interface PictureProps {
  readonly stream: MediaStream | undefined;
  /** Own picture: never heard here. */
  readonly isMuted?: boolean;
  /** Whether there is something to hear; sound held back is worth a word only then. */
  readonly isHeard?: boolean;
  readonly isMirrored?: boolean;
  readonly isShown?: boolean;
  readonly label?: string;
  /** The chosen speaker; "" is the system's. */
  readonly speaker?: string;
  /** Counts presses on "Tap to hear": each is a new try to play with sound. */
  readonly hearing?: number;
  readonly onSoundHeld?: () => void;
  /** Told whether there is something to see: false from when it is to be shown until the next frame is there. */
  readonly onDrawn?: (isDrawn: boolean) => void;
}

/** A `<video>` that shows and sounds a stream, also where the browser holds sound back at first. */
export function Picture(props: PictureProps) {
  const {
    stream,
    isMuted = false,
    isHeard = true,
    isMirrored = false,
    isShown = true,
    label,
    speaker = "",
    hearing = 0,
  } = props;
  const element = useRef<HTMLVideoElement>(null);
  const onSoundHeld = useRef(props.onSoundHeld);
  onSoundHeld.current = props.onSoundHeld;
  const onDrawn = useRef(props.onDrawn);
  onDrawn.current = props.onDrawn;

  // Another way brings another track: on a busy machine Firefox was seen to stand still then, unless it is told to play.
  const tracks = stream
    ?.getTracks()
    .map(({ id }) => id)
    .join();
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    if (video.srcObject !== (stream ?? null)) video.srcObject = stream ?? null;
    if (stream === undefined) return;
    video.muted = isMuted;
    void play(video, () => {
      if (isHeard) onSoundHeld.current?.();
    });
  }, [stream, tracks, isMuted, isHeard, hearing]);

  useEffect(() => {
    onDrawn.current?.(false);
    const video = element.current;
    if (video === null || stream === undefined || !isShown) return;
    return onNextFrame(video, () => onDrawn.current?.(true));
  }, [stream, isShown]);

  useEffect(() => {
    const video = element.current as
      | (HTMLVideoElement & { setSinkId?: (id: string) => Promise<void> })
      | null;
    if (isMuted || video?.setSinkId === undefined) return;
    // A speaker that was unplugged meanwhile: the system's stays in use.
    video.setSinkId(speaker).catch(() => undefined);
  }, [speaker, isMuted]);

  return (
    <video
      ref={element}
      class={`picture${isMirrored ? " mirrored" : ""}${isShown ? "" : " hidden"}`}
      autoplay
      playsInline
      muted={isMuted}
      // Firefox would stop at every picture on the way from button to button.
      tabIndex={-1}
      aria-label={label}
      // A stream that has no track for a moment ends what plays it (Media Capture and Streams, section 4.2): nobody else
      // stops a call's picture.
      onPause={({ currentTarget }) => {
        if (currentTarget.isConnected && stream?.active) void currentTarget.play().catch(() => undefined);
      }}
    />
  );
}

async function play(video: HTMLVideoElement, onSoundHeld: () => void): Promise<void> {
  try {
    await video.play();
  } catch (problem) {
    // Anything else ("the stream was changed meanwhile") mends itself: the element plays by attribute.
    if (!(problem instanceof DOMException) || problem.name !== "NotAllowedError" || video.muted) return;
    onSoundHeld();
    // The picture at least: without sound it may play.
    video.muted = true;
    await video.play().catch(() => undefined);
  }
}
