import type { Allotment } from "../../core/media/uplink.ts";

/** A sender of a picture, and how large it sends it. */
export interface Sized {
  readonly transceiver: RTCRtpTransceiver;
  /** Null: nothing. */
  readonly sent: MediaStreamTrack | null;
  /** What it is to send, and what the browser was told of that. */
  allotment?: Allotment;
  told?: string | undefined;
  isTelling?: boolean;
  /** The other side missed some of it. */
  needsWholePicture?: boolean;
}

/** With the second argument, which TypeScript's library does not know yet. */
type SetParameters = (
  parameters: RTCRtpSendParameters,
  options: { readonly encodingOptions: readonly { readonly keyFrame: boolean }[] },
) => Promise<void>;

/**
 * Tells the browser. One setting at a time, and then the latest: whoever changes their mind often costs us no more than that. Without a
 * picture a sender rests: Firefox (153) would send the last one again each second, and give it its share of what all pictures together
 * may send.
 */
export async function size(slot: Sized): Promise<void> {
  if (slot.isTelling) return;
  slot.isTelling = true;
  while (slot.allotment !== undefined) {
    const { isActive, maxBitrate, scaleDownBy } = slot.allotment;
    const active = isActive && slot.sent !== null;
    const settings = { active, maxBitrate, scaleResolutionDownBy: scaleDownBy };
    const told = JSON.stringify(settings);
    // Before it is asked what it has: that halts the page until one of the browser's own threads has time.
    if (slot.told === told) break;
    const { sender } = slot.transceiver;
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (encoding === undefined) break;
    slot.told = told;
    // WebRTC Extensions, section on `RTCEncodingOptions`; browsers without it leave it aside.
    const options = { encodingOptions: [{ keyFrame: slot.needsWholePicture === true }] };
    slot.needsWholePicture = false;
    Object.assign(encoding, settings);
    // Refused on a connection that is going: the next one is told anew.
    await (sender.setParameters as SetParameters).call(sender, parameters, options).catch(() => {});
  }
  slot.isTelling = false;
}
