/** One layer of a picture, as measured. */
export interface LayerFacts {
  /** Pixels; 0: not known yet. */
  readonly height: number;
  /** Bits per second; 0: not known yet. */
  readonly bits: number;
  /** Packets of it come. */
  readonly isFlowing: boolean;
}
/** One wanted picture. Layers from small to large. */
export interface WantedPicture {
  readonly layers: readonly LayerFacts[];
  readonly height: number;
  /** The layer that flows to this page, -1: none. */
  readonly current: number;
}
export interface LayerChoice {
  /** By picture: a layer, or -1: none fits. */
  readonly chosen: readonly number[];
  /** Some picture would be larger if more fitted. */
  readonly isShort: boolean;
}

/** What is taken anew must leave this much room; what flows already need not. */
const margin = 1.15;

/**
 * Which layer of each picture fits into `budget` (bits per second), most important picture first: each gets its smallest layer while
 * that fits, then from the first on the largest that serves. The first has its smallest layer in any case: without packets nothing
 * could be measured.
 */
export function chooseLayers(pictures: readonly WantedPicture[], budget: number): LayerChoice {
  const chosen: number[] = [];
  let left = budget;
  let isShort = false;
  const price = (picture: WantedPicture, layer: number): number =>
    bitsOf(picture, layer) * (layer > picture.current ? margin : 1);
  for (const picture of pictures) {
    const smallest = picture.layers.findIndex((layer) => layer.isFlowing);
    if (smallest < 0) {
      chosen.push(-1);
      continue;
    }
    const costs = price(picture, smallest);
    if (costs > left && chosen.some((layer) => layer >= 0)) {
      chosen.push(-1);
      isShort = true;
      continue;
    }
    left -= costs;
    chosen.push(smallest);
  }
  for (const [index, picture] of pictures.entries()) {
    const smallest = chosen[index] ?? -1;
    if (smallest < 0) continue;
    const best = bestLayer(picture);
    for (let layer = best; layer > smallest; layer--) {
      if (picture.layers[layer]?.isFlowing !== true) continue;
      const more = price(picture, layer) - price(picture, smallest);
      if (more > left) {
        isShort = true;
        continue;
      }
      left -= more;
      chosen[index] = layer;
      break;
    }
  }
  return { chosen, isShort };
}

/** The smallest layer that is about as high as the picture is shown, or the largest that flows. */
function bestLayer(picture: WantedPicture): number {
  let best = -1;
  for (let layer = 0; layer < picture.layers.length; layer++) {
    if (picture.layers[layer]?.isFlowing !== true) continue;
    best = layer;
    if (heightOf(picture, layer) >= picture.height * 0.8) break;
  }
  return best;
}

/** Each layer is taken for twice as high as the one below, and the largest for 720, until a key frame says more. */
function heightOf(picture: WantedPicture, layer: number): number {
  const known = picture.layers[layer]?.height ?? 0;
  return known > 0 ? known : 720 / 2 ** (picture.layers.length - 1 - layer);
}
function bitsOf(picture: WantedPicture, layer: number): number {
  const known = picture.layers[layer]?.bits ?? 0;
  return known > 0 ? known : 1_500_000 * (heightOf(picture, layer) / 720) ** 1.5;
}
