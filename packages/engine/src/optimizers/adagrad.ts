/**
 * Adagrad (Duchi, Hazan and Singer, 2011) as Keras has it: s ← s + g²; w ← w − lr · g / √(s + ε), where s starts at
 * `initial_accumulator_value`.
 */
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import type { OptimizerDefinition, OptimizerOf } from './optimizer.js';

export const adagrad: OptimizerDefinition<OptimizerOf<'adagrad'>> = {
  rule: ({ initial_accumulator_value, epsilon }) => ({
    slots: ['accumulator'],
    initial: { accumulator: initial_accumulator_value },
    scalars: ['step_size'],
    scalarValues: (_step, learningRate) => ({ step_size: learningRate }),
    update({ weight, gradient, slots, scalars }) {
      const accumulator = add(slots.accumulator, mul(gradient, gradient));
      const direction = div(gradient, sqrt(add(accumulator, weight.graph.scalar(epsilon))));
      return { weight: sub(weight, mul(direction, scalars.step_size)), slots: { accumulator } };
    },
  }),
};
