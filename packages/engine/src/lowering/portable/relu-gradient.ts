/**
 * ReluGradient as HardSigmoid(y) · dy: so steep that it is the step function. The fastest mask that ONNX has; in
 * float64, which HardSigmoid has no kernel for, a choice between dy and 0.
 */
import { scalarLike } from '../../ops/elementwise.js';
import { greater } from '../../ops/greater.js';
import { hardSigmoid } from '../../ops/hard-sigmoid.js';
import { mul } from '../../ops/mul.js';
import { where } from '../../ops/where.js';
import type { LoweringRule } from '../lower.js';

const STEEPEST = 3e38;

export const lowerReluGradient: LoweringRule = ([y, dy]) => [
  y.dtype === 'float64'
    ? where(greater(y, scalarLike(y, 0)), dy, scalarLike(dy, 0))
    : mul(hardSigmoid(y, { alpha: STEEPEST, beta: 0 }), dy),
];
