/** The mean of each window of [N, C, H, W]; pads do not count (ONNX' count_include_pad 0, as in Keras). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { type Shape, ShapeError } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';
import { extent, type Window, windowOutput } from './window.js';

export interface AveragePoolGradientAttributes extends Window {
  /** Shape of the input whose gradient this is. */
  readonly shape: Shape;
}

export const averagePoolOp: OpDefinition<Window> = {
  type: 'AveragePool',
  infer(inputs, attributes) {
    requireFloat('AveragePool', inputs);
    const [{ dtype, shape }] = inputs;
    const { dilations, pads } = attributes;
    if (dilations.some((dilation) => dilation !== 1)) {
      throw new ShapeError('AveragePool', 'dilations of 1', dilations.join(' and '));
    }
    if (pads.some((pad, i) => pad >= extent(attributes, i % 2 === 0 ? 0 : 1))) {
      throw new ShapeError('AveragePool', 'pads smaller than the window', pads.join(', '));
    }
    return [{ dtype, shape: [shape[0], shape[1], ...windowOutput('AveragePool', shape, attributes)] }];
  },
  gradient({ inputs: [x], gradients: [dy], attributes }) {
    return [dy && applyOp(averagePoolGradientOp, [dy], { ...attributes, shape: x.shape })];
  },
  onnx: { attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints' } },
};

/** Input dY: dX[n, c, i, j] = Σ over every window that covers (i, j) of dY / the pixels that the window covers. */
export const averagePoolGradientOp: OpDefinition<AveragePoolGradientAttributes> = {
  type: 'AveragePoolGradient',
  infer: ([dy], { shape }) => [{ dtype: dy.dtype, shape }],
};

export function averagePool(x: Value, window: Window): Value {
  return applyOp(averagePoolOp, [x], window);
}
