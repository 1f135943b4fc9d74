/** Operations that Keras 3 writes where a model computes with tensors directly, such as `x + 3.0` or `ops.relu(x)`. */
import type { Constant, LayerConfig } from './layer-config.js';
import { type Argument, copy, type LayerRule, type LayerRules } from './rule.js';

/** What `rescaling` makes of a number c on either side of the tensor. */
type Affine = (c: number, tensorFirst: boolean) => { scale: number; offset: number } | null;

/** An operation of two tensors, or of one and a number. */
function binary(merged: string | null, affine: Affine): LayerRule {
  const rescaled = (config: LayerConfig) => affineOf(config, affine);
  return {
    type(config) {
      if (config.place.inputs.length === 2 && config.place.constants.length === 0 && merged !== null) return merged;
      if (rescaled(config) !== null) return 'rescaling';
      config.refuseAll(
        `it is supported for ${merged ? 'two tensors, or ' : ''}one tensor and a number; use a layer instead`,
      );
      return null;
    },
    merges: true,
    arguments: { scale: (config) => rescaled(config)?.scale, offset: (config) => rescaled(config)?.offset },
  };
}

function affineOf({ place }: LayerConfig, affine: Affine): { scale: number; offset: number } | null {
  const [constant]: readonly (Constant | undefined)[] = place.constants;
  if (place.inputs.length !== 1 || place.constants.length !== 1 || constant === undefined) return null;
  return affine(constant.value, constant.place === 1);
}

const divide = binary(null, (c, tensorFirst) => (tensorFirst && c !== 0 ? { scale: 1 / c, offset: 0 } : null));

const function_ = (name: string): LayerRule => ({ type: 'activation', arguments: { activation: () => name } });

/** Keras' layers and operations have the same class names for some; these are told apart by their module. */
export const operations: LayerRules = {
  Add: binary('add', (c) => ({ scale: 1, offset: c })),
  Subtract: binary('subtract', (c, tensorFirst) => (tensorFirst ? { scale: 1, offset: -c } : { scale: -1, offset: c })),
  Multiply: binary('multiply', (c) => ({ scale: c, offset: 0 })),
  Divide: divide,
  TrueDivide: divide,
  Maximum: binary('maximum', () => null),
  Negative: { type: 'rescaling', arguments: { scale: () => -1 } },
  ReLU: {
    type: 'relu',
    arguments: { max_value: copy('max_value'), negative_slope: copy('negative_slope'), threshold: copy('threshold') },
  },
  Relu: function_('relu'),
  Relu6: function_('relu6'),
  Sigmoid: function_('sigmoid'),
  Silu: function_('silu'),
  Swish: function_('silu'),
  Softplus: function_('softplus'),
  Tanh: function_('tanh'),
  Selu: function_('selu'),
  HardSigmoid: function_('hard_sigmoid'),
  HardSilu: function_('hard_swish'),
  HardSwish: function_('hard_swish'),
  LeakyRelu: { type: 'leaky_relu', arguments: { negative_slope: withDefault('negative_slope', 0.2) } },
  Elu: { type: 'elu', arguments: { alpha: copy('alpha') } },
  Gelu: {
    type: 'activation',
    arguments: { activation: (config) => ({ type: 'gelu', approximate: config.take('approximate') ?? true }) },
  },
  Softmax: { type: 'softmax', arguments: { axis: (config) => config.axes('axis', -1) } },
};

function withDefault(key: string, value: unknown): Argument {
  return (config) => config.take(key) ?? value;
}
