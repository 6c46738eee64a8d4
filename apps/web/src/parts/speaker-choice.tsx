import { useSignal } from "@preact/signals";
import { playTone } from "../browser/levels.ts";
import type { Announcer } from "../state/announcer.ts";
import type { LocalMedia } from "../state/local-media.ts";
import { words } from "../words/words.ts";
import { DeviceChoice } from "./choice.tsx";
import { Icon } from "./icon.tsx";
import { Volume2 } from "./icons.ts";

interface SpeakerChoiceProps {
  readonly local: LocalMedia;
  readonly announcer: Announcer;
}

/** Where the sound comes out, and a tone to hear whether it does. */
export function SpeakerChoice({ local, announcer }: SpeakerChoiceProps) {
  const isPlaying = useSignal(false);
  const { canChooseSpeaker, pickSpeaker } = local.port;
  const test = async () => {
    isPlaying.value = true;
    await playTone(local.chosen.speaker.peek()).catch(() => announcer.warn(words.lobby.testSpeakerFailed));
    isPlaying.value = false;
  };
  return (
    <div class="speaker-choice">
      {canChooseSpeaker && <DeviceChoice local={local} kind="speaker" label={words.lobby.speaker} />}
      <div class="speaker-actions">
        <button
          type="button"
          class="plain-button"
          aria-disabled={isPlaying.value}
          onClick={() => {
            if (!isPlaying.peek()) void test();
          }}
        >
          <Icon node={Volume2} size={18} />
          {words.lobby.testSpeaker}
        </button>
        {pickSpeaker !== undefined && (
          <button type="button" class="plain-button" onClick={() => void local.pickSpeaker()}>
            {words.lobby.moreSpeakers}
          </button>
        )}
      </div>
    </div>
  );
}
