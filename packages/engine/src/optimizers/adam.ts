/**
 * Adam (Kingma and Ba, 2015, algorithm 1): w ← w − lr · m̂ / (√v̂ + ε), with m̂ and v̂ corrected for their start at zero.
 *
 * The slots hold m / (1 − β₁) and v / (1 − β₂), and the corrections go into two scalars, which saves passes over the
 * weights: with c = √((1 − β₂) / (1 − β₂ᵗ)), the step is (lr · (1 − β₁) / (1 − β₁ᵗ) / c) · m' / (√v' + ε / c).
 */
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import type { OptimizerFactory } from './optimizer.js';

export const adam: OptimizerFactory<'adam'> = ({ beta_1, beta_2, epsilon }) => ({
  slots: ['m', 'v'],
  scalars: ['step_size', 'epsilon'],
  scalarValues(step, learningRate) {
    const second = Math.sqrt((1 - beta_2) / (1 - beta_2 ** step));
    const first = (1 - beta_1) / (1 - beta_1 ** step);
    return { step_size: (learningRate * first) / second, epsilon: epsilon / second };
  },
  update({ weight, gradient, slots, scalars }) {
    const { graph } = weight;
    const m = add(mul(slots.m, graph.scalar(beta_1)), gradient);
    const v = add(mul(slots.v, graph.scalar(beta_2)), mul(gradient, gradient));
    const direction = div(m, add(sqrt(v), scalars.epsilon));
    return { weight: sub(weight, mul(direction, scalars.step_size)), slots: { m, v } };
  },
});
