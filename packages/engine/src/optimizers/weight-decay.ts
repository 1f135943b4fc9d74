/**
 * Decoupled weight decay (Loshchilov and Hutter, 2019), the same for every optimizer: w ← w · (1 − lr · decay) before the
 * update, whose gradient is that of the weights before. Keras 3 and PyTorch's AdamW do the same.
 */
import { mul } from '../ops/mul.js';
import type { OptimizerRule } from './optimizer.js';

/** The scalar that the weights are multiplied with. */
const KEPT = 'kept';

export function withWeightDecay(rule: OptimizerRule, decay: number): OptimizerRule {
  if (decay === 0) return rule;
  return {
    ...rule,
    scalars: [...rule.scalars, KEPT],
    scalarValues: (step, learningRate) => ({
      ...rule.scalarValues(step, learningRate),
      [KEPT]: 1 - learningRate * decay,
    }),
    update: (input) => rule.update({ ...input, weight: mul(input.weight, input.scalars[KEPT]) }),
  };
}
