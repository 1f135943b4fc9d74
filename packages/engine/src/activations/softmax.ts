/** y = eˣ / Σ eˣ over the channels or units, axis 1. */
import { softmax } from '../ops/softmax.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const softmaxActivation: ActivationDefinition<Plain<'softmax'>> = {
  schema: activationSchema('softmax', {}),
  apply: (_activation, x) => softmax(x, 1),
};
