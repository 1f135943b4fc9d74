/** y = ln(1 + eˣ). Dugas et al., 2001. */
import { softplus } from '../ops/softplus.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const softplusActivation: ActivationDefinition<Plain<'softplus'>> = {
  schema: activationSchema('softplus', {}),
  apply: (_activation, x) => softplus(x),
  increasing: () => true,
};
