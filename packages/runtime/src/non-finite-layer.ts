/** Says where a training broke: the first layer that holds numbers that are none. */

const OPTIMIZER_SLOT = /^optimizer\/[^/]+\//;

/**
 * @param tensors of a training by name, in the order of the model: weights as `layer/weight`, then slots of the optimizer
 * @returns the name of the layer; null where every number is finite
 */
export function nonFiniteLayer(tensors: ReadonlyMap<string, Float32Array>): string | null {
  for (const [name, values] of tensors) {
    if (isAllFinite(values)) continue;
    const weight = name.replace(OPTIMIZER_SLOT, '');
    return weight.slice(0, weight.lastIndexOf('/'));
  }
  return null;
}

/** A number times 0 is 0, and anything else is none: without a branch for each of the millions. */
function isAllFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  return sum === 0;
}
