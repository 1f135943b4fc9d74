/** Exponential moving averages of weights (Polyak and Juditsky, 1992), as with Keras' `use_ema`. */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';

/** decay · average + (1 − decay) · weight, after the step. */
export function averageWeight(average: Value, weight: Value, decay: number): Value {
  const { graph } = weight;
  return add(mul(average, graph.scalar(decay)), mul(weight, graph.scalar(1 - decay)));
}
