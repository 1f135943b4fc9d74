/** Penalties on the size of weights, which are part of the loss, by Keras' names and arguments. */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { abs } from '../ops/abs.js';
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';

const Factor = (value: number) => Type.Optional(Type.Number({ minimum: 0, maximum: 1e6, default: value }));

export const REGULARIZERS = {
  l1: Type.Object({ type: Type.Literal('l1'), l1: Factor(0.01) }, { additionalProperties: false }),
  l2: Type.Object({ type: Type.Literal('l2'), l2: Factor(0.01) }, { additionalProperties: false }),
  l1_l2: Type.Object({ type: Type.Literal('l1_l2'), l1: Factor(0), l2: Factor(0) }, { additionalProperties: false }),
} as const;

export type RegularizerName = keyof typeof REGULARIZERS;
export type Regularizer = { [N in RegularizerName]: Static<(typeof REGULARIZERS)[N]> }[RegularizerName];

/** l1 · Σ|w| + l2 · Σw², float32 []; Keras' formula, without the factor ½ that some have. */
export function penalty(regularizer: Regularizer, weight: Value): Value {
  const { graph } = weight;
  const axes = weight.shape.map((_, axis) => axis);
  const { l1, l2 } = factorsOf(regularizer);
  const linear = () => mul(reduceSum(abs(weight), axes), graph.scalar(l1));
  const square = () => mul(reduceSum(mul(weight, weight), axes), graph.scalar(l2));
  if (l1 === 0) return square();
  return l2 === 0 ? linear() : add(linear(), square());
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
