/** Every kind of layer, by the name that specifications use. */
import { activation } from './activation.js';
import { conv2d } from './conv2d.js';
import { dense } from './dense.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import type { LayerDefinition } from './layer.js';
import { maxPooling2d } from './max-pooling2d.js';

export const layers = {
  conv2d,
  max_pooling2d: maxPooling2d,
  flatten,
  dense,
  activation,
  dropout,
} satisfies Record<string, LayerDefinition>;

export type LayerType = keyof typeof layers;

export function layerDefinition(type: LayerType): LayerDefinition {
  return layers[type];
}
