/** Pooling layers. */
import type { LayerConfig } from './layer-config.js';
import { copy, type LayerRule, type LayerRules, type RawLayer } from './rule.js';

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
  arguments: {},
  only: { keepdims: [[true, false], 'use true or false'] },
  output: (config) => (keepsDimensions(config) ? 'image' : 'vector'),
  followedBy: (config): RawLayer[] => (keepsDimensions(config) ? [{ type: 'reshape', target_shape: [1, 1, -1] }] : []),
});

/** Keras then gives an image of one pixel. */
function keepsDimensions(config: LayerConfig): boolean {
  return config.take('keepdims') === true;
}

export const pooling: LayerRules = {
  MaxPooling2D: pool('max_pooling2d'),
  AveragePooling2D: pool('average_pooling2d'),
  GlobalMaxPooling2D: globalPool('global_max_pooling2d'),
  GlobalAveragePooling2D: globalPool('global_average_pooling2d'),
};
