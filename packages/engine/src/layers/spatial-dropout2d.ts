/** Drops whole channels at random while training, since the pixels of a channel say much the same (Tompson et al., 2015). */
import type { Static } from 'typebox';
import { DROPOUT_ARGUMENTS, drop } from './dropout.js';
import { featureCount, type LayerDefinition, requireImage } from './layer.js';

export const spatialDropout2d: LayerDefinition<Static<typeof DROPOUT_ARGUMENTS>> = {
  type: 'spatial_dropout2d',
  summary: 'Drops a share of the channels while training.',
  arguments: DROPOUT_ARGUMENTS,
  plan(_args, [input]) {
    const image = requireImage('spatial_dropout2d', input);
    return { output: image, parameters: [], flops: featureCount(image) };
  },
  forward: ({ rate }, [x], context) => drop(x, rate, [x.shape[0], x.shape[1], 1, 1], context),
};
