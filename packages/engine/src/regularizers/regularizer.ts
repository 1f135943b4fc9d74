/** Penalties on the size of weights, which are part of the loss, by Keras' names and arguments. */
import { type Static, Type } from 'typebox';
import { type Value, withGradient } from '../graph/graph.js';
import { abs } from '../ops/abs.js';
import { add } from '../ops/add.js';
import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { sign } from '../ops/sign.js';

const Factor = (value: number) => Type.Optional(Type.Number({ minimum: 0, maximum: 1e6, default: value }));

export const REGULARIZERS = {
  l1: Type.Object({ type: Type.Literal('l1'), l1: Factor(0.01) }, { additionalProperties: false }),
  l2: Type.Object({ type: Type.Literal('l2'), l2: Factor(0.01) }, { additionalProperties: false }),
  l1_l2: Type.Object({ type: Type.Literal('l1_l2'), l1: Factor(0), l2: Factor(0) }, { additionalProperties: false }),
} as const;

export type RegularizerName = keyof typeof REGULARIZERS;
export type Regularizer = { [N in RegularizerName]: Static<(typeof REGULARIZERS)[N]> }[RegularizerName];

/**
 * l1 · Σ|w| + l2 · Σw², float32 []; Keras' formula, without the factor ½ that some have. dw = l1 · sign(w) + 2 · l2 · w.
 */
export function penalty(regularizer: Regularizer, weight: Value): Value {
  const axes = weight.shape.map((_, axis) => axis);
  const { l1, l2 } = factorsOf(regularizer);
  const scaled = (value: Value, factor: number) => mul(value, scalarLike(value, factor));
  const linear = () => scaled(reduceSum(abs(weight), axes), l1);
  const square = () => scaled(reduceSum(mul(weight, weight), axes), l2);
  const linearSlope = (incoming: Value) => mul(sign(weight), scaled(incoming, l1));
  const squareSlope = (incoming: Value) => mul(weight, scaled(incoming, 2 * l2));
  if (l1 === 0) return withGradient(square(), weight, squareSlope);
  if (l2 === 0) return withGradient(linear(), weight, linearSlope);
  return withGradient(add(linear(), square()), weight, (incoming) => add(linearSlope(incoming), squareSlope(incoming)));
}

function factorsOf(regularizer: Regularizer): { l1: number; l2: number } {
  switch (regularizer.type) {
    case 'l1':
      return { l1: regularizer.l1 ?? 0.01, l2: 0 };
    case 'l2':
      return { l1: 0, l2: regularizer.l2 ?? 0.01 };
    case 'l1_l2':
      return { l1: regularizer.l1 ?? 0, l2: regularizer.l2 ?? 0 };
  }
}
