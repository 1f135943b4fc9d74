/** Bounds that weights are brought back to after every step, by Keras' names and arguments. */
import { type Static, Type } from 'typebox';

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
} as const;

export type ConstraintName = keyof typeof CONSTRAINTS;
export type Constraint = { [N in ConstraintName]: Static<(typeof CONSTRAINTS)[N]> }[ConstraintName];
