import { useMemo } from "preact/hooks";
import type { LocalMedia } from "../state/local-media.ts";
import { words } from "../words/words.ts";
import { Picture } from "./picture.tsx";

interface OwnPreviewProps {
  readonly local: LocalMedia;
  readonly onDrawn: (isDrawn: boolean) => void;
}

/** How one looks, as in a mirror, without one's sound. */
export function OwnPreview({ local, onDrawn }: OwnPreviewProps) {
  const track = local.track.camera.value;
  const stream = useMemo(
    () => (track === undefined ? undefined : local.port.makeStream([track])),
    [track, local],
  );
  return (
    <Picture
      stream={stream}
      isMuted
      isMirrored
      isShown={stream !== undefined}
      label={words.lobby.preview}
      onDrawn={onDrawn}
    />
  );
}
