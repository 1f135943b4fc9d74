/** The largest value of each window of [N, C, H, W]; the gradient goes to the first place that holds it. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError, sameShape } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';
import { type Window, windowOutput } from './window.js';

export const maxPoolOp: OpDefinition<Window> = {
  type: 'MaxPool',
  infer(inputs, attributes) {
    requireFloat('MaxPool', inputs);
    const [{ dtype, shape }] = inputs;
    return [{ dtype, shape: [shape[0], shape[1], ...windowOutput('MaxPool', shape, attributes)] }];
  },
  gradient({ inputs: [x], outputs: [y], gradients: [dy], attributes }) {
    return [dy && applyOp(maxPoolGradientOp, [x, y, dy], attributes)];
  },
  onnx: { attributes: { kernel_shape: 'ints', strides: 'ints', dilations: 'ints', pads: 'ints' } },
};

/** Inputs (X, Y, dY): dY at the first maximum, row by row, of each window, summed where windows overlap. */
export const maxPoolGradientOp: OpDefinition<Window> = {
  type: 'MaxPoolGradient',
  infer([x, y, dy]) {
    if (!sameShape(y.shape, dy.shape)) {
      throw new ShapeError('MaxPoolGradient', describeShape(y.shape), describeShape(dy.shape));
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
};

/** `MaxPool` with a second output: the place of each maximum in the whole input, counted flat. */
export const maxPoolWithIndicesOp: OpDefinition<Window> = {
  type: 'MaxPoolWithIndices',
  infer(inputs, attributes) {
    const [pooled] = maxPoolOp.infer(inputs, attributes);
    return [pooled, { dtype: 'int64', shape: pooled.shape }];
  },
  onnx: { ...maxPoolOp.onnx, type: 'MaxPool' },
};

export function maxPool(x: Value, window: Window): Value {
  return applyOp(maxPoolOp, [x], window);
}
