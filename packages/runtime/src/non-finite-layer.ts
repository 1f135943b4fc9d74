/** Says where a training broke: the first layer that holds numbers that are none. */

const OPTIMIZER_SLOT = /^optimizer\/[^/]+\//;

/**
 * @param tensors of a training by name, in the order of the model: weights as `layer/weight`, then slots of the optimizer
 * @returns the name of the layer; null where every number is finite
 */
export function nonFiniteLayer(tensors: ReadonlyMap<string, Float32Array>): string | null {
  for (const [name, values] of tensors) {
    if (values.every(Number.isFinite)) continue;
    const weight = name.replace(OPTIMIZER_SLOT, '');
    return weight.slice(0, weight.lastIndexOf('/'));
  }
  return null;
}
