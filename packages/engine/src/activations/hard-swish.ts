/** y = x · min(max(x + 3, 0), 6) / 6. Howard et al. (MobileNetV3), 2019; Keras calls it hard_silu as well. */
import { hardSigmoid } from '../ops/hard-sigmoid.js';
import { mul } from '../ops/mul.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const hardSwish: ActivationDefinition<Plain<'hard_swish'>> = {
  schema: activationSchema('hard_swish', {}),
  apply: (_activation, x) => mul(x, hardSigmoid(x, { alpha: 1 / 6, beta: 0.5 })),
};
