/**
 * RMSprop (Tieleman and Hinton, 2012) as Keras has it, ε under the root: v ← ρ · v + (1 − ρ) · g²;
 * u = g / √(v + ε); w ← w − lr · u. Centred (Graves, 2013): a ← ρ · a + (1 − ρ) · g, and v − a² in the place of v. With
 * momentum: b ← μ · b + u; w ← w − lr · b, the learning rate outside b as in PyTorch (see sgd).
 *
 * The slots hold v / (1 − ρ) and a / (1 − ρ), which saves passes over the weights: with v' = v / (1 − ρ),
 * u = g / √(v' + ε / (1 − ρ)) / √(1 − ρ).
 */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { max } from '../ops/max.js';
import { mul } from '../ops/mul.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import type { OptimizerDefinition, OptimizerOf } from './optimizer.js';

export const rmsprop: OptimizerDefinition<OptimizerOf<'rmsprop'>> = {
  rule: ({ rho, momentum, epsilon, centered }) => ({
    slots: ['v', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])],
    scalars: ['step_size'],
    scalarValues: (_step, learningRate) => ({ step_size: learningRate / Math.sqrt(1 - rho) }),
    update({ weight, gradient, slots, scalars }) {
      const { graph } = weight;
      const v = add(mul(slots.v, graph.scalar(rho)), mul(gradient, gradient));
      const next: Record<string, Value> = { v };
      if (centered) next.mean = add(mul(slots.mean, graph.scalar(rho)), gradient);
      const spread = centered ? variance(v, next.mean, rho) : v;
      const root = sqrt(add(spread, graph.scalar(epsilon / (1 - rho))));
      let direction = div(gradient, root);
      if (momentum > 0) {
        direction = add(mul(slots.momentum, graph.scalar(momentum)), direction);
        next.momentum = direction;
      }
      return { weight: sub(weight, mul(direction, scalars.step_size)), slots: next };
    },
  }),
};

/** v' − (1 − ρ) · a'². Rounding must not take it below zero, where ε may be too small to make up for it. */
function variance(v: Value, mean: Value, rho: number): Value {
  const { graph } = v;
  return max(sub(v, mul(mul(mean, mean), graph.scalar(1 - rho))), graph.scalar(0));
}
