/** y = x where x > 0, else negative_slope · x. Maas et al., 2013; the default slope is that of Keras' function. */
import { type Static, Type } from 'typebox';
import { leakyRelu } from '../ops/leaky-relu.js';
import { type ActivationDefinition, activationSchema } from './definition.js';

const DEFAULT_SLOPE = 0.2;

const schema = activationSchema('leaky_relu', {
  negative_slope: Type.Optional(Type.Number({ minimum: 0, default: DEFAULT_SLOPE })),
});

export const leakyReluActivation: ActivationDefinition<Static<typeof schema>> = {
  schema,
  apply: ({ negative_slope = DEFAULT_SLOPE }, x) => leakyRelu(x, negative_slope),
  increasing: ({ negative_slope = DEFAULT_SLOPE }) => negative_slope > 0,
};
