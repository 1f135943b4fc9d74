/**
 * Convolution of blocked images. Weights of [O, C/group, kh, kw] hold [O/b, C/b, kh, kw, b(c), b(o)]; for a plain input
 * of fewer channels than b they hold [O/b, C, kh, kw, b(o)]; depthwise ones [C/b, kh, kw, b]. The result is
 * activation(conv + bias + sum).
 */
import type { OpDefinition, Value } from '../../graph/graph.js';
import { describeShape, ShapeError, sameShape } from '../../graph/tensor-type.js';
import type { ConvAttributes } from '../conv.js';
import { windowOutput } from '../window.js';
import { BLOCKED_DOMAIN } from './domain.js';

export interface BlockedConvAttributes extends ConvAttributes {
  readonly hasBias: boolean;
  readonly hasSum: boolean;
  readonly activation?: 'Relu' | 'HardSigmoid';
  readonly activation_params?: readonly number[];
}

export const blockedConvOp: OpDefinition<BlockedConvAttributes> = {
  type: 'BlockedConv',
  infer(inputs, attributes) {
    const [x, w] = inputs;
    const shape = [x.shape[0], w.shape[0], ...windowOutput('BlockedConv', x.shape, attributes)];
    const sum = attributes.hasSum ? inputs[inputs.length - 1] : null;
    if (sum && !sameShape(sum.shape, shape)) {
      throw new ShapeError('BlockedConv', `a sum ${describeShape(shape)}`, describeShape(sum.shape));
    }
    const expected = [w.shape[0], x.shape[1] / attributes.group, ...attributes.kernel_shape];
    if (!sameShape(w.shape, expected)) {
      throw new ShapeError('BlockedConv', `weights ${describeShape(expected)}`, describeShape(w.shape));
    }
    return [{ dtype: x.dtype, shape }];
  },
  onnx: {
    type: 'Conv',
    domain: BLOCKED_DOMAIN,
    attributes: {
      kernel_shape: 'ints',
      strides: 'ints',
      dilations: 'ints',
      pads: 'ints',
      group: 'int',
      activation: 'string',
      activation_params: 'floats',
    },
    slots: ({ hasBias, hasSum }) => {
      if (!hasSum) return hasBias ? [0, 1, 2] : [0, 1];
      return hasBias ? [0, 1, 2, 3] : [0, 1, null, 2];
    },
  },
};

export interface BlockedConvOptions extends Partial<ConvAttributes> {
  readonly bias?: Value | null;
  /** Added before the activation; its memory may be reused. */
  readonly sum?: Value | null;
  readonly activation?: BlockedConvAttributes['activation'];
  readonly activationParams?: readonly number[];
}

/** A window of the weights' own size, in steps of 1 without pads, unless the options say otherwise. */
export function blockedConv(x: Value, w: Value, options: BlockedConvOptions = {}): Value {
  const { bias = null, sum = null, activation, activationParams } = options;
  const attributes: BlockedConvAttributes = {
    kernel_shape: [w.shape[2], w.shape[3]],
    strides: options.strides ?? [1, 1],
    dilations: options.dilations ?? [1, 1],
    pads: options.pads ?? [0, 0, 0, 0],
    group: options.group ?? 1,
    hasBias: bias !== null,
    hasSum: sum !== null,
    ...(activation ? { activation } : {}),
    ...(activationParams ? { activation_params: activationParams } : {}),
  };
  const inputs = [x, w, ...(bias ? [bias] : []), ...(sum ? [sum] : [])];
  return x.graph.apply(blockedConvOp, inputs, attributes)[0];
}
