/**
 * Stochastic gradient descent: v ← μ · v + g; w ← w − lr · v. Without momentum, w ← w − lr · g. With Nesterov's momentum
 * (Sutskever et al., 2013), w ← w − lr · (g + μ · v). The learning rate is outside v, as in PyTorch, so that a schedule
 * acts at once; Keras, which has it inside, does the same while the rate stays what it is.
 */
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { sub } from '../ops/sub.js';
import type { OptimizerDefinition, OptimizerOf, UpdateOutput } from './optimizer.js';

export const sgd: OptimizerDefinition<OptimizerOf<'sgd'>> = {
  rule: ({ momentum, nesterov }) => ({
    slots: momentum > 0 ? ['velocity'] : [],
    scalars: ['step_size'],
    scalarValues: (_step, learningRate) => ({ step_size: learningRate }),
    update({ weight, gradient, slots, scalars }): UpdateOutput {
      if (momentum === 0) return { weight: sub(weight, mul(gradient, scalars.step_size)), slots: {} };
      const factor = weight.graph.scalar(momentum);
      const velocity = add(mul(slots.velocity, factor), gradient);
      const direction = nesterov ? add(mul(velocity, factor), gradient) : velocity;
      return { weight: sub(weight, mul(direction, scalars.step_size)), slots: { velocity } };
    },
  }),
};
