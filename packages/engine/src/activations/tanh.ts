/** y = tanh x. */
import { tanh } from '../ops/tanh.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const tanhActivation: ActivationDefinition<Plain<'tanh'>> = {
  schema: activationSchema('tanh', {}),
  apply: (_activation, x) => tanh(x),
  increasing: () => true,
};
