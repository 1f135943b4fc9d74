/** ReluGradient as HardSigmoid(y) · dy: so steep that it is the step function. The fastest mask that ONNX has. */
import { hardSigmoid } from '../../ops/hard-sigmoid.js';
import { mul } from '../../ops/mul.js';
import type { LoweringRule } from '../lower.js';

const STEEPEST = 3e38;

export const lowerReluGradient: LoweringRule = ([y, dy]) => [mul(hardSigmoid(y, { alpha: STEEPEST, beta: 0 }), dy)];
