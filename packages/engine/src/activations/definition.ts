/** What the compiler knows of one activation function. */
import { type TSchema, Type } from 'typebox';
import type { Value } from '../graph/graph.js';

/** One activation. `A` is how a specification writes it; methods, so that all activations fit in one record. */
export interface ActivationDefinition<A extends object = object> {
  /** Schema of the `type` and the arguments, with Keras' names and defaults. */
  readonly schema: TSchema;
  /** The function itself, for x [N, C, H, W] or [N, units]. */
  apply(activation: A, x: Value): Value;
  /**
   * Whether larger inputs never give smaller outputs, and no gradient flows where different inputs give equal ones: such
   * a function may come after a layer that only picks values. Left out where it is not so.
   */
  increasing?(activation: A): boolean;
}

/** An activation that has no arguments. */
export interface Plain<N extends string> {
  readonly type: N;
}

/** The schema of `{"type": name, …}`. */
export function activationSchema<N extends string, P extends Record<string, TSchema>>(name: N, properties: P) {
  return Type.Object({ type: Type.Literal(name), ...properties }, { additionalProperties: false });
}
