/** y = 1 / (1 + e⁻ˣ). */
import { sigmoid } from '../ops/sigmoid.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const sigmoidActivation: ActivationDefinition<Plain<'sigmoid'>> = {
  schema: activationSchema('sigmoid', {}),
  apply: (_activation, x) => sigmoid(x),
  increasing: () => true,
};
