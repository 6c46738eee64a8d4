/** In which sizes a picture is sent to a forwarder, so that it has one for each who looks. */

export interface Layer {
  readonly rid: string;
  readonly scaleResolutionDownBy: number;
  readonly maxBitrate: number;
  readonly maxFramerate?: number;
}
/** As a track's settings say; what is missing is taken for what is usual of cameras. */
export interface PictureSize {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const mostBits = 2_500_000;
const leastBits = 60_000;
/** As in a mesh: a camera's picture of 16:9 looks good with so many bits per second for each pixel of its height squared. */
const bitsPerSquare = 5;
const usualHeight = 720;
const usualShape = 16 / 9;
/**
 * Of a picture with fewer pixels Chromium sends no three sizes, or no two, but leaves the largest out, whatever it was told (its table of
 * simulcast formats; seen with 156).
 */
const leastPixels = { three: 960 * 540, two: 480 * 270 };

/** By how much each size is smaller than the picture, small to large. */
function scalesFor(source: string, { width, height = usualHeight }: PictureSize, most: number): number[] {
  const pixels = (width ?? height * usualShape) * height;
  const count = pixels >= leastPixels.three ? 3 : pixels >= leastPixels.two ? 2 : 1;
  return [4, 2, 1].slice(-Math.min(count, most, source === "screen" ? 2 : 3));
}
const bitsFor = (source: string, height: number, scale: number): number =>
  source === "screen"
    ? scale > 1
      ? 300_000
      : mostBits
    : Math.round(Math.min(mostBits, Math.max(leastBits, bitsPerSquare * (height / scale) ** 2)));

/**
 * Small to large. Rids are unique within a connection, since some forwarders know layers by them alone: `line` is the media line's
 * number there. Empty for a picture so small that one is enough.
 */
export function layersFor(source: string, size: PictureSize, line: number): readonly Layer[] {
  const scales = scalesFor(source, size, 3);
  if (scales.length === 1) return [];
  return scales.map((scale, at) => ({
    rid: `l${line}q${at}`,
    scaleResolutionDownBy: scale,
    maxBitrate: bitsFor(source, size.height ?? usualHeight, scale),
    ...(source === "screen" && scale > 1 && { maxFramerate: 5 }),
  }));
}

/** A line's layers are made once: what they are for another picture than it was made for, a smaller one or one that was not there yet. */
export function layersAnew(source: string, size: PictureSize, layers: number) {
  const scales = scalesFor(source, size, layers);
  return Array.from({ length: layers }, (_, at) => {
    const scale = scales[at];
    return {
      active: scale !== undefined,
      scaleResolutionDownBy: scale ?? 1,
      maxBitrate: bitsFor(source, size.height ?? usualHeight, scale ?? 1),
    };
  });
}
