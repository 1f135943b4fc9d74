/**
 * y = min(max(x, min), max), either bound left out at will; dx = dy where y lies strictly between the bounds, so 0 at a
 * bound, as relu has 0 at 0.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, scalarLike } from './elementwise.js';
import { mul } from './mul.js';
import { reluGradient } from './relu.js';
import { sub } from './sub.js';

export interface ClipAttributes {
  readonly min: number;
  readonly max: number;
}

/** Inputs (x, min, max): ONNX wants the bounds as scalars after x. */
export const clipOp: OpDefinition<ClipAttributes> = {
  type: 'Clip',
  infer: (inputs) => inferUnary('Clip', inputs),
  gradient: ({ outputs: [y], gradients: [dy], attributes }) => [dy && reluGradient(inside(y, attributes), dy)],
  onnx: {},
};

/** Positive between the bounds, 0 at them. */
function inside(y: Value, { min, max }: ClipAttributes): Value {
  const above = min === 0 ? y : sub(y, scalarLike(y, min));
  const below = () => sub(scalarLike(y, max), y);
  if (max === Number.POSITIVE_INFINITY) return above;
  return min === Number.NEGATIVE_INFINITY ? below() : mul(above, below());
}

export function clip(x: Value, bounds: Partial<ClipAttributes>): Value {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  if (!(min < max)) throw new Error(`Clip: expected bounds min < max; received ${min} and ${max}`);
  return applyOp(clipOp, [x, scalarLike(x, min), scalarLike(x, max)], { min, max });
}
