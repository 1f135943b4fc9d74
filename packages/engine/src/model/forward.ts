/** Adds a model's layers to a graph. */
import { applyActivation } from '../activations/activation.js';
import type { Value } from '../graph/graph.js';
import type { ForwardContext } from '../layers/layer.js';
import type { BuiltLayer, Model } from './model.js';
import { parameterName } from './parameters.js';

export interface ForwardOptions {
  /** Weights by name. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Where dropout gets its masks; left out outside training. */
  readonly dropoutMask?: ForwardContext['dropoutMask'];
}

/**
 * The model's values before the last softmax.
 *
 * @param images normalised float32 [N, C, H, W]
 * @returns logits [N, classes]
 */
export function forwardToLogits(model: Model, images: Value, options: ForwardOptions): Value {
  return model.layers.reduce((x, layer, i) => {
    const y = layer.definition.forward(layer.spec, x, contextOf(layer, options));
    const isLast = i === model.layers.length - 1;
    const activation = layer.definition.activation?.(layer.spec);
    return activation && !isLast ? applyActivation(activation, y) : y;
  }, images);
}

function contextOf({ spec }: BuiltLayer, { parameters, dropoutMask }: ForwardOptions): ForwardContext {
  return {
    training: dropoutMask !== undefined,
    parameter(name) {
      const value = parameters.get(parameterName({ layer: spec.name, name }));
      if (!value) throw new Error(`the layer ${spec.name} has no weight ${name}`);
      return value;
    },
    dropoutMask(x, rate) {
      if (!dropoutMask) throw new Error('there are no dropout masks outside training');
      return dropoutMask(x, rate);
    },
  };
}
