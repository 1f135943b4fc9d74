/**
 * y = x where x > 0, else slope · x, with a learned slope that broadcasts to x (He et al., 2015);
 * dx = dy where x > 0, else slope · dy; dslope = Σ dy · min(x, 0).
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { broadcastShapes, describeShape, ShapeError, sameShape } from '../graph/tensor-type.js';
import { inferUnary, type NoAttributes, scalarLike } from './elementwise.js';
import { greater } from './greater.js';
import { min } from './min.js';
import { mul } from './mul.js';
import { where } from './where.js';

/** Inputs (x, slope). */
export const preluOp: OpDefinition<NoAttributes> = {
  type: 'PRelu',
  infer(inputs) {
    const [x, slope] = inputs;
    if (!sameShape(broadcastShapes('PRelu', x.shape, slope.shape), x.shape)) {
      throw new ShapeError('PRelu', `a slope that broadcasts to ${describeShape(x.shape)}`, describeShape(slope.shape));
    }
    return inferUnary('PRelu', inputs);
  },
  gradient({ inputs: [x, slope], gradients: [dy], wanted }) {
    if (!dy) return [null, null];
    const zero = scalarLike(x, 0);
    const factor = () => where(greater(x, zero), scalarLike(x, 1), slope);
    return [wanted(0) ? mul(dy, factor()) : null, wanted(1) ? mul(dy, min(x, zero)) : null];
  },
  onnx: {},
};

export function prelu(x: Value, slope: Value): Value {
  return applyOp(preluOp, [x, slope], {});
}
