/** y = min(max(x + 3, 0), 6) / 6, as Keras 3 and PyTorch have it (Keras 2: 0.2 · x + 0.5 instead of x / 6 + 0.5). */
import { hardSigmoid } from '../ops/hard-sigmoid.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const hardSigmoidActivation: ActivationDefinition<Plain<'hard_sigmoid'>> = {
  schema: activationSchema('hard_sigmoid', {}),
  apply: (_activation, x) => hardSigmoid(x, { alpha: 1 / 6, beta: 0.5 }),
  increasing: () => true,
};
