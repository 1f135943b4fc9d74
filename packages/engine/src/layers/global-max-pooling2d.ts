/** The largest value of each channel over the whole image. */
import { type Static, Type } from 'typebox';
import { maxPool } from '../ops/max-pool.js';
import { dropSides, GLOBAL_POOLING_ARGUMENTS, pooledShape } from './global-pooling.js';
import { featureCount, type LayerDefinition, requireImage } from './layer.js';

const Arguments = Type.Object(GLOBAL_POOLING_ARGUMENTS);

export const globalMaxPooling2d: LayerDefinition<Static<typeof Arguments>> = {
  type: 'global_max_pooling2d',
  summary: 'Keeps the largest value of each channel.',
  arguments: Arguments,
  picksValues: true,
  plan(args, [input]) {
    const image = requireImage('global_max_pooling2d', input);
    return {
      output: pooledShape(args, image.channels),
      parameters: [],
      flops: featureCount(image) - image.channels,
    };
  },
  forward(args, [x]) {
    const sides = [x.shape[2], x.shape[3]] as const;
    const window = { kernel_shape: sides, strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const;
    return dropSides(args, maxPool(x, window));
  },
};
