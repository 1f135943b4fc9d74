/**
 * An image as one vector, in the order channels, rows, columns. The vector remembers the image, whose values Keras would
 * have in the order rows, columns, channels.
 */
import { Type } from 'typebox';
import { reshape } from '../ops/reshape.js';
import { type FeatureShape, featureCount, type LayerDefinition } from './layer.js';

export const flatten: LayerDefinition = {
  type: 'flatten',
  summary: 'Turns an image into a vector.',
  arguments: Type.Object({}),
  plan: (_args, [input]) => ({ output: flattened(input), parameters: [], flops: 0 }),
  forward: (_args, [x]) => (x.shape.length === 2 ? x : reshape(x, [0, x.shape[1] * x.shape[2] * x.shape[3]])),
};

function flattened(input: FeatureShape): FeatureShape {
  return input.kind === 'image' ? { kind: 'vector', units: featureCount(input), image: input } : input;
}
