/** Pooling layers. */
import { copy, type LayerRule, type LayerRules } from './rule.js';

const pool = (type: string): LayerRule => ({
  type,
  arguments: {
    pool_size: copy('pool_size'),
    strides: copy('strides'),
    padding: copy('padding', 'border_mode'),
  },
});

const globalPool = (type: string): LayerRule => ({
  type,
  arguments: { keepdims: copy('keepdims') },
  // Keras then gives an image of one pixel.
  output: (config) => (config.take('keepdims') === true ? 'image' : 'vector'),
});

export const pooling: LayerRules = {
  MaxPooling2D: pool('max_pooling2d'),
  AveragePooling2D: pool('average_pooling2d'),
  GlobalMaxPooling2D: globalPool('global_max_pooling2d'),
  GlobalAveragePooling2D: globalPool('global_average_pooling2d'),
};
