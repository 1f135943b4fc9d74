/** The mean over a row's units, which most losses end in, as Keras' do. */
import type { Value } from '../graph/graph.js';
import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';

/** [N, units] -> [N]. */
export function meanOverUnits(x: Value): Value {
  return mul(reduceSum(x, [1]), scalarLike(x, 1 / x.shape[1]));
}
