/** y = x · sigmoid(x), also called swish. Elfwing et al., 2018; Ramachandran et al., 2017. */
import { mul } from '../ops/mul.js';
import { sigmoid } from '../ops/sigmoid.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const silu: ActivationDefinition<Plain<'silu'>> = {
  schema: activationSchema('silu', {}),
  apply: (_activation, x) => mul(x, sigmoid(x)),
};
