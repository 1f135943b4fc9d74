/** Stochastic gradient descent: v ← μ · v + g; w ← w − lr · v. Without momentum, w ← w − lr · g. */
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { sub } from '../ops/sub.js';
import type { OptimizerFactory, UpdateOutput } from './optimizer.js';

export const sgd: OptimizerFactory<'sgd'> = ({ momentum }) => ({
  slots: momentum > 0 ? ['velocity'] : [],
  scalars: ['step_size'],
  scalarValues: (_step, learningRate) => ({ step_size: learningRate }),
  update({ weight, gradient, slots, scalars }): UpdateOutput {
    if (momentum === 0) return { weight: sub(weight, mul(gradient, scalars.step_size)), slots: {} };
    const velocity = add(mul(slots.velocity, weight.graph.scalar(momentum)), gradient);
    return { weight: sub(weight, mul(velocity, scalars.step_size)), slots: { velocity } };
  },
});
