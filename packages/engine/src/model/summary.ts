/** The table that describes a model: shapes, parameters, operations and memory. */
import { type ModelSummary, type Optimizer, resolveOptimizer } from '@trainyard/contracts';
import { sizeOf } from '../graph/tensor-type.js';
import { featureCount, kerasShape, type ParameterSpec } from '../layers/layer.js';
import { optimizerRule } from '../optimizers/index.js';
import { largestMemory } from './largest-memory.js';
import type { BuiltLayer, Model } from './model.js';

const FLOAT_BYTES = 4;

/** All but the peak of memory, for which the steps would have to be compiled. */
export type ModelFigures = Omit<ModelSummary, 'memory_bytes'> & {
  memory_bytes: Omit<ModelSummary['memory_bytes'], 'peak'>;
};

/**
 * Figures for one batch. Operations count a multiply-add as two.
 *
 * @param optimizer what memory is counted for; Adam where left out
 * @param lowerings what the steps may be lowered to: lanes of the blocked layout, or null for the portable lowering, which alone it
 *   is where left out. The peak of memory is that of the one that takes the most; each one is compiled for it.
 */
export function summarizeModel(
  model: Model,
  batchSize: number,
  optimizer: Optimizer = resolveOptimizer({ type: 'adam' }),
  lowerings: readonly (number | null)[] = [null],
): ModelSummary {
  const figures = countFigures(model, batchSize, optimizer);
  const stepFlops = figures.forward_flops + figures.backward_flops;
  const peak = largestMemory(model, { batchSize, optimizer, stepFlops }, lowerings);
  return { ...figures, memory_bytes: { ...figures.memory_bytes, peak } };
}

/** What of `summarizeModel` can be had without compiling anything. */
export function countFigures(
  model: Model,
  batchSize: number,
  optimizer: Optimizer = resolveOptimizer({ type: 'adam' }),
): ModelFigures {
  const rows = model.layers.map((layer) => describeLayer(layer, batchSize));
  const total = (figure: (row: (typeof rows)[number]) => number) => rows.reduce((sum, row) => sum + figure(row), 0);
  const parameters = total((row) => row.parameters);
  const trainable = total((row) => row.trainable_parameters);
  return {
    image: model.image,
    classes: model.classes,
    layers: rows,
    parameters,
    trainable_parameters: trainable,
    batch_size: batchSize,
    forward_flops: batchSize * total((row) => row.forward_flops),
    backward_flops: batchSize * backwardFlops(model),
    memory_bytes: {
      parameters: FLOAT_BYTES * parameters,
      optimizer: FLOAT_BYTES * trainable * optimizerRule(optimizer).slots.length,
      activations: total((row) => row.activation_bytes),
    },
  };
}

function describeLayer({ spec, plan }: BuiltLayer, batchSize: number) {
  return {
    name: spec.name,
    type: spec.type,
    output_shape: kerasShape(plan.output),
    parameters: countParameters(plan.parameters),
    trainable_parameters: countParameters(plan.parameters.filter(({ trainable }) => trainable !== false)),
    forward_flops: plan.flops,
    activation_bytes: FLOAT_BYTES * batchSize * featureCount(plan.output),
  };
}

function countParameters(parameters: readonly ParameterSpec[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** A layer with weights needs a product for them and one for its input; the first has no gradient of its input. */
function backwardFlops(model: Model): number {
  const first = model.layers.findIndex(({ plan }) => plan.parameters.length > 0);
  return model.layers.reduce((sum, { plan }, i) => {
    const products = (i > first ? 1 : 0) + (plan.parameters.length > 0 ? 1 : 0);
    return sum + products * plan.flops;
  }, 0);
}
