/**
 * Convolution (cross-correlation) of images: X [N, C, H, W], W [O, C/group, kh, kw], optional bias [O].
 * Its two gradients are operations of their own, since each device has its own fastest way to compute them.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, type Shape, ShapeError, sameShape } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';
import { maxPoolGradientOp } from './max-pool.js';
import { reduceSum } from './reduce-sum.js';
import { type Window, windowOutput } from './window.js';

export interface ConvAttributes extends Window {
  readonly group: number;
}

export interface ConvGradientAttributes extends ConvAttributes {
  /** Shape of the input, or of the weights, whose gradient this is. */
  readonly shape: Shape;
}

export const convOp: OpDefinition<ConvAttributes> = {
  type: 'Conv',
  infer(inputs, attributes) {
    requireFloat('Conv', inputs);
    const [x, w, b] = inputs;
    const [height, width] = windowOutput('Conv', x.shape, attributes);
    const [outputs] = w.shape;
    const expected = [outputs, x.shape[1] / attributes.group, ...attributes.kernel_shape];
    if (!sameShape(w.shape, expected) || outputs % attributes.group !== 0) {
      throw new ShapeError('Conv', `weights ${describeShape(expected)}`, describeShape(w.shape));
    }
    if (b && !sameShape(b.shape, [outputs])) {
      throw new ShapeError('Conv', `a bias [${outputs}]`, describeShape(b.shape));
    }
    return [{ dtype: x.dtype, shape: [x.shape[0], outputs, height, width] }];
  },
  gradient({ inputs: [x, w], gradients: [dy], attributes, wanted }) {
    if (!dy) return [null, null, null];
    return [
      wanted(0) ? applyOp(convInputGradientOp, [dy, w], { ...attributes, shape: x.shape }) : null,
      wanted(1) ? applyOp(convWeightGradientOp, [x, dy], { ...attributes, shape: w.shape }) : null,
      wanted(2) ? channelSums(dy) : null,
    ];
  },
  onnx: { attributes: { kernel_shape: 'ints', strides: 'ints', dilations: 'ints', pads: 'ints', group: 'int' } },
};

/** Inputs (dY, W): dX[n, c, i, j] = Σ over o and every window that covers (i, j) of dY · W. */
export const convInputGradientOp: OpDefinition<ConvGradientAttributes> = {
  type: 'ConvInputGradient',
  infer: ([dy], { shape }) => [{ dtype: dy.dtype, shape }],
};

/** Inputs (X, dY): dW[o, c, a, b] = Σ over n, i, j of dY[n, o, i, j] · X[n, c, s·i + d·a − p, s·j + d·b − p]. */
export const convWeightGradientOp: OpDefinition<ConvGradientAttributes> = {
  type: 'ConvWeightGradient',
  infer: ([x], { shape }) => [{ dtype: x.dtype, shape }],
};

/** Σ over images and pixels, [C]. What pooling of maxima hands back has the sums of what it was given. */
function channelSums(dy: Value): Value {
  const node = dy.graph.nodes.findLast(({ outputs }) => outputs[0] === dy);
  return node?.op === maxPoolGradientOp ? channelSums(node.inputs[2]) : reduceSum(dy, [0, 2, 3]);
}

export function conv(x: Value, w: Value, b: Value | null, attributes: ConvAttributes): Value {
  return applyOp(convOp, b ? [x, w, b] : [x, w], attributes);
}
