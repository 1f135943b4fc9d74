/** Penalties on the size of weights, by Keras' names and arguments. */
import { type Static, Type } from 'typebox';

const Factor = (value: number) => Type.Optional(Type.Number({ minimum: 0, maximum: 1e6, default: value }));

export const REGULARIZERS = {
  l1: Type.Object({ type: Type.Literal('l1'), l1: Factor(0.01) }, { additionalProperties: false }),
  l2: Type.Object({ type: Type.Literal('l2'), l2: Factor(0.01) }, { additionalProperties: false }),
  l1_l2: Type.Object({ type: Type.Literal('l1_l2'), l1: Factor(0), l2: Factor(0) }, { additionalProperties: false }),
} as const;

export type RegularizerName = keyof typeof REGULARIZERS;
export type Regularizer = { [N in RegularizerName]: Static<(typeof REGULARIZERS)[N]> }[RegularizerName];
