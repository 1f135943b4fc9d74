/**
 * Transposed convolution: X [N, C, H, W], W [C, O/group, kh, kw], optional bias [O]. It is the gradient of a convolution
 * with the same weights with respect to its input, so that its own gradients are a convolution's.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError, sameShape } from '../graph/tensor-type.js';
import { type ConvAttributes, conv, convWeightGradientOp } from './conv.js';
import { requireFloat } from './elementwise.js';
import { reduceSum } from './reduce-sum.js';
import { extent } from './window.js';

export interface ConvTransposeAttributes extends ConvAttributes {
  /** Rows and columns added at the bottom and right, to tell apart the sizes that a stride maps to one. */
  readonly output_padding: readonly [number, number];
}

export const convTransposeOp: OpDefinition<ConvTransposeAttributes> = {
  type: 'ConvTranspose',
  infer(inputs, attributes) {
    requireFloat('ConvTranspose', inputs);
    const [x, w, b] = inputs;
    const { group, strides, pads, output_padding, kernel_shape } = attributes;
    const expected = [x.shape[1], w.shape[1], ...kernel_shape];
    if (x.shape.length !== 4 || !sameShape(w.shape, expected) || x.shape[1] % group !== 0) {
      throw new ShapeError('ConvTranspose', `weights ${describeShape(expected)}`, describeShape(w.shape));
    }
    const outputs = w.shape[1] * group;
    if (b && !sameShape(b.shape, [outputs])) {
      throw new ShapeError('ConvTranspose', `a bias [${outputs}]`, describeShape(b.shape));
    }
    if (output_padding.some((rest, axis) => rest < 0 || rest >= strides[axis])) {
      throw new ShapeError('ConvTranspose', `an output_padding below the strides ${strides}`, `${output_padding}`);
    }
    const side = (axis: 0 | 1) =>
      strides[axis] * (x.shape[axis + 2] - 1) +
      extent(attributes, axis) +
      output_padding[axis] -
      pads[axis] -
      pads[axis + 2];
    return [{ dtype: x.dtype, shape: [x.shape[0], outputs, side(0), side(1)] }];
  },
  /** dX = Conv(dY, W); dW is that of the convolution which took dY to X; dB sums dY. */
  gradient({ inputs: [x, w], gradients: [dy], attributes, wanted }) {
    if (!dy) return [null, null, null];
    const { output_padding: _, ...convAttributes } = attributes;
    return [
      wanted(0) ? conv(dy, w, null, convAttributes) : null,
      wanted(1) ? applyOp(convWeightGradientOp, [dy, x], { ...convAttributes, shape: w.shape }) : null,
      wanted(2) ? reduceSum(dy, [0, 2, 3]) : null,
    ];
  },
  onnx: {
    attributes: {
      kernel_shape: 'ints',
      strides: 'ints',
      dilations: 'ints',
      pads: 'ints',
      group: 'int',
      output_padding: 'ints',
    },
  },
};

export function convTranspose(x: Value, w: Value, attributes: ConvTransposeAttributes, b?: Value | null): Value {
  return applyOp(convTransposeOp, b ? [x, w, b] : [x, w], attributes);
}
