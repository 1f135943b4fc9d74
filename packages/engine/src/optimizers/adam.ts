/**
 * Adam (Kingma and Ba, 2015, algorithm 1): w ← w − lr · m̂ / (√v̂ + ε), with m̂ and v̂ corrected for their start at zero.
 * ε is added to the corrected root, as in the paper and in PyTorch; Keras adds it before the correction.
 *
 * The slots hold m / (1 − β₁) and v / (1 − β₂), and the corrections go into two scalars, which saves passes over the
 * weights: with c = √((1 − β₂) / (1 − β₂ᵗ)), the step is (lr · (1 − β₁) / (1 − β₁ᵗ) / c) · m' / (√v' + ε / c).
 *
 * AMSGrad (Reddi et al., 2018) takes the largest v so far in the place of v, uncorrected as in Keras and PyTorch.
 */
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { max } from '../ops/max.js';
import { mul } from '../ops/mul.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import type { OptimizerDefinition, OptimizerOf, OptimizerRule, UpdateOutput } from './optimizer.js';

/** Serves AdamW as well. */
export function adamRule({ beta_1, beta_2, epsilon, amsgrad }: OptimizerOf<'adam' | 'adamw'>): OptimizerRule {
  return {
    slots: amsgrad ? ['m', 'v', 'v_max'] : ['m', 'v'],
    scalars: ['step_size', 'epsilon'],
    scalarValues(step, learningRate) {
      const second = Math.sqrt((1 - beta_2) / (1 - beta_2 ** step));
      const first = (1 - beta_1) / (1 - beta_1 ** step);
      return { step_size: (learningRate * first) / second, epsilon: epsilon / second };
    },
    update({ weight, gradient, slots, scalars }): UpdateOutput {
      const { graph } = weight;
      const m = add(mul(slots.m, graph.scalar(beta_1)), gradient);
      const v = add(mul(slots.v, graph.scalar(beta_2)), mul(gradient, gradient));
      const second = amsgrad ? max(slots.v_max, v) : v;
      const direction = div(m, add(sqrt(second), scalars.epsilon));
      const next = sub(weight, mul(direction, scalars.step_size));
      return { weight: next, slots: amsgrad ? { m, v, v_max: second } : { m, v } };
    },
  };
}

export const adam: OptimizerDefinition<OptimizerOf<'adam'>> = { rule: adamRule };
