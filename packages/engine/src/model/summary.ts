/** The table that describes a model: shapes, parameters, operations and memory. */
import type { ModelSummary } from '@trainyard/contracts';
import { sizeOf } from '../graph/tensor-type.js';
import { featureCount, kerasShape } from '../layers/layer.js';
import type { BuiltLayer, Model } from './model.js';

const FLOAT_BYTES = 4;

/** Figures for one batch. Operations count a multiply-add as two. */
export function summarizeModel(model: Model, batchSize: number): ModelSummary {
  const rows = model.layers.map((layer) => ({
    name: layer.spec.name,
    type: layer.spec.type,
    output_shape: kerasShape(layer.plan.output),
    parameters: countParameters(layer),
    forward_flops: layer.plan.flops,
  }));
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  const activations = model.layers.reduce((sum, layer) => sum + featureCount(layer.plan.output), 0);
  return {
    image: model.image,
    classes: model.classes,
    layers: rows,
    parameters,
    batch_size: batchSize,
    forward_flops: batchSize * rows.reduce((sum, row) => sum + row.forward_flops, 0),
    backward_flops: batchSize * backwardFlops(model),
    memory_bytes: {
      parameters: FLOAT_BYTES * parameters,
      optimizer: 2 * FLOAT_BYTES * parameters,
      activations: FLOAT_BYTES * batchSize * activations,
    },
  };
}

function countParameters({ plan }: BuiltLayer): number {
  return plan.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** A layer with weights needs a product for them and one for its input; the first has no gradient of its input. */
function backwardFlops(model: Model): number {
  const first = model.layers.findIndex(({ plan }) => plan.parameters.length > 0);
  return model.layers.reduce((sum, { plan }, i) => {
    const products = (i > first ? 1 : 0) + (plan.parameters.length > 0 ? 1 : 0);
    return sum + products * plan.flops;
  }, 0);
}
