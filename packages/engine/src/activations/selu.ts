/** y = 1.0507 · (x where x > 0, else 1.6733 · (eˣ − 1)). Klambauer et al., 2017. */
import { selu } from '../ops/selu.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const seluActivation: ActivationDefinition<Plain<'selu'>> = {
  schema: activationSchema('selu', {}),
  apply: (_activation, x) => selu(x),
  increasing: () => true,
};
