/** Activation functions, by Keras' names, and how a specification writes them. */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { leakyRelu } from '../ops/leaky-relu.js';
import { relu } from '../ops/relu.js';
import { sigmoid } from '../ops/sigmoid.js';
import { softmax } from '../ops/softmax.js';
import { tanh } from '../ops/tanh.js';

const named = <N extends string>(name: N) => Type.Object({ type: Type.Literal(name) }, { additionalProperties: false });

export const ACTIVATIONS = {
  linear: named('linear'),
  relu: named('relu'),
  leaky_relu: Type.Object(
    {
      type: Type.Literal('leaky_relu'),
      negative_slope: Type.Optional(Type.Number({ minimum: 0, default: 0.2 })),
    },
    { additionalProperties: false },
  ),
  sigmoid: named('sigmoid'),
  tanh: named('tanh'),
  softmax: named('softmax'),
} as const;

export type ActivationName = keyof typeof ACTIVATIONS;
export type Activation = { [N in ActivationName]: Static<(typeof ACTIVATIONS)[N]> }[ActivationName];

/** Applies an activation; softmax runs over the channels or units, axis 1. */
export function applyActivation(activation: Activation, x: Value): Value {
  switch (activation.type) {
    case 'linear':
      return x;
    case 'relu':
      return relu(x);
    case 'leaky_relu':
      return leakyRelu(x, activation.negative_slope ?? 0.2);
    case 'sigmoid':
      return sigmoid(x);
    case 'tanh':
      return tanh(x);
    case 'softmax':
      return softmax(x, 1);
  }
}

/** Whether larger inputs never give smaller outputs, and no gradient flows where different inputs give equal ones. */
export function isIncreasing(activation: Activation): boolean {
  if (activation.type === 'leaky_relu') return (activation.negative_slope ?? 0.2) > 0;
  return activation.type === 'relu';
}
