/** y = x. */
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const linear: ActivationDefinition<Plain<'linear'>> = {
  schema: activationSchema('linear', {}),
  apply: (_activation, x) => x,
  increasing: () => true,
};
