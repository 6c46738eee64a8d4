import type { DirectCollector } from "@parlour/client";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { directWords } from "../words/direct.ts";
import { codeReader } from "./read-code.ts";

interface ScanProps {
  readonly collector: DirectCollector;
  readonly onText: (text: string) => void;
  readonly onClose: () => void;
}

/** A code is looked for this often: a person moves no faster, and the page stays free. */
const lookMs = 150;

/** The camera, until a QR code was read. */
export function ScanDialog({ collector, onText, onClose }: ScanProps) {
  const words = directWords();
  const video = useRef<HTMLVideoElement>(null);
  const progress = useSignal({ read: 0, of: 0 });
  const isFailed = useSignal(false);
  const done = useRef(onText);
  done.current = onText;
  useEffect(() => {
    const over = new AbortController();
    scan(video.current as HTMLVideoElement, over.signal, (code) => {
      const text = collector.add(code);
      progress.value = { ...collector.progress };
      if (text === undefined) return;
      over.abort();
      done.current(text);
    }).catch(() => {
      if (!over.signal.aborted) isFailed.value = true;
    });
    return () => over.abort();
  }, [collector, progress, isFailed]);
  const { read, of } = progress.value;
  return (
    <Dialog title={words.scanTitle} onClose={onClose}>
      <p>{words.scanMeaning}</p>
      <video ref={video} class="direct-scan" muted playsInline />
      <p role="status" class={isFailed.value ? "problem" : "soft"}>
        {isFailed.value ? words.scanFailed : of > 0 ? words.scanPart(read, of) : ""}
      </p>
    </Dialog>
  );
}

async function scan(
  video: HTMLVideoElement,
  signal: AbortSignal,
  onCode: (code: string) => void,
): Promise<void> {
  const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  const [read, stream] = await Promise.all([
    codeReader(),
    navigator.mediaDevices.getUserMedia({ video: wanted }),
  ]);
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  if (signal.aborted) return stop();
  signal.addEventListener("abort", stop);
  video.srcObject = stream;
  await video.play();
  const look = async () => {
    const { videoWidth, videoHeight } = video;
    const code =
      videoWidth > 0 ? await read(video, videoWidth, videoHeight).catch(() => undefined) : undefined;
    if (signal.aborted) return;
    if (code !== undefined) onCode(code);
    if (!signal.aborted) setTimeout(look, lookMs);
  };
  void look();
}
