/** Layers that a request names: by name or pattern, and only those that have weights. */
import type { FieldError, LayerRate } from '@trainyard/contracts';
import { layersMatching } from '../spec/layer-pattern.js';
import type { Model } from './model.js';

/** How many layers an error names. */
const NAMED_MAX = 30;

/** The names of the layers that have weights, in their order. */
export function layersWithWeights({ parameters }: Model): string[] {
  return [...new Set(parameters.map(({ layer }) => layer))];
}

/** The layers with weights that a pattern means; where these are none, what to tell of it. */
export function namedLayers(model: Model, pattern: string): { layers: string[]; mismatch: string | null } {
  const known = layersWithWeights(model);
  const layers = layersMatching(pattern, known);
  return { layers, mismatch: layers.length > 0 ? null : `Expected ${expectation(known)}; received "${pattern}".` };
}

function expectation(known: readonly string[]): string {
  const more = known.length > NAMED_MAX ? `, … (${known.length} in all)` : '';
  return `the name of a layer that has weights, or a pattern like "conv*". There are ${known.slice(0, NAMED_MAX).join(', ')}${more}`;
}

/** Rates for layers that are not there, each with a pointer into the training. */
export function layerRateMismatches(model: Model, rates: readonly LayerRate[]): FieldError[] {
  return rates.flatMap(({ layers }, i) => {
    const { mismatch } = namedLayers(model, layers);
    return mismatch === null ? [] : [{ pointer: `/layer_learning_rates/${i}/layers`, detail: mismatch }];
  });
}
