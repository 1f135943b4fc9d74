/**
 * Which pixels of each layer's output anything comes of. A pool or a convolution with strides may leave out rows and columns
 * at the end; what only these need is not computed, down to the pixels of the image.
 */
import type { PixelExtent } from '../layers/layer.js';
import { IMAGE, type Model } from './model.js';

/** By the place of the layer, or `IMAGE`, where they are not all: so many rows and columns from the first. */
export type UsedPixels = ReadonlyMap<number, PixelExtent>;

export function usedPixels(model: Model): UsedPixels {
  const used = new Map<number, PixelExtent>();
  for (let place = model.layers.length - 1; place >= 0; place--) {
    const need = partNeeded(model, place, used.get(place));
    if (need && canGive(model, need.source, need.part)) used.set(need.source, need.part);
  }
  return used;
}

/** What a layer takes of its source for `wanted` of its output (all of it where left out); null where that is all. */
function partNeeded(
  { layers, features }: Model,
  place: number,
  wanted?: PixelExtent,
): { source: number; part: PixelExtent } | null {
  const { definition, spec, sources, inputs, plan } = layers[place];
  const [input] = inputs;
  if (!definition.needs || input.kind !== 'image' || plan.output.kind !== 'image') return null;
  const [source] = sources;
  if (source === IMAGE && features) return null;
  const part = definition.needs(spec, wanted ?? plan.output, input);
  return part.height < input.height || part.width < input.width ? { source, part } : null;
}

/** Whether a layer can compute a part of its output alone: nothing else may use it, and its sources have to follow. */
function canGive(model: Model, place: number, wanted: PixelExtent): boolean {
  const uses = model.layers.flatMap(({ sources }) => sources).filter((source) => source === place);
  if (uses.length > 1) return false;
  if (place === IMAGE) return true;
  if (!model.layers[place].definition.needs) return false;
  const need = partNeeded(model, place, wanted);
  return need === null || canGive(model, need.source, need.part);
}
