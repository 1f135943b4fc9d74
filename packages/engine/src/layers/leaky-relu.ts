/** The leaky ReLU as a layer of its own, with the slope that Keras gives its layer (its function has 0.2). */
import { type Static, Type } from 'typebox';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({ negative_slope: Type.Number({ minimum: 0, default: 0.3 }) });

export const leakyRelu: LayerDefinition<Static<typeof Arguments>> = {
  type: 'leaky_relu',
  summary: 'Scales negative values down.',
  arguments: Arguments,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward: (_args, [x]) => x,
  activation: ({ negative_slope }) => ({ type: 'leaky_relu', negative_slope }),
  needs: (_args, wanted) => wanted,
};
