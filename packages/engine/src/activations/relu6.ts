/** y = min(max(x, 0), 6). Krizhevsky, 2010; used by MobileNet. */
import { clip } from '../ops/clip.js';
import { type ActivationDefinition, activationSchema, type Plain } from './definition.js';

export const relu6: ActivationDefinition<Plain<'relu6'>> = {
  schema: activationSchema('relu6', {}),
  apply: (_activation, x) => clip(x, { min: 0, max: 6 }),
  increasing: () => true,
};
