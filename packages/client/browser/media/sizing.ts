import type { Allotment } from "../../core/media/uplink.ts";

/** A sender of a picture, and how large it sends it. */
export interface Sized {
  readonly transceiver: RTCRtpTransceiver;
  /** What it is to send, and what the browser was told of that. */
  allotment?: Allotment;
  told?: Allotment | undefined;
  isTelling?: boolean;
  /** The other side missed some of it. */
  needsWholePicture?: boolean;
}

/** With the second argument, which TypeScript's library does not know yet. */
type SetParameters = (
  parameters: RTCRtpSendParameters,
  options: { readonly encodingOptions: readonly { readonly keyFrame: boolean }[] },
) => Promise<void>;

function isSame(one: Allotment | undefined, other: Allotment): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Tells the browser. One setting at a time, and then the latest: whoever changes their mind often costs us no more than that. */
export async function size(slot: Sized): Promise<void> {
  if (slot.isTelling) return;
  slot.isTelling = true;
  while (slot.allotment !== undefined && !isSame(slot.told, slot.allotment)) {
    const { isActive, maxBitrate, scaleDownBy } = slot.allotment;
    const { sender } = slot.transceiver;
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (encoding === undefined) break;
    slot.told = slot.allotment;
    // WebRTC Extensions, section on `RTCEncodingOptions`; browsers without it leave it aside.
    const options = { encodingOptions: [{ keyFrame: slot.needsWholePicture === true }] };
    slot.needsWholePicture = false;
    Object.assign(encoding, { active: isActive, maxBitrate, scaleResolutionDownBy: scaleDownBy });
    // Refused on a connection that is going: the next one is told anew.
    await (sender.setParameters as SetParameters).call(sender, parameters, options).catch(() => {});
  }
  slot.isTelling = false;
}
