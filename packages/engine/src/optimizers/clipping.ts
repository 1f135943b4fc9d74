/** Bounds on gradients, applied before the optimizer's rule. */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { clip } from '../ops/clip.js';
import { div } from '../ops/div.js';
import { min } from '../ops/min.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { sqrt } from '../ops/sqrt.js';

/** Keeps the division defined where all gradients are zero; PyTorch's number. */
const NORM_EPSILON = 1e-6;

/**
 * All gradients times min(1, maxNorm / (‖g‖ + 10⁻⁶)), where ‖g‖ is the norm of all of them as one vector: PyTorch's
 * `clip_grad_norm_` (Pascanu, Mikolov and Bengio, 2013).
 */
export function clipByGlobalNorm(gradients: readonly Value[], maxNorm: number): Value[] {
  if (gradients.length === 0) return [];
  const { graph } = gradients[0];
  const squares = gradients.map((gradient) => reduceSum(mul(gradient, gradient), axesOf(gradient)));
  const norm = sqrt(squares.reduce((sum, square) => add(sum, square)));
  const scale = min(graph.scalar(1), div(graph.scalar(maxNorm), add(norm, graph.scalar(NORM_EPSILON))));
  return gradients.map((gradient) => mul(gradient, scale));
}

/** Every number of every gradient brought into [−limit, limit]: PyTorch's `clip_grad_value_`. */
export function clipByValue(gradients: readonly Value[], limit: number): Value[] {
  return gradients.map((gradient) => clip(gradient, { min: -limit, max: limit }));
}

function axesOf({ shape }: Value): number[] {
  return shape.map((_, axis) => axis);
}
