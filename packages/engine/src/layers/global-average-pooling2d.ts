/** The mean of each channel over the whole image. */
import { type Static, Type } from 'typebox';
import { globalAveragePool } from '../ops/global-average-pool.js';
import { dropSides, GLOBAL_POOLING_ARGUMENTS, pooledShape } from './global-pooling.js';
import { featureCount, type LayerDefinition, requireImage } from './layer.js';

const Arguments = Type.Object(GLOBAL_POOLING_ARGUMENTS);

export const globalAveragePooling2d: LayerDefinition<Static<typeof Arguments>> = {
  type: 'global_average_pooling2d',
  summary: 'Takes the mean of each channel.',
  arguments: Arguments,
  plan(args, [input]) {
    const image = requireImage('global_average_pooling2d', input);
    return { output: pooledShape(args, image.channels), parameters: [], flops: featureCount(image) };
  },
  forward: (args, [x]) => dropSides(args, globalAveragePool(x)),
};
