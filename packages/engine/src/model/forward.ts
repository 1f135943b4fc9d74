/** Adds a model's layers to a graph. */
import { type Activation, applyActivation, isIncreasing } from '../activations/activation.js';
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
 * The model's values before the last softmax. An increasing activation in front of a layer that only picks values (a max
 * pool) comes after it instead: the result and the gradients are the same, on fewer values.
 *
 * @param images normalised float32 [N, C, H, W]
 * @returns logits [N, classes]
 */
export function forwardToLogits(model: Model, images: Value, options: ForwardOptions): Value {
  let x = images;
  let pending: Activation | undefined;
  for (const layer of model.layers) {
    const mayWait = layer.definition.picksValues && pending && isIncreasing(pending);
    if (pending && !mayWait) {
      x = applyActivation(pending, x);
      pending = undefined;
    }
    x = layer.definition.forward(layer.spec, x, contextOf(layer, options));
    pending = layer.definition.activation?.(layer.spec) ?? pending;
  }
  // What is pending now is the softmax of the last layer, which the losses and predictors apply themselves.
  return x;
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
