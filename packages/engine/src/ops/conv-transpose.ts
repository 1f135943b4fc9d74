/** Transposed convolution: X [N, C, H, W], W [C, O/group, kh, kw]. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import type { ConvAttributes } from './conv.js';
import { extent } from './window.js';

export interface ConvTransposeAttributes extends ConvAttributes {
  /** Rows and columns added at the bottom and right, to tell apart the sizes that a stride maps to one. */
  readonly output_padding: readonly [number, number];
}

export const convTransposeOp: OpDefinition<ConvTransposeAttributes> = {
  type: 'ConvTranspose',
  infer([x, w], attributes) {
    const side = (axis: 0 | 1) =>
      attributes.strides[axis] * (x.shape[axis + 2] - 1) +
      extent(attributes, axis) +
      attributes.output_padding[axis] -
      attributes.pads[axis] -
      attributes.pads[axis + 2];
    return [{ dtype: x.dtype, shape: [x.shape[0], w.shape[1] * attributes.group, side(0), side(1)] }];
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

export function convTranspose(x: Value, w: Value, attributes: ConvTransposeAttributes): Value {
  return applyOp(convTransposeOp, [x, w], attributes);
}
