/** Bounds that weights are brought back to after every step, by Keras' names and arguments. */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { clip } from '../ops/clip.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { relu } from '../ops/relu.js';
import { sqrt } from '../ops/sqrt.js';

/** Axes of a weight, in Keras' layout. */
const Axes = Type.Unsafe<number | number[]>({
  anyOf: [
    { type: 'integer', minimum: -4, maximum: 3 },
    { type: 'array', items: { type: 'integer', minimum: -4, maximum: 3 }, minItems: 1, maxItems: 4 },
  ],
  default: 0,
});

export const CONSTRAINTS = {
  max_norm: Type.Object(
    {
      type: Type.Literal('max_norm'),
      max_value: Type.Optional(Type.Number({ exclusiveMinimum: 0, default: 2 })),
      axis: Type.Optional(Axes),
    },
    { additionalProperties: false },
  ),
  non_neg: Type.Object({ type: Type.Literal('non_neg') }, { additionalProperties: false }),
  unit_norm: Type.Object(
    { type: Type.Literal('unit_norm'), axis: Type.Optional(Axes) },
    { additionalProperties: false },
  ),
} as const;

export type ConstraintName = keyof typeof CONSTRAINTS;
export type Constraint = { [N in ConstraintName]: Static<(typeof CONSTRAINTS)[N]> }[ConstraintName];

/** Keras' epsilon: keeps the norm of zero weights off the denominator. */
const NORM_EPSILON = 1e-7;

/**
 * The weight brought back to its bound; Keras' formulas. `max_norm`: w · min(‖w‖, max) / (10⁻⁷ + ‖w‖), the norm taken
 * over `axis`; `unit_norm`: w / (10⁻⁷ + ‖w‖); `non_neg`: max(w, 0).
 *
 * @param kerasAxes `kerasAxes[k]` is the weight's axis that is axis k in Keras' layout, which `axis` speaks of
 * @throws RangeError for an axis that the weight does not have
 */
export function constrain(constraint: Constraint, weight: Value, kerasAxes: readonly number[]): Value {
  if (constraint.type === 'non_neg') return relu(weight);
  const { graph } = weight;
  const axes = constrainedAxes(constraint, kerasAxes);
  const norm = sqrt(reduceSum(mul(weight, weight), axes, 1));
  const denominator = add(norm, graph.scalar(NORM_EPSILON));
  if (constraint.type === 'unit_norm') return div(weight, denominator);
  return mul(weight, div(clip(norm, { min: 0, max: constraint.max_value ?? 2 }), denominator));
}

/** The weight's own axes that a norm is taken over. Throws a RangeError for an axis that the weight does not have. */
export function constrainedAxes(constraint: Constraint, kerasAxes: readonly number[]): number[] {
  if (constraint.type === 'non_neg') return [];
  const rank = kerasAxes.length;
  const axes = [constraint.axis ?? 0].flat().map((axis) => {
    if (axis < -rank || axis >= rank) {
      throw new RangeError(`${constraint.type} expected an axis from ${-rank} to ${rank - 1}; received ${axis}`);
    }
    return kerasAxes[axis < 0 ? axis + rank : axis];
  });
  return [...new Set(axes)].sort((a, b) => a - b);
}
