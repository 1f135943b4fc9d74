/** Label smoothing: targets are drawn towards the even guess (Szegedy et al. 2016, arXiv:1512.00567, section 7). */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';

/** t · (1 − s) + s / K, as Keras' categorical losses have it; K is the number of units. */
export function smoothOverClasses(targets: Value, smoothing: number): Value {
  return smooth(targets, smoothing, smoothing / targets.shape[1]);
}

/** t · (1 − s) + s / 2, as Keras' binary losses have it. */
export function smoothBinary(targets: Value, smoothing: number): Value {
  return smooth(targets, smoothing, smoothing / 2);
}

function smooth(targets: Value, smoothing: number, share: number): Value {
  if (smoothing === 0) return targets;
  return add(mul(targets, scalarLike(targets, 1 - smoothing)), scalarLike(targets, share));
}
