/** Adds normal noise of mean 0 while training. */
import { type Static, Type } from 'typebox';
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({ stddev: Type.Number({ minimum: 0 }) });

export const gaussianNoise: LayerDefinition<Static<typeof Arguments>> = {
  type: 'gaussian_noise',
  summary: 'Adds normal noise while training.',
  arguments: Arguments,
  plan: (_args, [input]) => ({ output: input, parameters: [], flops: featureCount(input) }),
  forward({ stddev }, [x], context) {
    if (!context.training || stddev === 0) return x;
    return add(x, mul(context.noise(x), x.graph.scalar(stddev)));
  },
};
