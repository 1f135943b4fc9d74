/** The exponential linear unit as a layer of its own. */
import { type Static, Type } from 'typebox';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({ alpha: Type.Number({ minimum: 0, default: 1 }) });

export const eluLayer: LayerDefinition<Static<typeof Arguments>> = {
  type: 'elu',
  summary: 'Lets negative values tend to −alpha.',
  arguments: Arguments,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward: (_args, [x]) => x,
  activation: ({ alpha }) => ({ type: 'elu', alpha }),
  needs: (_args, wanted) => wanted,
};
