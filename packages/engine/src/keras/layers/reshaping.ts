/** Layers that move values or change shapes. */
import { fieldOf, isRecord, type JsonRecord } from '../json.js';
import type { LayerConfig } from './layer-config.js';
import { type Argument, copy, type LayerRules } from './rule.js';

/** Keras 1 also takes [top, bottom, left, right] and an object of them. */
const sides =
  (key: string): Argument =>
  (config) => {
    const value = config.take(key);
    if (isRecord(value)) return [pair(value, 'top', 'bottom'), pair(value, 'left', 'right')];
    if (Array.isArray(value) && value.length === 4) return [value.slice(0, 2), value.slice(2)];
    return value;
  };

function pair(value: JsonRecord, first: string, second: string): unknown[] {
  return [fieldOf(value, `${first}_pad`) ?? 0, fieldOf(value, `${second}_pad`) ?? 0];
}

/** With channels first, the values of an image would be dealt out in another order. */
const targetShape: Argument = (config) => {
  const shape = config.take('target_shape');
  if (config.session.dataFormat === 'channels_first' && Array.isArray(shape) && shape.length > 1) {
    config.refuse('target_shape', 'with channels_first only one number is; use channels_last for an image');
    return undefined;
  }
  return shape;
};

function isVectorTarget(config: LayerConfig): boolean {
  const shape = config.take('target_shape');
  return Array.isArray(shape) && shape.length === 1;
}

export const reshaping: LayerRules = {
  Flatten: { type: 'flatten', arguments: {}, output: 'vector' },
  Reshape: {
    type: 'reshape',
    arguments: { target_shape: targetShape },
    output: (config) => (isVectorTarget(config) ? 'vector' : 'image'),
  },
  ZeroPadding2D: { type: 'zero_padding2d', arguments: { padding: sides('padding') } },
  Cropping2D: { type: 'cropping2d', arguments: { cropping: copy('cropping') } },
  UpSampling2D: { type: 'up_sampling2d', arguments: { size: copy('size'), interpolation: copy('interpolation') } },
};
