/** The memory of a training of which it is not known yet what its steps are lowered to. */
import { featureCount } from '../layers/layer.js';
import type { Model } from './model.js';
import { estimateTrainingMemory, type TrainingMemoryOptions } from './training-memory.js';

/**
 * Results of layers in a batch that is lowered to blocks for an estimate. Such a graph holds the numbers of the rows that it gathers,
 * so that a client could have this process take gigabytes for it. A larger batch takes the portable estimate, times the ratio of the
 * two with as many images as this allows.
 */
const RESULTS_MAX = 2 ** 25;

type Options = Omit<TrainingMemoryOptions, 'block'>;

/** Bytes. @param lowerings lanes of the blocked layout, or null for the portable lowering */
export function largestMemory(model: Model, options: Options, lowerings: readonly (number | null)[]): number {
  return Math.max(...lowerings.map((block) => memoryOf(model, options, block)));
}

function memoryOf(model: Model, options: Options, block: number | null): number {
  const { batchSize } = options;
  const results = model.layers.reduce((sum, { plan }) => sum + featureCount(plan.output), 0);
  const images = Math.min(batchSize, Math.floor(RESULTS_MAX / results));
  if (block === null || images === batchSize) return estimateTrainingMemory(model, { ...options, block });
  const portable = estimateTrainingMemory(model, options);
  if (images === 0) return portable;
  // The operations stay those of the whole batch: they say how many steps go into a run, and so how many sessions there are.
  const fewer = { ...options, batchSize: images };
  const ratio = estimateTrainingMemory(model, { ...fewer, block }) / estimateTrainingMemory(model, fewer);
  return Math.round(portable * ratio);
}
