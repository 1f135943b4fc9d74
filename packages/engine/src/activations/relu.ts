/** y = max(x, 0). Nair and Hinton, 2010. */
import { relu } from '../ops/relu.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const reluActivation: ActivationDefinition<Plain<'relu'>> = {
  schema: activationSchema('relu', {}),
  apply: (_activation, x) => relu(x),
  increasing: () => true,
};
