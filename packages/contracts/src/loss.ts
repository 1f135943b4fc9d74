/** The losses that a training can minimise. Names, arguments and defaults are Keras 3's. */
import { type Static, Type } from 'typebox';
import { type Resolved, withDefaults } from './defaults.js';
import { Factor } from './number-schemas.js';
import { Named, Strict } from './schema.js';

export const LOSSES = {
  categorical_crossentropy: Strict({ type: Type.Literal('categorical_crossentropy') }),
  sparse_categorical_crossentropy: Strict({ type: Type.Literal('sparse_categorical_crossentropy') }),
  binary_crossentropy: Strict({ type: Type.Literal('binary_crossentropy') }),
  focal: Strict({
    type: Type.Literal('focal'),
    gamma: Type.Optional(
      Type.Number({ minimum: 0, maximum: 100, default: 2, description: 'How much well-known rows count less' }),
    ),
    alpha: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, default: 0.25, description: 'The weight of the positive class' }),
    ),
  }),
  mse: Strict({ type: Type.Literal('mse') }),
  mae: Strict({ type: Type.Literal('mae') }),
  huber: Strict({
    type: Type.Literal('huber'),
    delta: Factor(1, { description: 'The error from which on the loss grows linearly' }),
  }),
  hinge: Strict({ type: Type.Literal('hinge') }),
} as const;

export type LossName = keyof typeof LOSSES;
type LossArguments = { [T in LossName]: Static<(typeof LOSSES)[T]> }[LossName];

export type LossOptions = LossName | LossArguments;
export const LossOptions = Named<LossOptions>(LOSSES, {
  description: 'Left out, it is the one that fits the last layer: that of a softmax, of a sigmoid, else mse',
});

/** A loss with every argument. */
export type Loss = Resolved<LossArguments>;

export function resolveLoss(options: LossOptions): Loss {
  const given: LossArguments = typeof options === 'string' ? { type: options } : options;
  return withDefaults(LOSSES[given.type], given);
}
