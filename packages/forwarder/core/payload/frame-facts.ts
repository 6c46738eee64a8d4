/** What a packet says of the frame it belongs to. One object is filled again and again; positions are those in the packet. */
export interface FrameFacts {
  /** The first packet of a frame that needs no other. */
  startsKeyFrame: boolean;
  /** Of that key frame, in pixels; 0: not said. */
  height: number;
  /** Where the picture id is, -1: none. Seven bits, or fifteen after a bit that says so. */
  pictureIdAt: number;
  pictureIdBits: 7 | 15;
  pictureId: number;
  /** Where the index of the lowest temporal layer is (8 bits), -1: none. */
  baseLayerIndexAt: number;
  baseLayerIndex: number;
}

export function noFacts(): FrameFacts {
  return {
    startsKeyFrame: false,
    height: 0,
    pictureIdAt: -1,
    pictureIdBits: 15,
    pictureId: 0,
    baseLayerIndexAt: -1,
    baseLayerIndex: 0,
  };
}
export function forget(facts: FrameFacts): void {
  facts.startsKeyFrame = false;
  facts.height = 0;
  facts.pictureIdAt = -1;
  facts.baseLayerIndexAt = -1;
}

/** Reads the id at that position; where what follows it begins. Both VP8 and VP9 write it like this. */
export function readPictureId(packet: Uint8Array, at: number, end: number, facts: FrameFacts): number {
  if (at >= end) return end + 1;
  const first = packet[at] as number;
  facts.pictureIdAt = at;
  if (first < 128) {
    facts.pictureIdBits = 7;
    facts.pictureId = first;
    return at + 1;
  }
  if (at + 1 >= end) {
    facts.pictureIdAt = -1;
    return end + 1;
  }
  facts.pictureIdBits = 15;
  facts.pictureId = ((first & 127) << 8) | (packet[at + 1] as number);
  return at + 2;
}

/** Writes ids that are these numbers later, modulo their size, over those that `facts` found in the packet. */
export function shiftIds(
  packet: Uint8Array,
  facts: FrameFacts,
  pictureIdOffset: number,
  baseOffset: number,
): void {
  const at = facts.pictureIdAt;
  if (at >= 0) {
    const id = facts.pictureId + pictureIdOffset;
    if (facts.pictureIdBits === 15) {
      packet[at] = 128 | ((id >> 8) & 127);
      packet[at + 1] = id;
    } else packet[at] = id & 127;
  }
  if (facts.baseLayerIndexAt >= 0) packet[facts.baseLayerIndexAt] = facts.baseLayerIndex + baseOffset;
}
