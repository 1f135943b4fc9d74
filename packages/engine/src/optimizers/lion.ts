/**
 * Lion (Chen et al., 2023, algorithm 2), as in Keras: w ← w − lr · sign(β₁ · m + (1 − β₁) · g); then
 * m ← β₂ · m + (1 − β₂) · g.
 *
 * The slot holds m / (1 − β₂), and the sign is taken of the sum over (1 − β₁), which saves two passes over the weights.
 */
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { sign } from '../ops/sign.js';
import { sub } from '../ops/sub.js';
import type { OptimizerDefinition, OptimizerOf } from './optimizer.js';

export const lion: OptimizerDefinition<OptimizerOf<'lion'>> = {
  rule: ({ beta_1, beta_2 }) => ({
    slots: ['m'],
    scalars: ['step_size'],
    scalarValues: (_step, learningRate) => ({ step_size: learningRate }),
    update({ weight, gradient, slots, scalars }) {
      const { graph } = weight;
      const past = mul(slots.m, graph.scalar((beta_1 * (1 - beta_2)) / (1 - beta_1)));
      const direction = sign(add(past, gradient));
      const m = add(mul(slots.m, graph.scalar(beta_2)), gradient);
      return { weight: sub(weight, mul(direction, scalars.step_size)), slots: { m } };
    },
  }),
};
