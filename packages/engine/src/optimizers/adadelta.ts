/**
 * Adadelta (Zeiler, 2012), as in Keras and PyTorch: s ← ρ · s + (1 − ρ) · g²; u = g · √(d + ε) / √(s + ε);
 * d ← ρ · d + (1 − ρ) · u²; w ← w − lr · u.
 *
 * The slots hold s / (1 − ρ) and d / (1 − ρ), and ε / (1 − ρ) is added to them, which saves passes over the weights.
 */
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import type { OptimizerDefinition, OptimizerOf } from './optimizer.js';

export const adadelta: OptimizerDefinition<OptimizerOf<'adadelta'>> = {
  rule: ({ rho, epsilon }) => ({
    slots: ['gradients', 'updates'],
    scalars: ['step_size'],
    scalarValues: (_step, learningRate) => ({ step_size: learningRate }),
    update({ weight, gradient, slots, scalars }) {
      const { graph } = weight;
      const kept = graph.scalar(rho);
      const small = graph.scalar(epsilon / (1 - rho));
      const gradients = add(mul(slots.gradients, kept), mul(gradient, gradient));
      const direction = mul(gradient, sqrt(div(add(slots.updates, small), add(gradients, small))));
      const updates = add(mul(slots.updates, kept), mul(direction, direction));
      return { weight: sub(weight, mul(direction, scalars.step_size)), slots: { gradients, updates } };
    },
  }),
};
