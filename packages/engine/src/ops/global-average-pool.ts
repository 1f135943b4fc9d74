/** The mean of each plane: [N, C, H, W] → [N, C, 1, 1]; dx = dy / (H · W) at every pixel (the driver stretches it). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError } from '../graph/tensor-type.js';
import { type NoAttributes, requireFloat, scalarLike } from './elementwise.js';
import { mul } from './mul.js';

export const globalAveragePoolOp: OpDefinition<NoAttributes> = {
  type: 'GlobalAveragePool',
  infer(inputs) {
    requireFloat('GlobalAveragePool', inputs);
    const [{ dtype, shape }] = inputs;
    if (shape.length !== 4) {
      throw new ShapeError('GlobalAveragePool', 'an input [batch, channels, height, width]', describeShape(shape));
    }
    return [{ dtype, shape: [shape[0], shape[1], 1, 1] }];
  },
  gradient({ inputs: [{ shape }], gradients: [dy] }) {
    const share = 1 / (shape[2] * shape[3]);
    return [dy && mul(dy, scalarLike(dy, share))];
  },
  onnx: {},
};

export function globalAveragePool(x: Value): Value {
  return applyOp(globalAveragePoolOp, [x], {});
}
