/** Activation functions as specifications write them, and how they are applied. */
import type { TSchema } from 'typebox';
import type { Value } from '../graph/graph.js';
import type { ActivationDefinition } from './definition.js';
import { activations } from './index.js';

export type ActivationName = keyof typeof activations;

/** An activation with its arguments; what is left out has Keras' default. */
export type Activation = {
  [N in ActivationName]: (typeof activations)[N] extends ActivationDefinition<infer A> ? A : never;
}[ActivationName];

/** The schema of each activation, by name. */
export const ACTIVATIONS: Readonly<Record<string, TSchema>> = Object.fromEntries(
  Object.entries(activations).map(([name, { schema }]) => [name, schema]),
);

/** Applies an activation; softmax runs over the channels or units, axis 1. */
export function applyActivation(activation: Activation, x: Value): Value {
  return definitionOf(activation).apply(activation, x);
}

/** Whether larger inputs never give smaller outputs, and no gradient flows where different inputs give equal ones. */
export function isIncreasing(activation: Activation): boolean {
  return definitionOf(activation).increasing?.(activation) ?? false;
}

function definitionOf({ type }: Activation): ActivationDefinition {
  return activations[type];
}
