/** y = x where x > 0, else alpha · (eˣ − 1). Clevert et al., 2015. */
import { type Static, Type } from 'typebox';
import { elu } from '../ops/elu.js';
import { type ActivationDefinition, activationSchema } from './definition.js';

const DEFAULT_ALPHA = 1;

const schema = activationSchema('elu', {
  alpha: Type.Optional(Type.Number({ minimum: 0, default: DEFAULT_ALPHA })),
});

export const eluActivation: ActivationDefinition<Static<typeof schema>> = {
  schema,
  apply: ({ alpha = DEFAULT_ALPHA }, x) => elu(x, alpha),
  increasing: () => true,
};
